import { DECISION_STATES } from "@zerotrace/core/decision/decision";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { call, contract, type Decision, queries } from "../../api.ts";
import { decisionsExport } from "../../downloads.ts";
import { count, plural } from "../../ui/format.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { Time } from "../../ui/marks.tsx";
import { useMay } from "../../ui/may.ts";
import { Page } from "../../ui/panel.tsx";
import { Empty } from "../../ui/states.tsx";
import { type Column, PagedTable } from "../../ui/table.tsx";
import { Decide } from "./decide.tsx";
import { KIND_WORDS } from "./words.ts";
import { LOCALE, say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";

const STATE_TONES: Readonly<Record<Decision["state"], string>> = {
  active: "font-semibold",
  proposed: "text-warn",
  expired: "text-dim",
  revoked: "text-dim",
};

/** An email without its host, which is the same for most: the whole is on hover. */
const nameOf = (by: string): string => by.replace(/@[^@\s]+$/, "");
/** A day as short as a column of days needs. */
const shortDay = (at: string): string =>
  new Date(at).toLocaleDateString(LOCALE, { day: "numeric", month: "short", year: "2-digit" });

const isOver = ({ state }: Decision): boolean => state === "expired" || state === "revoked";

/** Who made it, who approved it and who took it back. */
const History = ({ decision: d }: { decision: Decision }) => (
  <span title={`${d.createdBy}, ${d.createdAt.slice(0, 16).replace("T", " ")}`}>
    {nameOf(d.createdBy)} <Time at={d.createdAt} />
    {d.approvedBy && (
      <span className="block text-dim">{say("approved by {approvedBy}", { approvedBy: nameOf(d.approvedBy) })}</span>
    )}
    {d.revokedBy && <span className="block text-dim">{say("revoked by {revokedBy}", { revokedBy: d.revokedBy })}</span>}
  </span>
);

const Hides = ({ decision: d }: { decision: Decision }) => {
  if (isOver(d) || d.state === "proposed") return <span className="text-dim">{say("nothing")}</span>;
  const partly = d.findingCount - d.closedCount;
  return (
    <span className="mono">
      {count(d.closedCount)}
      {partly > 0 && (
        <span className="text-dim" title={say("On some of the assets that have them")}>
          {" "}
          {say("+{partly} partly", { partly: count(partly) })}
        </span>
      )}
      {d.lapsedCount > 0 && (
        <span
          className="text-warn"
          title={say("{lapsedCount} became worse than what was decided", {
            lapsedCount: plural(d.lapsedCount, "finding"),
          })}
        >
          {" "}
          !{count(d.lapsedCount)}
        </span>
      )}
    </span>
  );
};

const Actions = ({ decision: d }: { decision: Decision }) => {
  const client = useQueryClient();
  const { data: session } = useQuery(queries.session());
  const params = { id: d.id };
  const onSuccess = () => client.invalidateQueries();
  const revoke = useMutation({ mutationFn: () => call(contract.decisions.revokeDecision, { params }), onSuccess });
  const approve = useMutation({ mutationFn: () => call(contract.decisions.approveDecision, { params }), onSuccess });
  const error = revoke.error ?? approve.error;
  if (isOver(d)) return <span className="text-dim">{say("over")}</span>;
  return (
    <span className="inline-flex flex-wrap justify-end gap-x-3">
      {error && (
        <span role="alert" className="text-bad" title={error.message}>
          {error.message}
        </span>
      )}
      {d.state === "proposed" && session?.subject === d.createdBy && (
        <span className="text-dim">{say("another approves")}</span>
      )}
      {d.state === "proposed" && session?.subject !== d.createdBy && (
        <button type="button" className="act" disabled={approve.isPending} onClick={() => approve.mutate()}>
          {say("Approve")}
        </button>
      )}
      <Confirm
        verb={say("Revoke")}
        question={say("{closedCount} open again at once", {
          closedCount: plural(d.closedCount, "finding is", "findings are"),
        })}
        onConfirm={() => revoke.mutate()}
      />
    </span>
  );
};

const COLUMNS: readonly Column<Decision>[] = [
  { head: "State", width: "92px", cell: (d) => <span className={STATE_TONES[d.state]}>{told(d.state)}</span> },
  { head: "Decision", width: "128px", cell: (d) => KIND_WORDS[d.kind] },
  {
    head: "About",
    width: "minmax(0, 1.3fr)",
    className: "full",
    cell: (d) => (
      <Link to="/findings" search={{ query: `(${d.scope}) status:all` }} className="mono link" title={d.scope}>
        {d.scope}
      </Link>
    ),
  },
  {
    head: "Reason",
    className: "full",
    cell: (d) => <span title={d.reason}>{d.reason}</span>,
  },
  { head: "Hides", width: "128px", label: say("hides"), cell: (d) => <Hides decision={d} /> },
  {
    head: "Until",
    width: "96px",
    label: say("until"),
    cell: (d) => <span title={d.expiresAt}>{shortDay(d.expiresAt)}</span>,
  },
  { head: "By", width: "148px", label: say("decided by"), cell: (d) => <History decision={d} /> },
];
const ACTIONS: Column<Decision> = {
  head: "Actions",
  hidesHead: true,
  className: "end",
  width: "152px",
  cell: (d) => <Actions decision={d} />,
};

const VEX_EXPORTS = [
  ["openvex", "OpenVEX"],
  ["cyclonedx", "CycloneDX VEX"],
  ["csaf", "CSAF"],
] as const;

/** What is decided for the whole company, for others to read. */
const VexExports = () => (
  <fieldset className="inline-flex" aria-label={say("Export what is decided as VEX")}>
    {VEX_EXPORTS.map(([format, name]) => (
      <a
        key={format}
        className="button -ml-px px-2.5 first:ml-0 hover:z-10"
        href={decisionsExport(format)}
        download
        title={say("What is decided for the whole company, as {name}", { name })}
      >
        {format === "openvex" && <Download className="size-4" aria-hidden="true" />}
        {name}
      </a>
    ))}
  </fieldset>
);

const api = getRouteApi("/decisions");

/** What people decided of findings: each with its state, what it hides and the way back. */
export const DecisionsPage = () => {
  const { state } = api.useSearch();
  const navigate = useNavigate();
  const may = useMay("findings:manage");
  const pages = useInfiniteQuery(queries.decisions(state));
  return (
    <Page
      title={say("Decisions")}
      lead={say("A decision hides findings while it stands: revoked or over, they are open again.")}
      actions={
        <>
          <label className="flex items-center gap-2 text-xs text-dim">
            {say("state")}
            <select
              className="field"
              value={state ?? ""}
              onChange={(e) => {
                const chosen = DECISION_STATES.find((one) => one === e.target.value);
                void navigate({ to: "/decisions", search: { state: chosen } });
              }}
            >
              <option value="">{say("all")}</option>
              {DECISION_STATES.map((one) => (
                <option key={one} value={one}>
                  {told(one)}
                </option>
              ))}
            </select>
          </label>
          <VexExports />
          <Decide scope="" />
        </>
      }
    >
      <section className="panel" aria-label={say("Decisions")}>
        <PagedTable
          pages={pages}
          noun="decisions"
          label={say("Decisions")}
          keyOf={(d) => d.id}
          cardHeight={168}
          columns={may ? [...COLUMNS, ACTIONS] : COLUMNS}
          empty={
            <Empty title={state ? say("No decision is {state}", { state }) : say("Nothing is decided yet")}>
              {may
                ? say(
                    "Press Decide on the findings page, on a finding or here: it says in numbers what it hides first.",
                  )
                : say("Who may manage findings decides on them.")}
              <Link to="/findings" className="link">
                {say("See the findings")}
              </Link>
            </Empty>
          }
        />
      </section>
    </Page>
  );
};
