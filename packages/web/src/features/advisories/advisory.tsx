import { queryOf } from "@zerotrace/core/query/language/index";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { queries } from "../../api.ts";
import { enrichmentRows } from "../../ui/enrichment.tsx";
import { decimal, exact, plural } from "../../ui/format.ts";
import { Copy, Epss, Kev, Time } from "../../ui/marks.tsx";
import { Facts, Page, Panel } from "../../ui/panel.tsx";
import { SeverityMark } from "../../ui/severity.tsx";
import { Empty, ErrorPanel, PageSkeleton } from "../../ui/states.tsx";
import { PagedTable } from "../../ui/table.tsx";
import { FINDING_COLUMNS } from "../findings/columns.tsx";
import { EpssCourse } from "./epss-course.tsx";
import { say } from "../../ui/texts.ts";

const Findings = ({ id }: { id: string }) => {
  const navigate = useNavigate();
  const pages = useInfiniteQuery(queries.findings({ query: queryOf({ advisory: id, status: "all" }) }, "risk"));
  return (
    <Panel title={say("Where we are affected")} flush>
      <PagedTable
        pages={pages}
        noun="findings"
        label={say("Findings of this advisory")}
        columns={FINDING_COLUMNS}
        cardHeight={92}
        keyOf={(f) => f.id}
        onOpen={(f) => void navigate({ to: "/findings/$id", params: { id: f.id } })}
        empty={
          <Empty title={say("No component of any asset is affected")}>
            <p>
              {say("That holds for what the advisories in force cover.")}{" "}
              <Link to="/feeds" className="link">
                {say("See what they do not")}
              </Link>
            </p>
          </Empty>
        }
      />
    </Panel>
  );
};

const api = getRouteApi("/advisories/$id");

/** One advisory by any of its names: whether we are affected, what is known, and the records as published. */
export const AdvisoryPage = () => {
  const { id } = api.useParams();
  const advisory = useQuery(queries.advisory(id));
  if (advisory.isPending) return <PageSkeleton />;
  if (advisory.error) {
    return (
      <Page title={id}>
        <ErrorPanel error={advisory.error} retry={() => void advisory.refetch()} />
      </Page>
    );
  }
  const a = advisory.data;
  return (
    <Page title={a.id} lead={a.summary}>
      <section
        className={`panel border-l-2 px-4 py-3 ${a.findingCount > 0 ? "border-l-text" : "border-l-accent"}`}
        aria-label={say("Are we affected?")}
      >
        <p className="text-lg">
          {a.findingCount > 0
            ? say("Yes: {findingCount}", { findingCount: plural(a.findingCount, "open finding") })
            : say("No open finding")}
        </p>
      </section>
      <Findings id={a.id} />
      <Panel title={say("Facts")}>
        <Facts
          rows={[
            [say("Severity"), <SeverityMark key="s" severity={a.severity} label />],
            [
              "CVSS",
              a.cvss === null ? (
                say("no source gives one")
              ) : (
                <span key="c" className="mono">
                  {decimal(a.cvss)}
                </span>
              ),
            ],
            ["EPSS", a.epss === null ? say("no source gives one") : <Epss key="e" value={a.epss} />],
            [
              "KEV",
              a.kevAddedAt ? (
                <span key="k">
                  <Kev at={a.kevAddedAt} />{" "}
                  {say("since {kevAddedAt}", { kevAddedAt: exact(a.kevAddedAt).slice(0, 10) })}
                </span>
              ) : (
                say("not in the catalog")
              ),
            ],
            ...enrichmentRows(a.enrichment),
            [say("Published"), a.publishedAt ? <Time key="p" at={a.publishedAt} /> : say("not said")],
            [say("Modified"), a.modifiedAt ? <Time key="m" at={a.modifiedAt} /> : say("not said")],
            [
              say("Other names"),
              a.aliases.length === 0 ? (
                say("none")
              ) : (
                <span key="a" className="flex flex-wrap gap-x-3">
                  {a.aliases.map((n) => (
                    <Copy key={n} text={n} />
                  ))}
                </span>
              ),
            ],
          ]}
        />
      </Panel>
      <EpssCourse advisory={a.id} />
      <Panel title={say("Records as published")} aside={plural(a.records.length, "record")} flush>
        <ul className="divide-y divide-line">
          {a.records.map((r) => (
            <li key={`${r.feed} ${r.id}`}>
              <details>
                <summary className="mono cursor-pointer px-4 py-2">
                  {r.id} <span className="text-dim">{say("from {feed}", { feed: r.feed })}</span>
                </summary>
                <pre className="max-h-96 overflow-auto border-t border-line bg-page p-4 text-xs">
                  {JSON.stringify(r.doc, null, 2)}
                </pre>
              </details>
            </li>
          ))}
        </ul>
      </Panel>
    </Page>
  );
};
