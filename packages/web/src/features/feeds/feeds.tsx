import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { call, contract, type Feeds, queries } from "../../api.ts";
import { count, plural, share } from "../../ui/format.ts";
import { useMay } from "../../ui/may.ts";
import { Time } from "../../ui/marks.tsx";
import { Page, Panel } from "../../ui/panel.tsx";
import { Block, Empty, ErrorPanel, Notice, RowsSkeleton } from "../../ui/states.tsx";
import { progressText } from "../../ui/status-line.tsx";
import { GenerationsPanel, PinnedNotice } from "./generations.tsx";
import { FreshnessTable, SourcePanel } from "./sources.tsx";
import { say } from "../../ui/texts.ts";

/** Heads of columns of numbers, which stand at the right. */
const NUMBERS: ReadonlySet<string> = new Set([
  say("Components"),
  say("Covered"),
  say("Not covered"),
  say("Version unreadable"),
]);

const CoverageTable = () => {
  const coverage = useQuery(queries.coverage());
  return (
    <Panel title={say("Coverage of our components")} flush>
      {coverage.isPending && <RowsSkeleton rows={4} />}
      {coverage.error && <ErrorPanel error={coverage.error} retry={() => void coverage.refetch()} />}
      {coverage.data?.rows.length === 0 && (
        <Empty title={say("No inventory has come in yet, so there is nothing to cover")} />
      )}
      {coverage.data && coverage.data.rows.length > 0 && (
        <table className="grid-table wraps">
          <thead>
            <tr>
              {[
                say("Ecosystem"),
                say("Components"),
                say("Covered"),
                say("Not covered"),
                say("Version unreadable"),
                say("By"),
              ].map((h) => (
                <th key={h} scope="col" className={NUMBERS.has(h) ? "end" : undefined}>
                  {h}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {coverage.data.rows.map((r) => (
              <tr key={r.ecosystem}>
                <td className="mono full">{r.ecosystem}</td>
                <td className="mono end" data-label={say("components")}>
                  {count(r.componentCount)}
                </td>
                <td className="mono end" data-label={say("covered")}>
                  {count(r.covered)}{" "}
                  <span className="text-dim">{r.componentCount > 0 ? share(r.covered / r.componentCount) : ""}</span>
                </td>
                <td
                  className={`mono end ${r.notCovered > 0 ? "text-warn" : "text-dim"}`}
                  data-label={say("not covered")}
                >
                  {count(r.notCovered)}
                </td>
                <td
                  className={`mono end ${r.unparsable > 0 ? "text-warn" : "text-dim"}`}
                  data-label={say("unreadable")}
                >
                  {count(r.unparsable)}
                </td>
                <td className={r.authority === "stale" ? "text-warn" : "text-dim"}>
                  {r.sources.join(", ") || say("nothing")}
                  {r.authority === "stale" && ` ${say("(stale)")}`}
                  {r.wouldCover.length > 0 && (
                    <span className="block text-xs text-dim">
                      {say("would be covered by {wouldCover}", { wouldCover: r.wouldCover.join(", ") })}
                    </span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
};

const Running = ({ feeds }: { feeds: Feeds }) => {
  const p = feeds.progress;
  const done = p?.totalBytes ? Math.min(1, p.doneBytes / p.totalBytes) : null;
  return (
    <Notice tone="busy">
      <p>{p ? progressText(p) : say("A sync is starting.")}</p>
      {done !== null && (
        <progress aria-label={say("Sync")} max={100} value={Math.round(done * 100)} className="bar mt-2" />
      )}
    </Notice>
  );
};

/** Where the advisories come from, how old they are, and what they do not cover. */
export const FeedsPage = () => {
  const client = useQueryClient();
  const feeds = useQuery(queries.feeds());
  const sync = useMutation({
    mutationFn: () => call(contract.feeds.syncFeeds),
    onSuccess: () => client.invalidateQueries({ queryKey: ["feeds"] }),
  });
  const may = useMay("feeds:manage");
  const f = feeds.data;
  return (
    <Page
      title={say("Feeds")}
      lead={
        f?.generation ? (
          <>
            {say("{recordCount} in force since", { recordCount: plural(f.generation.recordCount, "record") })}{" "}
            <Time at={f.generation.publishedAt} />
            {say(", as {groupCount} with {rangeCount}.", {
              groupCount: plural(f.generation.groupCount, "advisory", "advisories"),
              rangeCount: plural(f.generation.rangeCount, "range"),
            })}
            {f.nextSyncAt && (
              <>
                {" "}
                {say("Next sync")} <Time at={f.nextSyncAt} />.
              </>
            )}
          </>
        ) : feeds.isPending ? (
          "\u00A0" // the room for it, so that nothing moves
        ) : undefined
      }
      actions={
        <button
          type="button"
          className="button button-primary"
          disabled={!may || sync.isPending || f?.syncing}
          title={may ? undefined : say("Your credential may not sync feeds")}
          onClick={() => sync.mutate()}
        >
          <RefreshCw className="size-4" aria-hidden="true" />
          {f?.syncing ? say("Syncing") : say("Sync now")}
        </button>
      }
    >
      {sync.error && <ErrorPanel error={sync.error} />}
      {feeds.error && <ErrorPanel error={feeds.error} retry={() => void feeds.refetch()} />}
      {f?.syncing && <Running feeds={f} />}
      {f?.generation && <PinnedNotice generation={f.generation} />}
      {f?.stale && (
        <Notice>
          {say("These advisories are older than two sync intervals. Weaknesses published since then are not shown.")}
        </Notice>
      )}
      {f && f.staleSources.length > 0 && (
        <Notice>
          {say(
            "Stale: {staleSources}. What these sources published since is not shown, and verdicts that rest on them alone may be too kind.",
            { staleSources: f.staleSources.join(", ") },
          )}
        </Notice>
      )}
      {f?.lastError && (
        <Notice>
          {say("The sync of")} <Time at={f.lastError.at} />{" "}
          {say("failed: {message} The older data stays in force.", { message: f.lastError.message })}
        </Notice>
      )}
      {feeds.isPending && <Block className="h-48" />}
      {f && f.sources.length === 0 && !f.syncing && (
        <section className="panel">
          <Empty title={say("No source of advisories has answered yet")}>
            <p>{say("Sync now, or start the server with a folder or address that it can reach:")}</p>
            <code>{say("npm start -- --feeds DIRECTORY_OR_URL")}</code>
          </Empty>
        </section>
      )}
      {f && f.sources.length > 0 && <FreshnessTable sources={f.sources} />}
      <CoverageTable />
      {f?.sources.map((s, i) => (
        <SourcePanel key={`${s.feed} ${s.location}`} source={s} index={i} />
      ))}
      <GenerationsPanel />
    </Page>
  );
};
