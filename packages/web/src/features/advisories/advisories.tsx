import { decimal } from "../../ui/format.ts";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { type Advisory, queries } from "../../api.ts";
import { Epss, Kev, Time } from "../../ui/marks.tsx";
import { Page } from "../../ui/panel.tsx";
import { SeverityMark } from "../../ui/severity.tsx";
import { Empty } from "../../ui/states.tsx";
import { type Column, PagedTable } from "../../ui/table.tsx";
import { say } from "../../ui/texts.ts";

const COLUMNS: readonly Column<Advisory>[] = [
  { head: "Severity", width: "112px", cell: (a) => <SeverityMark severity={a.severity} label /> },
  {
    head: "Advisory",
    width: "220px",
    cell: (a) => (
      <span className="inline-flex max-w-full items-center gap-2">
        <Link to="/advisories/$id" params={{ id: a.id }} className="mono link truncate">
          {a.id}
        </Link>
        <Kev at={a.kevAddedAt} />
      </span>
    ),
  },
  {
    head: "Summary",
    className: "full",
    cell: (a) => a.summary || <span className="text-dim">{say("the source gives no summary")}</span>,
  },
  {
    head: "CVSS",
    width: "72px",
    label: say("CVSS"),
    cell: (a) => <span className="mono">{a.cvss === null ? "–" : decimal(a.cvss)}</span>,
  },
  { head: "EPSS", width: "96px", className: "end wide-only", cell: (a) => <Epss value={a.epss} /> },
  {
    head: "Published",
    width: "110px",
    cell: (a) => <span className="text-dim">{a.publishedAt ? <Time at={a.publishedAt} /> : say("not said")}</span>,
  },
];

const api = getRouteApi("/advisories");

/** "Are we affected?": advisories by the beginning of any of their names. */
export const AdvisoriesPage = () => {
  const { q = "" } = api.useSearch();
  const navigate = useNavigate();
  const pages = useInfiniteQuery(queries.advisories(q));
  return (
    <Page
      title={say("Advisories")}
      lead={say("Are we affected? Type a CVE, GHSA or distribution id in the line above, then open it.")}
    >
      <section className="panel" aria-label={say("Advisories")}>
        <PagedTable
          pages={pages}
          noun="advisories"
          label={say("Advisories")}
          keyOf={(a) => a.id}
          onOpen={(a) => void navigate({ to: "/advisories/$id", params: { id: a.id } })}
          cardHeight={92}
          columns={COLUMNS}
          empty={
            <Empty title={q ? say("No advisory in force is named {q}…", { q }) : say("No advisories are in force yet")}>
              <p>
                {q
                  ? say("Either no feed in force carries it, or the name is written differently.")
                  : say("A first sync brings them.")}
              </p>
              <Link to="/feeds" className="link">
                {say("See the feeds and what they cover")}
              </Link>
            </Empty>
          }
        />
      </section>
    </Page>
  );
};
