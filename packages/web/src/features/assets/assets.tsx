import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect } from "react";
import { type Asset, queries } from "../../api.ts";
import { assetsExport } from "../../downloads.ts";
import type { AssetsSearch } from "../../routes.tsx";
import { Exports } from "../../ui/export.tsx";
import { count, plural } from "../../ui/format.ts";
import { Online, Risk, Time } from "../../ui/marks.tsx";
import { Page } from "../../ui/panel.tsx";
import { Judged } from "../risk/judged.tsx";
import { Labels } from "./labels.tsx";
import { SeverityLine } from "../../ui/severity.tsx";
import { Empty } from "../../ui/states.tsx";
import { type Column, PagedTable } from "../../ui/table.tsx";
import { useTableChoice } from "../../ui/table-choice.tsx";
import { changedText, useWaiting, WaitingButton } from "../../ui/waiting.tsx";
import { ViewRow } from "../views/view-row.tsx";
import { EnrollLink } from "../../ui/enroll-link.tsx";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";

const COLUMNS: readonly Column<Asset>[] = [
  { head: "Risk", width: "112px", cell: (a) => <Risk value={a.risk} /> },
  {
    head: "Judged",
    width: "68px",
    label: say("judged"),
    cell: (a) => <Judged coverage={a.coverage} />,
  },
  {
    head: "Asset",
    width: "minmax(0, 2fr)",
    className: "title",
    cell: (a) => (
      <span className="inline-flex max-w-full items-center gap-2">
        <Link to="/assets/$id" params={{ id: a.id }} className="mono link truncate" title={a.name}>
          {a.name}
        </Link>
        {a.branch && <span className="chip shrink-0">{a.branch}</span>}
      </span>
    ),
  },
  {
    head: "System",
    width: "112px",
    cell: (a) => (
      <span title={`${told(a.kind)}${a.os ? `, ${a.os}` : ""}`}>
        {a.kind !== "host" && <span className="text-dim">{told(a.kind)} </span>}
        {a.os || (a.kind === "host" ? <span className="text-dim">{say("not told")}</span> : "")}
      </span>
    ),
  },
  {
    head: "Labels",
    width: "128px",
    cell: (a) => (
      <span className="inline-flex max-w-full items-center gap-1.5">
        <Labels labels={a.labels} max={1} />
      </span>
    ),
  },
  { head: "Findings", width: "152px", className: "full", cell: (a) => <SeverityLine counts={a.findings} /> },
  {
    head: "Components",
    width: "100px",
    className: "end wide-only",
    cell: (a) => <span className="mono">{count(a.componentCount)}</span>,
  },
  {
    head: "Gaps",
    width: "88px",
    label: say("gaps"),
    cell: (a) => (
      <span className="text-warn">
        {[
          a.unreadableSources.length > 0
            ? say("{length} unreadable", { length: plural(a.unreadableSources.length, "source") })
            : "",
          a.coverage.notCovered > 0
            ? say("{notCovered} not covered", { notCovered: count(a.coverage.notCovered) })
            : "",
        ]
          .filter(Boolean)
          .join(", ") || <span className="text-dim">{say("none")}</span>}
      </span>
    ),
  },
  {
    head: "Agent",
    width: "84px",
    label: say("agent"),
    cell: (a) => (!a.hasAgent ? <span className="text-dim">{say("none")}</span> : <Online online={a.online} />),
  },
  { head: "Inventory", width: "100px", className: "wide-only", cell: (a) => <Time at={a.inventoryAt} /> },
];

const api = getRouteApi("/assets");

const emptyTitle = (q: string, label: string | undefined): string => {
  if (label !== undefined)
    return say("No asset has the label {label}{q}", { label, q: q ? ` ${say('and "{q}" in its name', { q })}` : "" });
  return q ? say('No asset has "{q}" in its name', { q }) : say("No asset reports to this server yet");
};

/** Every asset, highest risk first. */
export const AssetsPage = () => {
  const { q = "", sort = "risk", label, columns } = api.useSearch();
  const navigate = useNavigate();
  const here: AssetsSearch = { q, sort: sort === "risk" ? undefined : sort, label, columns };
  const go = (change: AssetsSearch) => void navigate({ to: "/assets", search: { ...here, ...change } });
  const pages = useInfiniteQuery(queries.assets(q, sort, label));
  const choice = useTableChoice("assets", COLUMNS, columns, (next) => go({ columns: next }));
  const shown = {
    noun: "assets" as const,
    query: [label === undefined ? "" : `label:${label}`, q].filter(Boolean).join(" "),
    sort: sort === "risk" ? "" : sort,
    view: "",
    columns: choice.text === "" ? [] : choice.text.split(","),
  };
  const client = useQueryClient();
  const { waiting, clear } = useWaiting("assets", `${q} ${sort} ${label ?? ""}`, () => true);
  const show = useCallback(() => {
    clear();
    window.scrollTo({ top: 0 });
    void client.resetQueries({ queryKey: ["assets"] });
  }, [clear, client]);
  const isEmpty = pages.data?.pages[0]?.rows.length === 0;
  useEffect(() => {
    // no row can move
    if (isEmpty && waiting > 0) show();
  }, [isEmpty, waiting, show]);
  return (
    <Page
      title={say("Assets")}
      actions={
        <>
          {label !== undefined && (
            <span className="flex items-center gap-2 text-xs text-dim">
              {say("with the label")} <span className="chip">{label}</span>
              <Link to="/assets" search={{ q, sort: sort === "risk" ? undefined : sort }} className="act">
                {say("Show all")}
              </Link>
            </span>
          )}
          <label className="flex items-center gap-2 text-xs text-dim">
            {say("sorted by")}
            <select className="field" value={sort} onChange={(e) => go({ sort: e.target.value as "name" })}>
              <option value="risk">{say("highest risk")}</option>
              <option value="name">{say("name")}</option>
              <option value="seen">{say("last seen")}</option>
            </select>
          </label>
          {choice.menu}
          <Exports noun="assets" url={assetsExport({ q, sort, label })} />
          <Link to="/assets/rules" className="button">
            {say("Rules")}
          </Link>
          <Link to="/upload" className="button">
            {say("Upload an SBOM")}
          </Link>
          <EnrollLink as="button" />
        </>
      }
    >
      {waiting > 0 && <WaitingButton text={changedText(waiting)} onShow={show} />}
      <section className="panel" aria-label={say("Assets")}>
        <ViewRow shown={shown} />
        <PagedTable
          pages={pages}
          noun="assets"
          label={say("Assets")}
          keyOf={(a) => a.id}
          onOpen={(a) => void navigate({ to: "/assets/$id", params: { id: a.id } })}
          cardHeight={124}
          columns={choice.columns}
          isCompact={choice.isCompact}
          empty={
            <Empty title={emptyTitle(q, label)}>
              {q || label ? (
                <Link to="/assets" className="link">
                  {say("Show all assets")}
                </Link>
              ) : (
                <EnrollLink text={say("Enroll an agent with one command")} />
              )}
            </Empty>
          }
        />
      </section>
    </Page>
  );
};
