import { FIX_STATES } from "@zerotrace/core/fix/work";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { type Fix, type FixWork, queries } from "../../api.ts";
import type { FixesSearch, FixesView } from "../../routes.tsx";
import { EnrollLink } from "../../ui/enroll-link.tsx";
import { Page } from "../../ui/panel.tsx";
import { Empty } from "../../ui/states.tsx";
import { type Column, PagedTable, rowsOf } from "../../ui/table.tsx";
import { toggled, WhatIf } from "../risk/what-if.tsx";
import { say } from "../../ui/texts.ts";
import { FIX_COLUMNS, WORK_COLUMNS } from "./columns.tsx";
import { Performance } from "./performance.tsx";
import { STATE_WORDS } from "./words.ts";

const VIEWS: readonly (readonly [FixesView, string])[] = [
  ["all", say("What to do")],
  ["work", say("In work and done")],
  ["speed", say("How long fixes take")],
];

const Nothing = ({ query }: { query: string | undefined }) => {
  const stats = useQuery(queries.stats()).data;
  if (query !== undefined) {
    return (
      <Empty title={say("No fix closes a finding that fits this prompt")}>
        <Link to="/fixes" className="button">
          {say("Show all fixes")}
        </Link>
      </Empty>
    );
  }
  const isUnsure = !stats || stats.pendingJobs > 0 || stats.assetCount === 0;
  return isUnsure ? (
    <Empty title={say("Nothing to fix is known yet")}>
      {say("Inventory or advisories are still missing or being read. This list fills by itself when they are in.")}
      {stats?.assetCount === 0 && <EnrollLink />}
    </Empty>
  ) : (
    <Empty title={say("Nothing to fix: no open finding in what is covered")}>
      <Link to="/feeds" className="link">
        {say("See what the advisories cover")}
      </Link>
    </Empty>
  );
};

const useOpen = () => {
  const navigate = useNavigate();
  return (row: { id: string }) => void navigate({ to: "/fixes/$id", params: { id: row.id } });
};

/** What is chosen for the bar that says how it would be; x does it by the keyboard. */
const choiceOf = (chosen: readonly string[], toggle: (id: string) => void): Column<Fix> => ({
  head: "What if",
  hidesHead: true,
  width: "36px",
  className: "choice",
  cell: (fix) =>
    fix.fixedIn !== null && (
      <input
        type="checkbox"
        className="size-4 align-middle accent-accent"
        aria-label={say("What if {package} were at {version}", { package: fix.package, version: fix.fixedIn })}
        checked={chosen.includes(fix.id)}
        onChange={() => toggle(fix.id)}
        onClick={(e) => e.stopPropagation()}
      />
    ),
});

const All = ({ query }: { query: string | undefined }) => {
  const open = useOpen();
  const pages = useInfiniteQuery(queries.fixesPages(query === undefined ? {} : { query }));
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const select = (id: string) => setChosen((now) => toggled(now, id));
  const rows = rowsOf(pages);
  const keys = rows.flatMap((fix) => (fix.fixedIn !== null && chosen.includes(fix.id) ? [fix.key] : []));
  return (
    <>
      <PagedTable
        pages={pages}
        noun="fixes"
        label={say("Fixes, most risk closed first")}
        columns={[choiceOf(chosen, select), ...FIX_COLUMNS]}
        keyOf={(fix: Fix) => fix.id}
        onOpen={open}
        selected={new Set(chosen)}
        onSelect={select}
        cardHeight={120}
        empty={<Nothing query={query} />}
      />
      <WhatIf keys={keys} onClear={() => setChosen([])} />
    </>
  );
};

const Work = ({ state }: { state: FixWork["state"] | undefined }) => {
  const open = useOpen();
  const pages = useInfiniteQuery(queries.fixWork(state));
  return (
    <PagedTable
      pages={pages}
      noun="fixes"
      label={say("Fixes in work and done")}
      columns={WORK_COLUMNS}
      keyOf={(work: FixWork) => work.id}
      onOpen={open}
      cardHeight={96}
      empty={
        <Empty title={say("Nobody works on a fix in this state")}>
          {say("Open a fix to assign it, give it a day and say when it is done: the next inventories check it.")}
        </Empty>
      }
    />
  );
};

const api = getRouteApi("/fixes");

/** What to do first, who does it until when, and whether it was done. */
export const FixesPage = () => {
  const { query, view = "all", state } = api.useSearch();
  const navigate = useNavigate();
  const go = (change: FixesSearch) => void navigate({ to: "/fixes", search: { query, view, state, ...change } });
  return (
    <Page
      title={say("Fixes")}
      lead={say(
        "Findings by the action that closes them, the one that removes most risk first. Open one to assign it; tick some to see what they would change.",
      )}
    >
      <section className="panel" aria-label={say("Fixes")}>
        <div className="flex items-center gap-x-1 overflow-x-auto border-b border-line pr-2 pl-1">
          {VIEWS.map(([id, name]) => (
            <button
              key={id}
              type="button"
              aria-pressed={view === id}
              onClick={() => go({ view: id })}
              className="h-10 shrink-0 border-b-2 border-transparent px-3 text-sm text-dim hover:text-text aria-pressed:border-accent aria-pressed:text-text"
            >
              {name}
            </button>
          ))}
          {view === "work" && (
            <label className="ml-auto flex shrink-0 items-center gap-2 py-1 pl-2 text-xs text-dim">
              {say("state")}
              <select
                className="field"
                value={state ?? ""}
                onChange={(e) => go({ state: FIX_STATES.find((one) => one === e.target.value) })}
              >
                <option value="">{say("all")}</option>
                {FIX_STATES.map((one) => (
                  <option key={one} value={one}>
                    {STATE_WORDS[one]}
                  </option>
                ))}
              </select>
            </label>
          )}
        </div>
        {view === "all" && <All query={query} />}
        {view === "work" && <Work state={state} />}
        {view === "speed" && <Performance />}
      </section>
    </Page>
  );
};
