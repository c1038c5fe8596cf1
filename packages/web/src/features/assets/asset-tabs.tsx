import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type AssetDetail, queries } from "../../api.ts";
import { count, plural } from "../../ui/format.ts";
import { Copy, Time } from "../../ui/marks.tsx";
import { Facts } from "../../ui/panel.tsx";
import { Empty, ErrorPanel, RowsSkeleton } from "../../ui/states.tsx";
import { PagedTable, rowsOf } from "../../ui/table.tsx";
import { COMPONENT_COLUMNS, PLACED_COLUMNS } from "../components/columns.tsx";
import { say } from "../../ui/texts.ts";

const api = getRouteApi("/assets/$id");

/** What is installed, by name. */
export const AssetInventory = ({ id }: { id: string }) => {
  const { q = "" } = api.useSearch();
  const navigate = useNavigate();
  const pages = useInfiniteQuery(queries.assetComponents(id, q));
  return (
    <>
      <form
        className="flex gap-2 border-b border-line px-4 py-2"
        onSubmit={(e) => {
          e.preventDefault();
          const given = new FormData(e.currentTarget).get("q");
          void navigate({
            to: "/assets/$id",
            params: { id },
            search: { tab: "inventory", q: typeof given === "string" ? given : "" },
            resetScroll: false,
          });
        }}
      >
        <input
          key={q}
          name="q"
          defaultValue={q}
          aria-label={say("Part of a package's name")}
          placeholder={say("part of a package's name")}
          className="field min-w-0 flex-1 sm:max-w-sm"
        />
        <button type="submit" className="button">
          {say("Search")}
        </button>
      </form>
      <PagedTable
        pages={pages}
        noun="components"
        label={say("Components of the asset")}
        columns={rowsOf(pages).some((c) => c.found !== null) ? PLACED_COLUMNS : COMPONENT_COLUMNS}
        keyOf={(c) => String(c.id)}
        empty={
          <Empty title={q ? say('Nothing here has "{q}" in its name', { q }) : say("No inventory has come in yet")} />
        }
      />
    </>
  );
};

const Names = ({ sign, names, all }: { sign: "+" | "−"; names: readonly string[]; all: number }) => (
  <ul className="mono grid grid-cols-[minmax(0,1fr)] gap-0.5 text-sm">
    {names.map((n) => (
      <li key={n} className="flex min-h-6 min-w-0 items-center gap-2">
        <span className={sign === "+" ? "text-accent" : "text-dim"}>{sign}</span>
        <Copy text={n} max={96} />
      </li>
    ))}
    {all > names.length && <li className="text-dim">{say("and {n} more", { n: count(all - names.length) })}</li>}
  </ul>
);

/** What came and went, newest first. */
export const AssetChanges = ({ id }: { id: string }) => {
  const pages = useInfiniteQuery(queries.assetDeltas(id));
  const rows = rowsOf(pages);
  if (pages.isPending) return <RowsSkeleton />;
  if (pages.error) return <ErrorPanel error={pages.error} retry={() => void pages.refetch()} />;
  if (rows.length === 0) {
    return (
      <Empty title={say("Nothing has changed since the first inventory")}>
        <p>
          {say(
            "Packages that are added, upgraded or removed appear here with the moment of the inventory that saw it.",
          )}
        </p>
      </Empty>
    );
  }
  return (
    <>
      <ol className="divide-y divide-line">
        {rows.map((d) => (
          <li key={`${d.at} ${d.source}`} className="grid gap-2 px-4 py-3 sm:grid-cols-[180px_minmax(0,1fr)]">
            <div className="text-sm">
              <Time at={d.at} />
              <p className="text-dim">
                {say("{source}: {addedCount} added, {removedCount} removed", {
                  source: d.source,
                  addedCount: count(d.addedCount),
                  removedCount: count(d.removedCount),
                })}
              </p>
            </div>
            <div className="grid min-w-0 gap-1">
              <Names sign="+" names={d.added} all={d.addedCount} />
              <Names sign="−" names={d.removed} all={d.removedCount} />
            </div>
          </li>
        ))}
      </ol>
      {pages.hasNextPage && (
        <button type="button" className="button m-3" onClick={() => void pages.fetchNextPage()}>
          {say("Load more")}
        </button>
      )}
    </>
  );
};

/** Whose records decide for which ecosystem here, and how old they are. */
const DecidedBy = ({ assetId }: { assetId: string }) => {
  const coverage = useQuery(queries.coverage(assetId));
  if (coverage.isPending) return <RowsSkeleton rows={3} />;
  if (!coverage.data || coverage.data.rows.length === 0) return null;
  return (
    <section>
      <h2 className="mb-2 text-sm font-semibold">{say("Who decides")}</h2>
      <ul className="divide-y divide-line border-y border-line">
        {coverage.data.rows.map((r) => (
          <li key={r.ecosystem} className="grid gap-x-4 gap-y-1 py-2 sm:grid-cols-[160px_140px_minmax(0,1fr)]">
            <span className="mono">{r.ecosystem}</span>
            <span className={r.covered < r.componentCount ? "text-warn" : ""}>
              {say("{covered} of {componentCount}", {
                covered: count(r.covered),
                componentCount: count(r.componentCount),
              })}
            </span>
            <span className={`text-sm ${r.authority === "current" ? "text-dim" : "text-warn"}`}>
              {r.authority === "none" ? say("no source in force") : r.sources.join(", ")}
              {r.authority === "stale" && say(", stale")}
              {r.deciding[0]?.dataAt && (
                <>
                  {`${say(", data of")} `}
                  <Time at={r.deciding[0].dataAt} />
                </>
              )}
              {r.wouldCover.length > 0 && (
                <span className="block">
                  {say("would be covered by {wouldCover}", { wouldCover: r.wouldCover.join(", ") })}
                </span>
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
};

/** What could be read and judged, and what could not. */
export const AssetCoverage = ({ asset }: { asset: AssetDetail }) => (
  <div className="in-turn grid gap-6 p-4">
    <DecidedBy assetId={asset.id} />
    <section>
      <h2 className="mb-2 text-sm font-semibold">{say("Sources on the machine")}</h2>
      <ul className="divide-y divide-line border-y border-line">
        {asset.sources.map((s) => (
          <li key={s.source} className="grid gap-x-4 gap-y-1 py-2 sm:grid-cols-[160px_140px_minmax(0,1fr)]">
            <span className="mono">{s.source}</span>
            <span className={s.status === "ok" ? "" : "text-warn"}>
              {s.status === "ok" ? plural(s.componentCount, "component") : say("unreadable")}
              {s.status === "ok" && s.problems.length > 0 && <span className="text-warn"> {say("in part")}</span>}
            </span>
            <span className="text-sm text-dim">
              {say("read")} <Time at={s.takenAt} />
              {s.error && <span className="block text-text">{s.error}</span>}
              {s.problems.map((p) => (
                <span key={p} className="block">
                  {p}
                </span>
              ))}
            </span>
          </li>
        ))}
      </ul>
      {asset.sources.length === 0 && <p className="text-dim">{say("The first inventory has not come in yet.")}</p>}
    </section>
    <section>
      <h2 className="mb-2 text-sm font-semibold">{say("Components that nothing covers")}</h2>
      {asset.uncovered.length === 0 ? (
        <p className="text-dim">{say("Every component that was read can be judged.")}</p>
      ) : (
        <ul className="grid gap-1">
          {asset.uncovered.map((u) => (
            <li key={`${u.ecosystem} ${u.reason}`}>
              <span className="mono">{u.ecosystem}</span>: {plural(u.count, "component")}{" "}
              <span className="text-dim">
                {u.reason === "unparsable"
                  ? say("with versions that cannot be read")
                  : u.reason === "no_feed"
                    ? say("not covered by any feed")
                    : u.reason === "end_of_life"
                      ? say("past its end of life and not covered by any feed")
                      : u.reason === "no_stream"
                        ? say("of modules whose stream is not told")
                        : u.reason}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  </div>
);

const flat = (value: unknown, name: string): (readonly [string, string])[] =>
  value !== null && typeof value === "object" && !Array.isArray(value)
    ? Object.entries(value).flatMap(([k, v]) => flat(v, name ? `${name}.${k}` : k))
    : [[name, value === null ? say("not known") : typeof value === "string" ? value : JSON.stringify(value)]];

/** What the agent says of the machine. */
export const AssetFacts = ({ asset }: { asset: AssetDetail }) => (
  <div className="p-4">
    <Facts
      rows={[
        [
          say("agent version"),
          <span key="v" className="mono">
            {asset.agentVersion}
          </span>,
        ],
        [say("first seen"), <Time key="f" at={asset.firstSeenAt} />],
        [say("last seen"), <Time key="l" at={asset.lastSeenAt} />],
        ...flat(asset.facts, "").map(([k, v]) => [k, <Copy key={k} text={v} />] as const),
      ]}
    />
  </div>
);
