import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Printer } from "lucide-react";
import type { ReactNode } from "react";
import { type Executive, type Fix, queries } from "../../api.ts";
import { BOARD_DAYS, BOARD_FIXES } from "../../asks.ts";
import { longDayText } from "../../ui/charts/scale.ts";
import { Trend } from "../../ui/charts/trend.tsx";
import { count, decimal, exact, plural, share } from "../../ui/format.ts";
import { wasRead } from "../../ui/known.ts";
import { useMay } from "../../ui/may.ts";
import { Page, Panel } from "../../ui/panel.tsx";
import { SeverityLine } from "../../ui/severity.tsx";
import { Block, ErrorPanel, PageSkeleton } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";
import { paceOf, paceText, type Standing, standingOf } from "./course.ts";

const WORDS: Readonly<Record<Standing, string>> = {
  none: say("no goal is set"),
  reached: say("the goal is reached"),
  on_course: say("on course"),
  above: say("above the goal"),
  behind: say("behind the goal"),
  missed: say("the goal's day has passed"),
};

const TONES: Readonly<Record<Standing, string>> = {
  none: "text-dim",
  reached: "text-accent",
  on_course: "text-accent",
  above: "",
  behind: "text-warn",
  missed: "text-warn",
};

const goalText = ({ risk, day }: Executive["goal"]): string => {
  if (risk === null) return "";
  return day === null
    ? say("The goal is {risk} or lower.", { risk })
    : say("The goal is {risk} or lower by {day}.", { risk, day: longDayText(day) });
};

/** Whether there is anything to judge: without it a zero would be a false comfort. */
const isJudged = ({ coverage: { covered, notCovered, unparsable } }: Executive): boolean =>
  covered + notCovered + unparsable > 0;

/** Risk against the goal, with what it takes to be there in time. */
const RiskNow = ({ board }: { board: Executive }) => {
  const maySet = useMay("config:modify");
  const pace = paceOf(board.trend);
  const today = board.trend.at(-1)?.day ?? "";
  const { standing, neededPerWeek } = standingOf({ risk: board.risk, today }, board.goal, pace);
  return (
    <Panel title={say("Risk against the goal")} aside={say("highest risk of any asset, 0 to 100; the last 90 days")}>
      <div className="grid gap-x-8 gap-y-4 min-[720px]:grid-cols-[240px_minmax(0,1fr)] print:grid-cols-[200px_minmax(0,1fr)]">
        <div>
          <p className="flex items-baseline gap-2">
            <Link to="/assets" className="mono text-[44px] leading-[48px] font-semibold hover:text-accent">
              {isJudged(board) ? decimal(board.risk) : "–"}
            </Link>
            <span className="mono text-dim">/ 100</span>
          </p>
          <p className={`mt-1 font-semibold ${TONES[standing]}`}>{isJudged(board) && WORDS[standing]}</p>
          <div className="mt-3 grid gap-2 text-sm">
            <p>{goalText(board.goal)}</p>
            <p>{isJudged(board) ? paceText(pace) : say("Not known before inventory and advisories are in.")}</p>
            {neededPerWeek !== null && (
              <p>{say("To be there in time it has to fall by {needed} a week.", { needed: decimal(neededPerWeek) })}</p>
            )}
            {maySet && (
              <Link to="/settings" className="link print:hidden">
                {board.goal.risk === null ? say("Set a goal in the settings") : say("Change the goal")}
              </Link>
            )}
          </div>
        </div>
        <div className="h-56 print:h-44">
          {isJudged(board) && (
            <Trend
              label={say("Risk by day")}
              unit={say("Risk")}
              points={board.trend.map(({ day, risk }) => ({ day, value: risk }))}
              goal={
                board.goal.risk === null ? undefined : { value: board.goal.risk, name: say("goal {risk}", board.goal) }
              }
              most={100}
            />
          )}
        </div>
      </div>
    </Panel>
  );
};

const Figure = ({ title, value, children }: { title: string; value: ReactNode; children: ReactNode }) => (
  <Panel title={title}>
    <p className="mono text-xl font-semibold">{value}</p>
    <div className="mt-2 grid gap-1 text-sm">{children}</div>
  </Panel>
);

const Moved = ({ board }: { board: Executive }) => {
  const { fixed, opened, overdue, goal } = board;
  const feeds = useQuery(queries.feeds()).data;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 min-[720px]:grid-cols-3 print:grid-cols-3">
      <Figure
        title={say("Fixed in 30 days")}
        value={
          <Link to="/findings" search={{ query: "fixed:30d" }} className="hover:text-accent">
            {count(fixed.count)}
          </Link>
        }
      >
        <SeverityLine counts={fixed.findings} />
        <p className="text-dim">
          {fixed.kevCount > 0 || wasRead(feeds, "kev")
            ? say("{kev} of them known to be exploited", { kev: count(fixed.kevCount) })
            : say("exploitation not known: no KEV catalog was read")}
        </p>
      </Figure>
      <Figure
        title={say("New in 30 days")}
        value={
          <Link to="/findings" search={{ query: "seen:30d status:all" }} className="hover:text-accent">
            {count(opened.count)}
          </Link>
        }
      >
        <SeverityLine counts={opened.findings} />
        <p className="text-dim">
          {opened.count > fixed.count
            ? say("{more} more than were fixed", { more: count(opened.count - fixed.count) })
            : say("{fewer} fewer than were fixed", { fewer: count(fixed.count - opened.count) })}
        </p>
      </Figure>
      <Figure
        title={say("Overdue")}
        value={
          <Link
            to="/findings"
            search={{ query: `severity:critical -seen:${goal.overdueDays}d`, sort: "seen" }}
            className={overdue.count > 0 ? "text-warn hover:text-accent" : "hover:text-accent"}
          >
            {count(overdue.count)}
          </Link>
        }
      >
        <p>{say("critical findings open for more than {days} days", { days: goal.overdueDays })}</p>
        <p className="text-dim">
          {overdue.oldestDays === null
            ? isJudged(board)
              ? say("Nothing critical waits that long.")
              : say("Not known before inventory and advisories are in.")
            : say("The oldest has waited for {days} days.", { days: count(overdue.oldestDays) })}
        </p>
      </Figure>
    </div>
  );
};

/** A fix in plain words: what to do, where, and what it takes away. */
const Action = ({ fix }: { fix: Fix }) => {
  const where = plural(fix.assetCount, "asset");
  return (
    <li className="grid gap-0.5 px-4 py-3">
      <Link to="/fixes/$id" params={{ id: fix.id }} className="font-semibold hover:text-accent">
        {fix.fixedIn === null
          ? say("{name}: no fixed version is known; reduce its use or shield it on {where}", {
              name: fix.package,
              where,
            })
          : say("Upgrade {name} to {version} on {where}", { name: fix.package, version: fix.fixedIn, where })}
      </Link>
      <span className="text-sm text-dim">
        {say("This closes {findings} and takes away {share} of the risk.", {
          findings: plural(fix.findingCount, "finding"),
          share: share(fix.riskShare),
        })}{" "}
        {fix.kevCount > 0 && say("{kev} known to be exploited by attackers.", { kev: plural(fix.kevCount, "finding") })}
      </span>
    </li>
  );
};

const Actions = ({ board }: { board: Executive }) => {
  const fixes = useQuery(queries.fixes({ query: "fix:yes" }, BOARD_FIXES));
  const rows = fixes.data?.rows ?? [];
  return (
    <Panel title={say("The three actions that take away the most risk")} flush>
      {fixes.isPending && (
        <div className="p-4">
          <Block className="h-24" />
        </div>
      )}
      {fixes.error && <ErrorPanel error={fixes.error} retry={() => void fixes.refetch()} />}
      {fixes.data && rows.length === 0 && (
        <p className="p-4 text-dim">
          {isJudged(board)
            ? say("Nothing that is open has a fix to install.")
            : say("Not known before inventory and advisories are in.")}
        </p>
      )}
      {rows.length > 0 && (
        <ol className="divide-y divide-line">
          {rows.map((fix) => (
            <Action key={fix.key} fix={fix} />
          ))}
        </ol>
      )}
    </Panel>
  );
};

const Coverage = ({ board }: { board: Executive }) => {
  const { covered, notCovered, unparsable } = board.coverage;
  const all = covered + notCovered + unparsable;
  const stale = useQuery(queries.feeds()).data?.staleSources ?? [];
  return (
    <Panel title={say("How much of it we see")}>
      <p>
        <span className="mono text-xl font-semibold">{all === 0 ? "–" : share(covered / all)}</span>{" "}
        <span className="text-dim">
          {say("of {all} on {assets} can be judged", {
            all: plural(all, "component"),
            assets: plural(board.assetCount, "asset"),
          })}
        </span>
      </p>
      <div className="my-2 flex h-2 bg-raised" aria-hidden="true">
        <span className="bg-text" style={{ width: `${all === 0 ? 0 : (covered / all) * 100}%` }} />
      </div>
      <p className="text-sm">
        {all === 0
          ? say("No inventory has come in yet, so nothing is known.")
          : notCovered + unparsable === 0
            ? say("Advisories speak about every component.")
            : say(
                "{rest} are in none of the figures above: no advisories speak about them, or their version cannot be read.",
                {
                  rest: plural(notCovered + unparsable, "component"),
                },
              )}
      </p>
      {stale.length > 0 && (
        <p className="mt-1 text-sm text-warn">
          {say("Stale: {staleSources}. What these sources published since is not shown.", {
            staleSources: stale.join(", "),
          })}
        </p>
      )}
    </Panel>
  );
};

/** One page that a board understands; it prints on one sheet of A4. */
export const ExecutivePage = () => {
  const board = useQuery(queries.executive(BOARD_DAYS));
  const feeds = useQuery(queries.feeds());
  const company = useQuery(queries.session()).data?.companyName ?? "";
  // what was read decides on sentences of the page
  if (board.isPending || feeds.isPending) return <PageSkeleton />;
  if (board.error) {
    return (
      <div className="py-4">
        <ErrorPanel error={board.error} retry={() => void board.refetch()} />
      </div>
    );
  }
  const { data } = board;
  return (
    <div className="sheet">
      <Page
        title={say("Security of {company}", { company })}
        lead={say("As of {at}", { at: exact(data.at) })}
        actions={
          <button type="button" className="button print:hidden" onClick={() => window.print()}>
            <Printer className="size-4" aria-hidden="true" /> {say("Print or save as PDF")}
          </button>
        }
      >
        <RiskNow board={data} />
        <Moved board={data} />
        <Actions board={data} />
        <Coverage board={data} />
      </Page>
    </div>
  );
};
