import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { call, type CompanySession, contract, queries } from "../../api.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { Time } from "../../ui/marks.tsx";
import { useMay } from "../../ui/may.ts";
import { Panel } from "../../ui/panel.tsx";
import { Empty } from "../../ui/states.tsx";
import { type Column, PagedTable } from "../../ui/table.tsx";
import { browserName } from "./browser-name.ts";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";

const End = ({ session }: { session: CompanySession }) => {
  const client = useQueryClient();
  const may = useMay("users:manage");
  const end = useMutation({
    mutationFn: () => call(contract.me.endSession, { params: { id: session.id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["company-sessions"] }),
  });
  if (session.isCurrent) return <span className="text-accent">{say("this one")}</span>;
  if (!may) return null;
  return (
    <span className="inline-flex gap-4">
      {end.error && <span className="text-bad">{end.error.message}</span>}
      <Confirm
        verb={say("End")}
        question={say("{subject} is signed out there", { subject: session.subject })}
        onConfirm={() => end.mutate()}
      />
    </span>
  );
};

const COLUMNS: readonly Column<CompanySession>[] = [
  { head: "Who", className: "full", cell: (s) => s.subject },
  { head: "By", width: "100px", label: say("by"), cell: (s) => told(s.method ?? "") },
  {
    head: "Browser",
    className: "wide-only",
    cell: (s) => <span title={s.userAgent ?? ""}>{browserName(s.userAgent)}</span>,
  },
  { head: "Address", width: "150px", className: "wide-only", cell: (s) => <span className="mono">{s.ip ?? ""}</span> },
  { head: "Last used", width: "120px", label: say("used"), cell: (s) => <Time at={s.lastUsedAt ?? s.createdAt} /> },
  { head: "Ends", width: "120px", className: "wide-only", cell: (s) => <Time at={s.expiresAt} /> },
  { head: "Actions", width: "180px", className: "end", cell: (s) => <End session={s} /> },
];

/** The open sessions of the company's people. */
export const CompanySessions = () => {
  const pages = useInfiniteQuery(queries.companySessions());
  return (
    <Panel title={say("Open sessions")} flush>
      <PagedTable
        pages={pages}
        noun="sessions"
        label={say("Open sessions")}
        keyOf={(s) => s.id}
        cardHeight={88}
        columns={COLUMNS}
        empty={<Empty title={say("Nobody is signed in")} />}
      />
    </Panel>
  );
};
