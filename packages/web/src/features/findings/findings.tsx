import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { FINDING_FIELDS, parseQuery, sourcesAsked } from "@zerotrace/core/query/language/index";
import { useCallback, useState } from "react";
import { type Finding, type FindingFilter, queries, type Sort } from "../../api.ts";
import { findingsExport } from "../../downloads.ts";
import { LISTED_FIXES } from "../../asks.ts";
import type { FindingsSearch, FindingsView } from "../../routes.tsx";
import { useCopy } from "../../ui/clipboard.ts";
import { Exports } from "../../ui/export.tsx";
import { plural } from "../../ui/format.ts";
import { wasRead } from "../../ui/known.ts";
import { Page } from "../../ui/panel.tsx";
import { Empty } from "../../ui/states.tsx";
import { type Column, PagedTable, rowsOf } from "../../ui/table.tsx";
import { useTableChoice } from "../../ui/table-choice.tsx";
import { ViewRow } from "../views/view-row.tsx";
import { ADVISORY_GROUP_COLUMNS, FINDING_COLUMNS } from "./columns.tsx";
import { Decide } from "../decisions/decide.tsx";
import { ChangeMany } from "../work/bulk.tsx";
import { scopeOfFilter, scopeOfFindings } from "../decisions/words.ts";
import { Fixes } from "./fixes.tsx";
import { newText, WaitingButton } from "../../ui/waiting.tsx";
import { useArrivals } from "./arrivals.ts";
import { EnrollLink } from "../../ui/enroll-link.tsx";
import { say } from "../../ui/texts.ts";

const VIEWS: readonly (readonly [FindingsView, string])[] = [
  ["rows", say("Findings")],
  ["fixes", say("By fix")],
  ["advisories", say("By advisory")],
];
const SORTS: readonly (readonly [Sort, string])[] = [
  ["risk", say("highest risk")],
  ["seen", say("newest")],
  ["package", say("package")],
  ["epss", say("highest EPSS")],
];

/** Whether an empty list may be called clean: only when inventory and advisories are in and nothing is running. */
const useUnsure = (): boolean => {
  const stats = useQuery(queries.stats());
  const feeds = useQuery(queries.feeds());
  return (
    !stats.data ||
    stats.data.pendingJobs > 0 ||
    stats.data.assetCount === 0 ||
    !feeds.data?.generation ||
    feeds.data.syncing
  );
};

const Nothing = ({ filter }: { filter: FindingFilter }) => {
  const unsure = useUnsure();
  const feeds = useQuery(queries.feeds()).data;
  if (filter.query) {
    return (
      <Empty title={say("No finding fits this prompt")}>
        <p>
          <span className="mono">{filter.query}</span>
        </p>
        <Link to="/findings" className="button">
          {say("Show all open findings")}
        </Link>
        {sourcesAsked(parseQuery(filter.query, FINDING_FIELDS).node)
          .filter((source) => !wasRead(feeds, source))
          .map((source) => (
            <p key={source} className="text-warn">
              {source === "kev"
                ? say("No KEV catalog was read: which findings are exploited is not known.")
                : say("No EPSS scores were read: how likely findings are exploited is not known.")}
            </p>
          ))}
        {unsure && <p>{say("Some data is still missing or being read; see the status line.")}</p>}
      </Empty>
    );
  }
  return unsure ? (
    <Empty title={say("No findings to show yet, which does not mean that there are none")}>
      <p>{say("Inventory or advisories are missing or being read. Findings appear here by themselves.")}</p>
      <EnrollLink />
      <Link to="/feeds" className="link">
        {say("See the feeds")}
      </Link>
    </Empty>
  ) : (
    <Empty title={say("No open findings in what the advisories cover")}>
      <Link to="/feeds" className="link">
        {say("See what is covered")}
      </Link>
    </Empty>
  );
};

const SelectionBar = ({ rows, clear }: { rows: readonly Finding[]; clear: () => void }) => {
  const lines = rows.map(
    (f) => `${f.advisory}\t${f.source ?? f.package}\t${f.version}\t${f.fixedIn ?? say("no fix yet")}`,
  );
  const [copied, copy] = useCopy(lines.join("\n"));
  return (
    <output className="flex flex-wrap items-center gap-3 border-b border-line bg-raised px-3 py-1.5 text-sm">
      <span>
        {say("{length} selected in", { length: plural(rows.length, "finding") })}{" "}
        {plural(new Set(rows.map((f) => f.source ?? f.package)).size, "package")}
      </span>
      <button type="button" className="button" onClick={copy}>
        {copied ? say("Copied") : say("Copy {length} as text", { length: plural(rows.length, "finding") })}
      </button>
      <Decide
        scope={scopeOfFindings(rows)}
        label={say("Decide on {length}", { length: plural(rows.length, "finding") })}
        onMade={clear}
      />
      <ChangeMany
        target={{ ids: rows.map((f) => f.id) }}
        label={say("Change {length}", { length: plural(rows.length, "finding") })}
        onDone={clear}
      />
      <button type="button" className="button" onClick={clear}>
        {say("Clear")}
      </button>
    </output>
  );
};

/** The rows of a filter, live: what is new is counted while the reader is further down, and glows when it comes in. */
export const FindingRows = ({
  filter,
  sort,
  columns = FINDING_COLUMNS,
  isCompact = false,
}: {
  filter: FindingFilter;
  sort: Sort;
  columns?: readonly Column<Finding>[];
  isCompact?: boolean;
}) => {
  const navigate = useNavigate();
  const client = useQueryClient();
  const query = queries.findings(filter, sort);
  const pages = useInfiniteQuery(query);
  const rows = rowsOf(pages);
  const refresh = useCallback(() => client.resetQueries({ queryKey: ["findings"] }), [client]);
  const { waiting, arrived, show } = useArrivals(rows, `${filter.query ?? ""} ${sort}`, refresh);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const open = useCallback((f: Finding) => void navigate({ to: "/findings/$id", params: { id: f.id } }), [navigate]);
  const select = useCallback(
    (id: string) =>
      setSelected((s) => {
        const next = new Set(s);
        if (!next.delete(id)) next.add(id);
        return next;
      }),
    [],
  );
  return (
    <>
      {waiting > 0 && <WaitingButton text={newText(waiting)} onShow={show} />}
      {selected.size > 0 && (
        <SelectionBar rows={rows.filter((r) => selected.has(r.id))} clear={() => setSelected(new Set())} />
      )}
      <PagedTable
        pages={pages}
        noun="findings"
        label={say("Findings")}
        columns={columns}
        isCompact={isCompact}
        keyOf={(f) => f.id}
        onOpen={open}
        selected={selected}
        onSelect={select}
        cardHeight={92}
        arrived={arrived}
        empty={<Nothing filter={filter} />}
      />
    </>
  );
};

const GroupRows = ({ filter }: { filter: FindingFilter }) => {
  const navigate = useNavigate();
  const pages = useInfiniteQuery(queries.findingsByAdvisory(filter));
  return (
    <PagedTable
      pages={pages}
      noun="advisories"
      label={say("Findings by advisory")}
      columns={ADVISORY_GROUP_COLUMNS}
      keyOf={(g) => g.advisory}
      onOpen={(g) => void navigate({ to: "/advisories/$id", params: { id: g.advisory } })}
      cardHeight={92}
      empty={<Nothing filter={filter} />}
    />
  );
};

const api = getRouteApi("/findings");

/** Every finding that the prompt names: as rows, as fixes, or by advisory. */
export const FindingsPage = () => {
  const { sort = "risk", view = "rows", query, columns } = api.useSearch();
  const navigate = useNavigate();
  const unsure = useUnsure();
  const filter: FindingFilter = query === undefined ? {} : { query };
  const go = (change: Partial<FindingsSearch>) =>
    void navigate({ to: "/findings", search: { query, sort, view, columns, ...change } });
  const choice = useTableChoice("findings", FINDING_COLUMNS, columns, (next) => go({ columns: next }));
  const usual = { sort: sort === "risk" ? "" : sort, view: view === "rows" ? "" : view };
  const heads = view === "rows" && choice.text !== "" ? choice.text.split(",") : [];
  const shown = { noun: "findings" as const, query: query ?? "", ...usual, columns: heads };
  return (
    <Page
      title={say("Findings")}
      actions={
        <>
          <Decide key={query ?? ""} scope={scopeOfFilter(query ?? "")} />
          <ChangeMany key={`change ${query ?? ""}`} target={{ query: query ?? "" }} label={say("Change all")} />
          <Exports noun="findings" url={findingsExport(filter, sort)} />
        </>
      }
    >
      <section className="panel" aria-label={say("Findings")}>
        <ViewRow shown={shown} />
        <div className="flex flex-wrap items-center gap-x-1 border-b border-line pr-2 pl-1">
          {VIEWS.map(([id, name]) => (
            <button
              key={id}
              type="button"
              aria-pressed={view === id}
              onClick={() => go({ view: id })}
              className="h-10 border-b-2 border-transparent px-3 text-sm text-dim hover:text-text aria-pressed:border-accent aria-pressed:text-text"
            >
              {name}
            </button>
          ))}
          {view === "rows" && (
            <label className="ml-auto flex items-center gap-2 py-1 pl-2 text-xs text-dim">
              {say("sorted by")}
              <select className="field" value={sort} onChange={(e) => go({ sort: e.target.value as Sort })}>
                {SORTS.map(([id, name]) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
          )}
          {view === "rows" && choice.menu}
        </div>
        {view === "rows" && (
          <FindingRows
            key={`${filter.query ?? ""} ${sort}`}
            filter={filter}
            sort={sort}
            columns={choice.columns}
            isCompact={choice.isCompact}
          />
        )}
        {view === "fixes" && (
          <Fixes rows={LISTED_FIXES} filter={filter} unsure={unsure} empty={<Nothing filter={filter} />} />
        )}
        {view === "advisories" && <GroupRows filter={filter} />}
      </section>
    </Page>
  );
};
