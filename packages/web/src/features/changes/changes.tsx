import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type Changes, queries } from "../../api.ts";
import { atLeast, plural } from "../../ui/format.ts";
import { useNow } from "../../ui/hooks.ts";
import { Time } from "../../ui/marks.tsx";
import { Page, Panel } from "../../ui/panel.tsx";
import { newText, useWaiting, WaitingButton } from "../../ui/waiting.tsx";
import { Block, Empty, ErrorPanel, RowsSkeleton } from "../../ui/states.tsx";
import { Behind, type ChangeKind, KIND_WORDS, SectionView } from "./section.tsx";
import { dayName, spanOf, todayIn, zoneHere } from "./span.ts";
import { SpanChoice } from "./span-choice.tsx";
import { EnrollLink } from "../../ui/enroll-link.tsx";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";

const api = getRouteApi("/changes");

const FIGURES: readonly ChangeKind[] = [
  "kev",
  "opened",
  "reopened",
  "fixed",
  "epss",
  "asset_new",
  "asset_silent",
  "decision",
];
const FIGURE_WORDS: Readonly<Partial<Record<ChangeKind, string>>> = {
  kev: say("entered KEV"),
  epss: say("EPSS moved"),
  opened: say("new"),
  reopened: say("came back"),
  fixed: say("fixed"),
  asset_new: say("new assets"),
  asset_silent: say("went silent"),
  decision: say("decisions"),
};

const Figures = ({ changes }: { changes: Changes }) => (
  <ul className="grid grid-cols-2 sm:grid-cols-3 min-[900px]:flex">
    <Figure
      name={say("that matter")}
      count={changes.matter.count}
      isExact={changes.matter.isExact}
      to={{ ...changes.matter, path: null }}
    />
    {changes.totals
      .filter(({ kind }) => FIGURES.includes(kind))
      .sort((a, b) => FIGURES.indexOf(a.kind) - FIGURES.indexOf(b.kind))
      .map((total) => (
        <Figure key={total.kind} name={FIGURE_WORDS[total.kind] ?? ""} {...total} to={total} />
      ))}
  </ul>
);

const Figure = ({
  name,
  count: n,
  isExact,
  to,
}: {
  name: string;
  count: number;
  isExact: boolean;
  to: { query: string | null; path: string | null };
}) => (
  <li className="min-w-0 flex-1 px-4 py-2">
    <span className="block text-xs whitespace-nowrap text-dim">{name}</span>
    {n === 0 ? (
      <span className="mono text-lg font-semibold text-dim">0</span>
    ) : (
      <Behind to={to} className="mono text-lg font-semibold hover:text-accent">
        {atLeast(n, isExact)}
      </Behind>
    )}
  </li>
);

const Basis = ({ changes: { basis, hidden, zone } }: { changes: Changes }) => (
  <p className="text-xs text-dim">
    {say("Looked at: {assetCount}", { assetCount: plural(basis.assetCount, "asset") })}
    {basis.newestInventoryAt !== null && (
      <>
        {say(", newest inventory")} <Time at={basis.newestInventoryAt} />
      </>
    )}
    {say("; advisories {choice}", { choice: basis.advisoriesAt === null ? say("none yet") : `${say("read")} ` })}
    {basis.advisoriesAt !== null && <Time at={basis.advisoriesAt} />}
    {say("; EPSS {choice}. Days are those of {zone}.", {
      choice:
        basis.epssFrom === null
          ? say("history begins with the next scores")
          : say("moves since {epssFrom}", { epssFrom: basis.epssFrom }),
      zone,
    })}
    {hidden.length > 0 &&
      ` ${say("Not shown to you: {map}.", { map: hidden.map(({ kind }) => KIND_WORDS[kind].title.toLowerCase()).join(", ") })}`}
  </p>
);

const Days = ({ changes, today, alone }: { changes: Changes; today: string; alone: boolean }) => {
  const days = changes.days.filter(({ sections }) => sections.length > 0);
  if (days.length === 0) {
    return (
      <section className="panel" aria-label={say("Days")}>
        <Empty
          title={
            changes.gaps.length > 0
              ? say("No change is seen, and not everything could be seen")
              : say("Nothing changed")
          }
        >
          <p>
            {changes.basis.assetCount === 0
              ? say("No asset reports to this company yet.")
              : say("{assetCount} and the advisories in force were compared with before.", {
                  assetCount: plural(changes.basis.assetCount, "asset"),
                })}
          </p>
          {changes.basis.assetCount === 0 ? (
            <EnrollLink text={say("Enroll an agent with a single command")} />
          ) : (
            <Link to="/feeds" className="link">
              {say("See how old each source is")}
            </Link>
          )}
        </Empty>
      </section>
    );
  }
  return days.map((day) => {
    const name = dayName(day.day, today);
    return (
      <Panel
        key={day.day}
        title={`${name.charAt(0).toUpperCase()}${name.slice(1)}`}
        flush
        aside={
          !alone && (
            <Link to="/changes" search={{ day: day.day }} className="link print:hidden">
              {say("this day alone")}
            </Link>
          )
        }
      >
        {day.sections.map((section) => (
          <SectionView key={section.kind} section={section} />
        ))}
      </Panel>
    );
  });
};

/** What changed since yesterday, or since when one asks: first in one sentence, then day by day, each figure with its list. */
export const ChangesPage = () => {
  const search = api.useSearch();
  const zone = zoneHere();
  const today = todayIn(zone, useNow());
  const { begins, ...span } = spanOf(search, today);
  const changes = useQuery(queries.changes({ ...span, zone }));
  const { waiting, clear } = useWaiting("changes", changes.dataUpdatedAt, () => true);
  return (
    <Page title={say("What changed")} actions={<SpanChoice search={search} today={today} changes={changes.data} />}>
      {waiting > 0 && (
        <WaitingButton
          text={newText(waiting)}
          onShow={() => {
            clear();
            void changes.refetch();
          }}
        />
      )}
      {changes.data ? (
        <>
          <section className="panel" aria-label={say("In short")}>
            <div className="border-b border-line px-4 py-3">
              <p className="text-base font-semibold min-[720px]:text-lg" aria-live="polite">
                {begins}: {told(changes.data.says)}
              </p>
              {changes.data.gaps.length > 0 && (
                <p className="mt-1 text-warn">
                  {say("This may not be all: {gaps}.", { gaps: changes.data.gaps.map(told).join("; ") })}
                </p>
              )}
            </div>
            <Figures changes={changes.data} />
          </section>
          <Days changes={changes.data} today={today} alone={search.day !== undefined} />
          <Basis changes={changes.data} />
        </>
      ) : changes.error ? (
        <ErrorPanel error={changes.error} retry={() => void changes.refetch()} />
      ) : (
        <>
          <Block className="h-36 w-full" />
          <section className="panel" aria-label={say("Days")}>
            <RowsSkeleton rows={10} />
          </section>
        </>
      )}
    </Page>
  );
};
