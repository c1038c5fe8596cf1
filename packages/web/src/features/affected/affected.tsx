import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { type Affected, type AffectedRow, queries } from "../../api.ts";
import { count, plural } from "../../ui/format.ts";
import { Risk } from "../../ui/marks.tsx";
import { Page } from "../../ui/panel.tsx";
import { Empty, ErrorPanel, Notice, RowsSkeleton } from "../../ui/states.tsx";
import { type Column, PagedTable } from "../../ui/table.tsx";

const VERDICTS: Readonly<Record<AffectedRow["verdict"], string>> = {
  affected: "affected",
  unknown: "unknown",
  not_affected: "not affected",
};

const REASONS: Readonly<Record<string, string>> = {
  match: "an advisory's range holds it",
  in_range: "within the range",
  installed: "has open findings",
  vex: "its supplier says so (VEX)",
  fixed: "no range holds it",
  out_of_range: "outside of the range",
  pending: "being judged",
  no_feed: "no feed covers it",
  end_of_life: "past its end of life",
  unparsable: "its version cannot be read",
  no_stream: "module stream not told",
  owned: "judged by its owner",
};

const COLUMNS: readonly Column<AffectedRow>[] = [
  {
    head: "Verdict",
    width: "128px",
    cell: (r) => (
      <span
        className={
          r.verdict === "affected" ? "font-semibold text-bad" : r.verdict === "unknown" ? "text-warn" : "text-dim"
        }
      >
        {VERDICTS[r.verdict]}
      </span>
    ),
  },
  {
    head: "Asset",
    width: "26%",
    cell: (r) => (
      <span className="inline-flex max-w-full items-center gap-2">
        <Link to="/assets/$id" params={{ id: r.assetId }} className="mono link truncate">
          {r.name}
        </Link>
        {r.branch && <span className="chip shrink-0">{r.branch}</span>}
      </span>
    ),
  },
  { head: "Kind", width: "96px", cell: (r) => <span className="text-dim">{r.kind}</span> },
  {
    head: "By",
    className: "full",
    cell: (r) => {
      const [first] = r.components;
      if (!first) return "";
      return (
        <span className="flex min-w-0 items-center gap-2" title={r.components.map((c) => c.purl).join("\n")}>
          <span className="mono truncate">
            {first.name} {first.version}
          </span>
          <span className="truncate text-dim">
            {REASONS[first.reason] ?? first.reason}
            {first.fixedIn && `, fixed in ${first.fixedIn}`}
          </span>
          {r.componentCount > 1 && <span className="chip shrink-0">+{count(r.componentCount - 1)}</span>}
        </span>
      );
    },
  },
  { head: "Asset's risk", width: "116px", cell: (r) => <Risk value={r.risk} /> },
];

const Figure = ({ name, value, tone }: { name: string; value: number; tone: string }) => (
  <div className="px-4 py-3">
    <p className="text-xs text-dim">{name}</p>
    <p className={`mono text-xl font-semibold ${value === 0 ? "text-dim" : tone}`}>{count(value)}</p>
  </div>
);

const headline = ({ asked, totals }: Affected): string => {
  if (!asked.isKnown)
    return `No feed in force says which packages ${asked.name} is about: whether you are affected is not known.`;
  if (totals.affected > 0) return `Yes: ${plural(totals.affected, "asset")} affected.`;
  if (totals.unknown > 0) return `Not known of ${plural(totals.unknown, "asset")}; none is known to be affected.`;
  if (totals.notAffected > 0)
    return `No: ${plural(totals.notAffected, "asset")} with it, at versions that are not affected.`;
  return "No asset that was looked at has it.";
};

const Answer = ({ answer }: { answer: Affected }) => {
  const { totals, coverage, asked } = answer;
  const gaps = [
    coverage.withoutInventory > 0 ? `${plural(coverage.withoutInventory, "asset")} sent no inventory yet` : "",
    coverage.partly > 0 ? `of ${plural(coverage.partly, "asset")} a part could not be read or named` : "",
  ].filter(Boolean);
  return (
    <>
      <section className="panel" aria-label="Answer">
        <div className="border-b border-line px-4 py-3">
          <p className="text-lg font-semibold" aria-live="polite">
            {headline(answer)}
          </p>
          {asked.kind === "advisory" && asked.isKnown && (
            <p className="text-dim">
              <Link to="/advisories/$id" params={{ id: asked.name }} className="mono link">
                {asked.name}
              </Link>{" "}
              {asked.summary}
            </p>
          )}
        </div>
        <div className="grid grid-cols-2 divide-line sm:grid-cols-4 sm:divide-x">
          <Figure name="Affected" value={totals.affected} tone="text-bad" />
          <Figure name="Unknown" value={totals.unknown} tone="text-warn" />
          <Figure name="Not affected" value={totals.notAffected} tone="" />
          <Figure name="Without it" value={totals.without} tone="" />
        </div>
      </section>
      {gaps.length > 0 && <Notice>What this cannot see: {gaps.join("; ")}.</Notice>}
    </>
  );
};

const api = getRouteApi("/affected");

/** One question over all assets: an advisory, a package, or a range of versions. */
export const AffectedPage = () => {
  const { q = "" } = api.useSearch();
  const navigate = useNavigate();
  const pages = useInfiniteQuery(queries.affected(q));
  const first = pages.data?.pages[0];
  return (
    <Page
      title="Are we affected?"
      lead="By an advisory, a package URL, or a package and its versions, over all assets."
    >
      <form
        aria-label="Question"
        className="panel flex gap-2 p-2"
        onSubmit={(event) => {
          event.preventDefault();
          const given = new FormData(event.currentTarget).get("q");
          void navigate({ to: "/affected", search: { q: typeof given === "string" ? given.trim() : "" } });
        }}
      >
        <input
          key={q}
          name="q"
          defaultValue={q}
          maxLength={300}
          aria-label="Advisory, package URL, or package and range"
          placeholder="CVE-2021-44228, or log4j-core >=2.0 <2.17.1"
          className="field min-w-0 flex-1"
        />
        <button type="submit" className="button button-primary">
          Ask
        </button>
      </form>
      {q === "" ? (
        <section className="panel" aria-label="Examples">
          <Empty title="Ask before the pager does">
            {["CVE-2021-44228", "openssl <3.0.7", "pkg:npm/lodash@4.17.20"].map((example) => (
              <Link key={example} to="/affected" search={{ q: example }} className="mono link">
                {example}
              </Link>
            ))}
          </Empty>
        </section>
      ) : pages.isPending ? (
        <section className="panel" aria-label="Answer">
          <RowsSkeleton rows={4} />
        </section>
      ) : first === undefined ? (
        pages.error && <ErrorPanel error={pages.error} retry={() => void pages.refetch()} />
      ) : (
        <>
          <Answer answer={first} />
          <section className="panel" aria-label="Assets">
            <PagedTable
              pages={pages}
              noun="assets"
              label="Assets and their verdicts"
              keyOf={(r) => r.assetId}
              onOpen={(r) => void navigate({ to: "/assets/$id", params: { id: r.assetId } })}
              cardHeight={112}
              columns={COLUMNS}
              empty={<Empty title={first.asked.isKnown ? "No asset has it" : "Nothing to show"} />}
            />
          </section>
        </>
      )}
    </Page>
  );
};
