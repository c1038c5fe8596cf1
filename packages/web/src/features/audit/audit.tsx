import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { type AuditRow, contract, queries } from "../../api.ts";
import { urlOf } from "@zerotrace/sdk";
import { count } from "../../ui/format.ts";
import { Copy, Time } from "../../ui/marks.tsx";
import { useMay } from "../../ui/may.ts";
import { Page, Panel } from "../../ui/panel.tsx";
import { Empty, ErrorPanel } from "../../ui/states.tsx";
import { type Column, PagedTable } from "../../ui/table.tsx";
import { Change } from "./change.tsx";
import { Sinks } from "./sinks.tsx";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";

const exportUrl = (format: "json" | "cef"): string => urlOf("", contract.audit.exportAudit, { query: { format } });

/** Whether the chain holds, asked for by a click because the whole trail is computed anew. */
const Verify = () => {
  const [asked, setAsked] = useState(false);
  const verify = useQuery({ ...queries.auditVerify(), enabled: asked });
  return (
    <span className="inline-flex items-center gap-3">
      {verify.data &&
        (verify.data.fault === null ? (
          <output className="text-accent">
            {say("unbroken over {count} rows", { count: count(verify.data.count) })}
          </output>
        ) : (
          <output className="text-bad">
            {say("broken at {seq}: {why}", { seq: verify.data.fault.seq ?? "the end", why: verify.data.fault.why })}
          </output>
        ))}
      {verify.error && <span className="text-bad">{verify.error.message}</span>}
      <button
        type="button"
        className="button"
        disabled={verify.isFetching}
        onClick={() => (asked ? void verify.refetch() : setAsked(true))}
      >
        {verify.isFetching ? say("Computing the chain…") : say("Verify the chain")}
      </button>
    </span>
  );
};

const COLUMNS: readonly Column<AuditRow>[] = [
  { head: "When", width: "120px", cell: (r) => <Time at={r.at} /> },
  {
    head: "Who",
    width: "minmax(0, 1.2fr)",
    label: say("by"),
    cell: (r) => <span title={told(r.actor)}>{told(r.actor)}</span>,
  },
  { head: "What", className: "full", cell: (r) => <span className="mono">{r.action}</span> },
  { head: "On", width: "320px", className: "wide-only", cell: (r) => <Copy text={r.target} max={36} /> },
  { head: "From", width: "140px", className: "wide-only", cell: (r) => <span className="mono">{r.ip}</span> },
  { head: "#", width: "90px", className: "end wide-only", cell: (r) => <span className="mono text-dim">{r.seq}</span> },
];

const FIELDS = [
  ["action", say("what, such as token.create or token.*")],
  ["actor", say("who, as written in the trail")],
  ["target", say("the object's id")],
] as const;

/** Who did what, when, from where and what it was before. */
export const AuditPage = () => {
  const search = useSearch({ from: "/audit" });
  const navigate = useNavigate({ from: "/audit" });
  const pages = useInfiniteQuery(queries.audit(search));
  const [open, setOpen] = useState<AuditRow | null>(null);
  const mayManage = useMay("audit:manage");
  return (
    <Page
      title={say("Audit")}
      lead={say("Every change and every sign-in, chained: a row that is changed or taken away breaks it")}
      actions={
        <>
          <Verify />
          <a className="button" href={exportUrl("json")} download>
            {say("JSON")}
          </a>
          <a className="button" href={exportUrl("cef")} download>
            {say("CEF")}
          </a>
        </>
      }
    >
      <form
        className="flex flex-wrap gap-3"
        onSubmit={(e) => {
          e.preventDefault();
          const given = new FormData(e.currentTarget);
          const next = Object.fromEntries(
            FIELDS.map(([name]) => [name, (given.get(name) as string).trim() || undefined] as const),
          );
          void navigate({ search: next });
        }}
      >
        {FIELDS.map(([name, hint]) => (
          <input
            key={name}
            name={name}
            className="field w-80 max-w-full"
            placeholder={hint}
            aria-label={hint}
            defaultValue={search[name] ?? ""}
          />
        ))}
        <button type="submit" className="button">
          {say("Search")}
        </button>
      </form>
      {open && <Change row={open} onClose={() => setOpen(null)} />}
      <Panel title={say("Trail")} flush>
        {pages.error ? (
          <ErrorPanel error={pages.error} retry={() => void pages.refetch()} />
        ) : (
          <PagedTable
            pages={pages}
            noun="rows"
            label={say("Audit trail")}
            keyOf={(r) => String(r.seq)}
            onOpen={setOpen}
            cardHeight={88}
            columns={COLUMNS}
            empty={<Empty title={say("No row of the trail fits")}>{say("Take a part of the search away.")}</Empty>}
          />
        )}
      </Panel>
      {mayManage && <Sinks />}
    </Page>
  );
};
