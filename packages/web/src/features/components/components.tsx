import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type Component, queries } from "../../api.ts";
import { componentsExport } from "../../downloads.ts";
import { Exports } from "../../ui/export.tsx";
import { plural } from "../../ui/format.ts";
import { Page } from "../../ui/panel.tsx";
import { Empty } from "../../ui/states.tsx";
import { type Column, PagedTable } from "../../ui/table.tsx";
import { ViewRow } from "../views/view-row.tsx";
import { COMPONENT_COLUMNS } from "./columns.tsx";
import { EnrollLink } from "../../ui/enroll-link.tsx";
import { say } from "../../ui/texts.ts";

const COLUMNS: readonly Column<Component>[] = [
  ...COMPONENT_COLUMNS,
  {
    head: "Assets",
    width: "96px",
    className: "end",
    cell: (c) => (
      <Link to="/affected" search={{ q: c.purl }} className="link">
        {plural(c.assetCount, "asset")}
      </Link>
    ),
  },
];

const api = getRouteApi("/components");

/** "Where is X?": every distinct component of the company. */
export const ComponentsPage = () => {
  const { q = "" } = api.useSearch();
  const pages = useInfiniteQuery(queries.components(q));
  return (
    <Page
      title={say("Components")}
      lead={say("Where is it? Type part of a package's name in the line above.")}
      actions={<Exports noun="components" url={componentsExport(q)} />}
    >
      <section className="panel" aria-label={say("Components")}>
        <ViewRow shown={{ noun: "components", query: q, sort: "", view: "", columns: [] }} />
        <PagedTable
          pages={pages}
          noun="components"
          label={say("Components")}
          keyOf={(c) => String(c.id)}
          cardHeight={92}
          columns={COLUMNS}
          empty={
            <Empty
              title={
                q ? say('No asset has a component with "{q}" in its name', { q }) : say("No inventory has come in yet")
              }
            >
              {q ? (
                <p>{say("Sources that an agent could not read are shown on each asset under coverage.")}</p>
              ) : (
                <p>{say("An agent sends the first inventory within a minute of enrolling.")}</p>
              )}
              {q ? (
                <Link to="/assets" className="link">
                  {say("See the assets")}
                </Link>
              ) : (
                <EnrollLink />
              )}
            </Empty>
          }
        />
      </section>
    </Page>
  );
};
