import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { type Affected, type AffectedRow, queries } from "../../api.ts";
import { count, plural } from "../../ui/format.ts";
import { Risk } from "../../ui/marks.tsx";
import { Page } from "../../ui/panel.tsx";
import { Empty, ErrorPanel, Notice, RowsSkeleton } from "../../ui/states.tsx";
import { type Column, PagedTable } from "../../ui/table.tsx";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";

const VERDICTS: Readonly<Record<AffectedRow["verdict"], string>> = {
  affected: say("affected"),
  unknown: say("unknown"),
  not_affected: say("not affected"),
};

const REASONS: Readonly<Record<string, string>> = {
  match: say("an advisory's range holds it"),
  in_range: say("within the range"),
  installed: say("has open findings"),
  vex: say("its supplier says so (VEX)"),
  fixed: say("no range holds it"),
  out_of_range: say("outside of the range"),
  pending: say("being judged"),
  no_feed: say("no feed covers it"),
  end_of_life: say("past its end of life"),
  unparsable: say("its version cannot be read"),
  no_stream: say("module stream not told"),
  owned: say("judged by its owner"),
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
  { head: "Kind", width: "96px", cell: (r) => <span className="text-dim">{told(r.kind)}</span> },
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
            {first.fixedIn && say(", fixed in {fixedIn}", { fixedIn: first.fixedIn })}
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
    return say("No feed in force says which packages {name} is about: whether you are affected is not known.", {
      name: asked.name,
    });
  if (totals.affected > 0) return say("Yes: {affected} affected.", { affected: plural(totals.affected, "asset") });
  if (totals.unknown > 0)
    return say("Not known of {unknown}; none is known to be affected.", { unknown: plural(totals.unknown, "asset") });
  if (totals.notAffected > 0)
    return say("No: {notAffected} with it, at versions that are not affected.", {
      notAffected: plural(totals.notAffected, "asset"),
    });
  return say("No asset that was looked at has it.");
};

const Answer = ({ answer }: { answer: Affected }) => {
  const { totals, coverage, asked } = answer;
  const gaps = [
    coverage.withoutInventory > 0
      ? say("{withoutInventory} sent no inventory yet", {
          withoutInventory: plural(coverage.withoutInventory, "asset"),
        })
      : "",
    coverage.partly > 0
      ? say("of {partly} a part could not be read or named", { partly: plural(coverage.partly, "asset") })
      : "",
  ].filter(Boolean);
  return (
    <>
      <section className="panel" aria-label={say("Answer")}>
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
          <Figure name={say("Affected")} value={totals.affected} tone="text-bad" />
          <Figure name={say("Unknown")} value={totals.unknown} tone="text-warn" />
          <Figure name={say("Not affected")} value={totals.notAffected} tone="" />
          <Figure name={say("Without it")} value={totals.without} tone="" />
        </div>
      </section>
      {gaps.length > 0 && <Notice>{say("What this cannot see: {gaps}.", { gaps: gaps.join("; ") })}</Notice>}
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
      title={say("Are we affected?")}
      lead={say("By an advisory, a package URL, or a package and its versions, over all assets.")}
    >
      <form
        aria-label={say("Question")}
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
          aria-label={say("Advisory, package URL, or package and range")}
          placeholder={say("CVE-2021-44228, or log4j-core >=2.0 <2.17.1")}
          className="field min-w-0 flex-1"
        />
        <button type="submit" className="button button-primary">
          {say("Ask")}
        </button>
      </form>
      {q === "" ? (
        <section className="panel" aria-label={say("Examples")}>
          <Empty title={say("Ask before the pager does")}>
            {["CVE-2021-44228", say("openssl <3.0.7"), "pkg:npm/lodash@4.17.20"].map((example) => (
              <Link key={example} to="/affected" search={{ q: example }} className="mono link">
                {example}
              </Link>
            ))}
          </Empty>
        </section>
      ) : pages.isPending ? (
        <section className="panel" aria-label={say("Answer")}>
          <RowsSkeleton rows={4} />
        </section>
      ) : first === undefined ? (
        pages.error && <ErrorPanel error={pages.error} retry={() => void pages.refetch()} />
      ) : (
        <>
          <Answer answer={first} />
          <section className="panel" aria-label={say("Assets")}>
            <PagedTable
              pages={pages}
              noun="assets"
              label={say("Assets and their verdicts")}
              keyOf={(r) => r.assetId}
              onOpen={(r) => void navigate({ to: "/assets/$id", params: { id: r.assetId } })}
              cardHeight={112}
              columns={COLUMNS}
              empty={<Empty title={first.asked.isKnown ? say("No asset has it") : say("Nothing to show")} />}
            />
          </section>
        </>
      )}
    </Page>
  );
};
