import { queryOf } from "@zerotrace/core/query/language/index";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { queries, type VexDocument, type VexStatement } from "../../api.ts";
import { count, plural } from "../../ui/format.ts";
import { Copy, Time } from "../../ui/marks.tsx";
import { useMay } from "../../ui/may.ts";
import { Facts, Page, Panel } from "../../ui/panel.tsx";
import { Empty, ErrorPanel, PageSkeleton } from "../../ui/states.tsx";
import { type Column, PagedTable } from "../../ui/table.tsx";
import { RemoveVex } from "./remove-vex.tsx";
import { effectText, FORMAT_WORDS, VEX_WORDS } from "./words.ts";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";

/** How many findings it decides on, as a way to them. */
const Decides = ({ statement: s }: { statement: VexStatement }) => {
  if (s.findingCount === 0 || s.advisory === null) return <span className="text-dim">{say("no open finding")}</span>;
  const closes = s.closedCount > 0;
  return (
    <Link
      to="/findings"
      search={{ query: queryOf({ advisory: s.advisory, ...(closes ? { status: "not_affected" } : {}) }) }}
      className={`link ${closes ? "font-semibold" : ""}`}
    >
      {closes
        ? say("closes {closedCount}", { closedCount: plural(s.closedCount, "finding") })
        : say("decides on {findingCount}", { findingCount: plural(s.findingCount, "finding") })}
    </Link>
  );
};

const COLUMNS: readonly Column<VexStatement>[] = [
  {
    head: "Weakness",
    width: "200px",
    className: "full",
    cell: (s) => (
      <span title={[s.vulnerability, ...s.aliases].join(", ")}>
        <Copy text={s.vulnerability} max={24} />
      </span>
    ),
  },
  { head: "Says", width: "144px", cell: (s) => VEX_WORDS[s.status] },
  {
    head: "Of",
    className: "full",
    cell: (s) => (
      <span className="inline-flex max-w-full gap-2">
        {s.products[0] && <Copy text={s.products[0].purl} max={56} />}
        {s.productCount > 1 && (
          <span className="text-dim" title={s.products.map((p) => p.purl).join("\n")}>
            +{count(s.productCount - 1)}
          </span>
        )}
      </span>
    ),
  },
  {
    head: "Why",
    className: "full",
    cell: (s) => (
      <span className="text-dim" title={s.note || s.justification}>
        {[s.justification.replaceAll("_", " "), s.note].filter((one) => one !== "").join(": ") ||
          say("no reason given")}
      </span>
    ),
  },
  { head: "Hides", width: "184px", cell: (s) => <Decides statement={s} /> },
];

const About = ({ document: d }: { document: VexDocument }) => (
  <Panel title={say("Facts")}>
    <Facts
      rows={[
        [say("Format"), FORMAT_WORDS[d.format]],
        [say("Author"), d.author || say("not named")],
        [say("Said"), d.at ? <Time key="s" at={d.at} /> : say("without a date")],
        [
          say("Added"),
          <span key="a">
            <Time at={d.addedAt} /> {say("by {addedBy}", { addedBy: told(d.addedBy) })}
          </span>,
        ],
        [say("Its own id"), d.ownId ? <Copy key="o" text={d.ownId} max={64} /> : say("none")],
      ]}
    />
    {d.problemCount > 0 && (
      <details className="mt-3">
        <summary className="cursor-pointer text-warn">
          {say("{problemCount} could not be used", { problemCount: plural(d.problemCount, "part") })}
        </summary>
        <ul className="mt-1 grid gap-1 text-sm">
          {d.problems.map((problem, i) => (
            <li key={`${i} ${problem}`}>{problem}</li>
          ))}
          {d.problemCount > d.problems.length && (
            <li className="text-dim">{say("and {n} more", { n: count(d.problemCount - d.problems.length) })}</li>
          )}
        </ul>
      </details>
    )}
  </Panel>
);

const api = getRouteApi("/vex/$id");

/** One document: who says it, each statement with what it hides, and its removal. */
export const VexDocumentPage = () => {
  const { id } = api.useParams();
  const document = useQuery(queries.vexDocument(id));
  const statements = useInfiniteQuery(queries.vexStatements(id));
  const may = useMay("vex:manage");
  if (document.isPending) return <PageSkeleton />;
  if (document.error) {
    return (
      <Page title={say("VEX document")}>
        <ErrorPanel error={document.error} retry={() => void document.refetch()} />
      </Page>
    );
  }
  const d = document.data;
  return (
    <Page
      title={d.name}
      lead={say("{statementCount}; it {effectText}.", {
        statementCount: plural(d.statementCount, "statement"),
        effectText: effectText(d),
      })}
      actions={
        <>
          <Link to="/vex" className="button">
            {say("All documents")}
          </Link>
          {may && <RemoveVex document={d} />}
        </>
      }
    >
      <About document={d} />
      <section className="panel" aria-label={say("Statements")}>
        <PagedTable
          pages={statements}
          noun="statements"
          label={say("Statements")}
          keyOf={(s) => s.id}
          cardHeight={124}
          columns={COLUMNS}
          empty={
            <Empty title={say("No statement of it can be used")}>{say("What is wrong with each is above.")}</Empty>
          }
        />
      </section>
    </Page>
  );
};
