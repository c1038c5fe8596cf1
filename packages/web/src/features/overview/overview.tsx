import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type Feeds, queries, type Stats } from "../../api.ts";
import { OVERVIEW_FIXES } from "../../asks.ts";
import { count, decimal, plural, share } from "../../ui/format.ts";
import { wasRead } from "../../ui/known.ts";
import { Time } from "../../ui/marks.tsx";
import { Page, Panel } from "../../ui/panel.tsx";
import { SeverityBars } from "../../ui/severity.tsx";
import { Sparkline } from "../../ui/sparkline.tsx";
import { Block, ErrorPanel, Notice } from "../../ui/states.tsx";
import { progressText } from "../../ui/status-line.tsx";
import { Fixes } from "../findings/fixes.tsx";
import { EnrollLink } from "../../ui/enroll-link.tsx";
import { dayText } from "../../ui/charts/scale.ts";
import { say } from "../../ui/texts.ts";

/** Change of the risk against the oldest day of the trend, in words; null without a day to compare with. */
const riskChange = (stats: Stats): string | null => {
  const past = stats.trend.length > 1 ? stats.trend[0] : undefined;
  if (!past) return null;
  const change = stats.risk - past.risk;
  const day = dayText(past.day);
  return Math.abs(change) < 0.05
    ? say("unchanged since {day}", { day })
    : say("{choice}{abs} since {day}", { choice: change > 0 ? "+" : "−", abs: decimal(Math.abs(change)), day });
};

/** Whether there is anything to judge and to judge by; until then a zero would be a false comfort. */
const canJudge = (stats: Stats, feeds: Feeds | undefined): boolean =>
  stats.componentCount > 0 && Boolean(feeds?.generation);

const RiskNow = ({ stats, judged }: { stats: Stats; judged: boolean }) => {
  const change = riskChange(stats);
  return (
    <Panel title={say("Risk now")} aside={say("highest of any asset, 0 to 100")}>
      <div className="flex items-baseline gap-2">
        <Link to="/assets" className="mono text-[44px] leading-[48px] font-semibold hover:text-accent">
          {judged ? decimal(stats.risk) : "–"}
        </Link>
        <span className="mono text-dim">/ 100</span>
      </div>
      <p className="mb-3 min-h-5 text-sm text-dim">
        {judged
          ? (change ?? say("The trend begins today; come back tomorrow to compare."))
          : say("Not known before inventory and advisories are in.")}
      </p>
      <Sparkline
        label={say("Risk by day")}
        points={stats.trend.map((t) => ({
          day: t.day,
          value: t.risk,
          says: say("risk {risk}, {findingCount}", {
            risk: decimal(t.risk),
            findingCount: plural(t.findingCount, "finding"),
          }),
        }))}
      />
    </Panel>
  );
};

const FindingsNow = ({ stats, feeds, judged }: { stats: Stats; feeds: Feeds | undefined; judged: boolean }) => (
  <Panel
    title={say("Open findings")}
    aside={
      <Link to="/findings" className="link">
        {say("all findings")}
      </Link>
    }
  >
    <p className="mb-2">
      <Link to="/findings" className="mono text-xl font-semibold hover:text-accent">
        {judged ? count(stats.findingCount) : "–"}
      </Link>{" "}
      <span className="text-dim">
        {judged
          ? say("in {packageCount}", { packageCount: plural(stats.packageCount, "package") })
          : say("not known yet")}
      </span>
    </p>
    {judged ? (
      <>
        <SeverityBars counts={stats.findings} />
        <p className="mt-3 flex flex-wrap gap-x-4 gap-y-1 text-sm">
          {stats.kevCount > 0 || wasRead(feeds, "kev") ? (
            <Link to="/findings" search={{ query: "kev:true" }} className="link">
              {say("{kevCount} known to be exploited", { kevCount: count(stats.kevCount) })}
            </Link>
          ) : (
            <Link to="/feeds" className="link text-warn">
              {say("exploitation not known: no KEV catalog was read")}
            </Link>
          )}
          <Link to="/findings" search={{ query: "fix:yes" }} className="link">
            {say("{fixableCount} with a fix", { fixableCount: count(stats.fixableCount) })}
          </Link>
        </p>
      </>
    ) : (
      <p className="text-dim">{say("Findings appear here as soon as an inventory can be judged by advisories.")}</p>
    )}
  </Panel>
);

const CoverageNow = ({ stats, feeds }: { stats: Stats; feeds: Feeds | undefined }) => {
  const { covered, notCovered, unparsable } = stats.coverage;
  const stale = useQuery(queries.coverage()).data?.totals.stale ?? 0;
  const all = covered + notCovered + unparsable;
  return (
    <Panel
      title={say("Coverage")}
      aside={
        <Link to="/feeds" className="link">
          {say("what is covered")}
        </Link>
      }
    >
      <p>
        <span className="mono text-xl font-semibold">{all === 0 ? "–" : share(covered / all)}</span>{" "}
        <span className="text-dim">{say("of {all} can be judged", { all: plural(all, "component") })}</span>
      </p>
      <div className="my-2 flex h-2 bg-raised" aria-hidden="true">
        <span className="bg-text" style={{ width: `${all === 0 ? 0 : (covered / all) * 100}%` }} />
      </div>
      <ul className="grid gap-1 text-sm">
        {notCovered > 0 && (
          <li>
            <Link to="/feeds" className="link">
              {say("No advisories cover {notCovered} of {all}", {
                notCovered: count(notCovered),
                all: plural(all, "component"),
              })}
            </Link>
          </li>
        )}
        {unparsable > 0 && (
          <li>
            {say("{unparsable} cannot be read; only exact matches count there", {
              unparsable: plural(unparsable, "version"),
            })}
          </li>
        )}
        {stale > 0 && (
          <li>
            <Link to="/feeds" className="link text-warn">
              {say("{stale} judged by stale data alone", { stale: plural(stale, "distinct component") })}
            </Link>
          </li>
        )}
        {all > 0 && notCovered + unparsable === 0 && <li className="text-dim">{say("Every component is covered.")}</li>}
      </ul>
      <ul className="mt-3 grid gap-1 border-t border-line pt-3 text-sm">
        {feeds?.sources.map((s) => (
          <li key={`${s.feed} ${s.location}`} className="flex gap-2">
            <span className="mono">{s.feed}</span>
            {s.recordCount > 0 ? (
              <>
                <span className="text-dim">{plural(s.recordCount, "record")}</span>
                <span className={`ml-auto ${s.isStale ? "text-warn" : "text-dim"}`}>
                  <Time at={s.dataAt ?? s.readAt} />
                  {s.isStale && say(", stale")}
                </span>
              </>
            ) : (
              <Link to="/feeds" className="link ml-auto text-warn">
                {say("gave nothing")}
              </Link>
            )}
          </li>
        ))}
        {feeds && feeds.sources.length === 0 && (
          <li className="text-warn">{say("No source of advisories has been read yet.")}</li>
        )}
      </ul>
      <p className="mt-3 border-t border-line pt-3 text-sm">
        <Link to="/agents" className="link">
          {say("{agentsOnline} of {agentCount} online", {
            agentsOnline: count(stats.agentsOnline),
            agentCount: plural(stats.agentCount, "agent"),
          })}
        </Link>
        <span className="text-dim">, {plural(stats.assetCount, "asset")}</span>
      </p>
    </Panel>
  );
};

/** What keeps the figures below from being the whole truth. */
const Caveats = ({ stats, feeds }: { stats: Stats; feeds: Feeds | undefined }) => (
  <>
    {feeds?.syncing && (
      <Notice tone="busy">
        {say("Advisories are being brought{choice}. Figures will change.", {
          choice: feeds.progress ? ` (${progressText(feeds.progress)})` : "",
        })}
      </Notice>
    )}
    {stats.pendingJobs > 0 && (
      <Notice tone="busy">
        {say("{pendingJobs} still running: figures below are not final yet.", {
          pendingJobs: plural(stats.pendingJobs, "job"),
        })}
      </Notice>
    )}
    {feeds && !feeds.syncing && !feeds.generation && (
      <Notice>
        {say("No advisories are in force, so nothing can be judged yet.")}{" "}
        <Link to="/feeds" className="link">
          {say("See the feeds")}
        </Link>
      </Notice>
    )}
    {feeds?.stale && (
      <Notice>
        {say("The advisories are old: weaknesses published since then are not shown.")}{" "}
        <Link to="/feeds" className="link">
          {say("Sync them")}
        </Link>
      </Notice>
    )}
    {feeds && !feeds.stale && feeds.staleSources.length > 0 && (
      <Notice>
        {say("Stale: {staleSources}. What these sources published since is not shown.", {
          staleSources: feeds.staleSources.join(", "),
        })}{" "}
        <Link to="/feeds" className="link">
          {say("See the feeds")}
        </Link>
      </Notice>
    )}
    {feeds?.lastError && (
      <Notice>
        {say("The last sync failed")} <Time at={feeds.lastError.at} />
        {say(": {message} Older data stays in force.", { message: feeds.lastError.message })}
      </Notice>
    )}
    {stats.agentCount === 0 && (
      <Notice>
        {say("No agent reports to this server.")} <EnrollLink text={say("Enroll one with a single command")} />
      </Notice>
    )}
  </>
);

/** The first page: how bad, what to do first, and what the figures rest on. */
export const OverviewPage = () => {
  const stats = useQuery(queries.stats());
  const feeds = useQuery(queries.feeds());
  const coverage = useQuery(queries.coverage());
  if (stats.error && !stats.data) {
    return (
      <Page title={say("Overview")}>
        <ErrorPanel error={stats.error} retry={() => void stats.refetch()} />
      </Page>
    );
  }
  const judged = stats.data !== undefined && canJudge(stats.data, feeds.data);
  // nothing below is shown before it is known how high this is, so that nothing moves
  const isKnown = !feeds.isPending && !coverage.isPending;
  const unsure = !judged || stats.data.pendingJobs > 0 || feeds.data?.syncing === true;
  return (
    <Page title={say("Overview")}>
      {stats.data && isKnown && <Caveats stats={stats.data} feeds={feeds.data} />}
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4 wide:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_minmax(0,1fr)]">
        {stats.data && isKnown ? (
          <>
            <RiskNow stats={stats.data} judged={judged} />
            <FindingsNow stats={stats.data} feeds={feeds.data} judged={judged} />
            <CoverageNow stats={stats.data} feeds={feeds.data} />
          </>
        ) : (
          [0, 1, 2].map((i) => <Block key={i} className="h-72" />)
        )}
      </div>
      {stats.data && isKnown && (
        <Panel
          title={say("Fix first")}
          flush
          aside={
            <Link to="/fixes" className="link">
              {say("all fixes")}
            </Link>
          }
        >
          <Fixes mayChoose={false} rows={OVERVIEW_FIXES} filter={{}} unsure={unsure} />
        </Panel>
      )}
    </Page>
  );
};
