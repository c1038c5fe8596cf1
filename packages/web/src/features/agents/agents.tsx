import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type Agent, call, contract, queries } from "../../api.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { useMay } from "../../ui/may.ts";
import { Online, Time } from "../../ui/marks.tsx";
import { Page } from "../../ui/panel.tsx";
import { Empty, Notice } from "../../ui/states.tsx";
import { type Column, PagedTable } from "../../ui/table.tsx";
import { Labels } from "../assets/labels.tsx";
import { EnrollLink } from "../../ui/enroll-link.tsx";
import { allOf } from "../../ui/format.ts";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";

const Actions = ({ agent }: { agent: Agent }) => {
  const may = useMay("agents:manage");
  const client = useQueryClient();
  const input = { params: { id: agent.id } };
  const onSuccess = () => client.invalidateQueries({ queryKey: ["agents"] });
  const revoke = useMutation({ mutationFn: () => call(contract.agents.revokeAgent, input), onSuccess });
  const ask = useMutation({ mutationFn: () => call(contract.agents.requestInventory, input), onSuccess });
  const error = revoke.error ?? ask.error;
  if (agent.revokedAt) {
    return (
      <span className="text-dim">
        <Time at={agent.revokedAt} />
      </span>
    );
  }
  if (!may) return null;
  return (
    <span className="inline-flex gap-4">
      {error && (
        <span role="alert" className="text-bad" title={error.message}>
          {say("failed: {message}", { message: error.message })}
        </span>
      )}
      <button type="button" className="act" onClick={() => ask.mutate()}>
        {ask.isSuccess ? say("Asked") : say("Ask for inventory")}
      </button>
      <Confirm
        verb={say("Revoke")}
        question={say(
          "{hostname} reports no more; its last inventory and its findings stay. Enroll it again to have it back.",
          {
            hostname: agent.hostname,
          },
        )}
        onConfirm={() => revoke.mutate()}
      />
    </span>
  );
};

const State = ({ agent }: { agent: Agent }) => {
  if (agent.revokedAt) return <span className="text-dim">{say("revoked")}</span>;
  if (agent.clone) return <span className="font-semibold text-bad">{say("cloned")}</span>;
  return <Online online={agent.online} />;
};

/** Agents whose credential two machines use: who they are, and what to do. */
const Clones = ({ agents }: { agents: readonly Agent[] }) => {
  const cloned = agents.filter((a) => a.clone !== null && a.revokedAt === null);
  return cloned.map((a) => (
    <Notice key={a.id}>
      <p>
        {say("Two machines use the credential of")} <span className="mono">{a.hostname}</span>:{" "}
        {allOf(
          (a.clone?.holders ?? []).map((h) => `${h.hostname}${h.ip === "" ? "" : ` ${say("at {ip}", { ip: h.ip })}`}`),
        )}
        {say(", found")} <Time at={a.clone?.at ?? null} />.
      </p>
      <p className="text-dim">{a.clone && told(a.clone.advice)}</p>
    </Notice>
  ));
};

const COLUMNS: readonly Column<Agent>[] = [
  {
    head: "State",
    width: "92px",
    cell: (a) => <State agent={a} />,
  },
  {
    head: "Host",
    className: "title",
    cell: (a) => (
      <span className="inline-flex max-w-full items-center gap-2">
        <Link to="/assets/$id" params={{ id: a.assetId }} className="mono link min-w-28 truncate" title={a.hostname}>
          {a.hostname}
        </Link>
        <Labels labels={a.labels} max={1} />
        {a.restoredAt && (
          <span className="text-xs text-dim" title={say("An older state of it went on, as after a restored snapshot")}>
            {say("restored")} <Time at={a.restoredAt} />
          </span>
        )}
      </span>
    ),
  },
  { head: "System", width: "140px", cell: (a) => <span title={a.os}>{a.os}</span> },
  {
    head: "Version",
    width: "80px",
    className: "wide-only",
    cell: (a) => <span className="mono">{a.agentVersion}</span>,
  },
  { head: "Last seen", width: "110px", label: say("seen"), cell: (a) => <Time at={a.lastSeenAt} /> },
  { head: "Enrolled", width: "110px", className: "wide-only", cell: (a) => <Time at={a.enrolledAt} /> },
  {
    head: "Actions",
    width: "212px",
    className: "end",
    cell: (a) => <Actions agent={a} />,
  },
];

/** Every agent: whether it is heard, and the end of its credential. */
export const AgentsPage = () => {
  const pages = useInfiniteQuery(queries.agents());
  return (
    <Page title={say("Agents")} actions={<EnrollLink as="button" />}>
      <Clones agents={pages.data?.pages.flatMap((one) => one.rows) ?? []} />
      <section className="panel" aria-label={say("Agents")}>
        <PagedTable
          pages={pages}
          noun="agents"
          label={say("Agents")}
          keyOf={(a) => a.id}
          cardHeight={104}
          columns={COLUMNS}
          empty={
            <Empty title={say("No agent is enrolled yet")}>
              <p>{say("An agent reads what is installed on its machine and reports what changes.")}</p>
              <EnrollLink as="button" />
            </Empty>
          }
        />
      </section>
    </Page>
  );
};
