import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { call, contract, queries } from "../../api.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { Online, Time } from "../../ui/marks.tsx";
import { Page } from "../../ui/panel.tsx";
import { Empty, ErrorPanel } from "../../ui/states.tsx";
import { PagedTable } from "../../ui/table.tsx";

/** Every agent: whether it is heard, and the end of its credential. */
export const AgentsPage = () => {
  const client = useQueryClient();
  const pages = useInfiniteQuery(queries.agents());
  const done = () => client.invalidateQueries({ queryKey: ["agents"] });
  const revoke = useMutation({
    mutationFn: (id: string) => call(contract.agents.revokeAgent, { params: { id } }),
    onSuccess: done,
  });
  const ask = useMutation({
    mutationFn: (id: string) => call(contract.agents.requestInventory, { params: { id } }),
    onSuccess: done,
  });
  const error = revoke.error ?? ask.error;
  return (
    <Page
      title="Agents"
      actions={
        <Link to="/agents/enroll" className="button button-primary">
          Enroll an agent
        </Link>
      }
    >
      {error && <ErrorPanel error={error} />}
      <section className="panel" aria-label="Agents">
        <PagedTable
          pages={pages}
          noun="agents"
          label="Agents"
          keyOf={(a) => a.id}
          cardHeight={112}
          columns={[
            {
              head: "State",
              width: "110px",
              cell: (a) => (a.revokedAt ? <span className="text-dim">revoked</span> : <Online online={a.online} />),
            },
            {
              head: "Host",
              cell: (a) => (
                <Link to="/assets/$id" params={{ id: a.assetId }} className="mono link">
                  {a.hostname}
                </Link>
              ),
            },
            { head: "System", className: "full", cell: (a) => a.os },
            {
              head: "Version",
              width: "96px",
              className: "wide-only",
              cell: (a) => <span className="mono">{a.agentVersion}</span>,
            },
            { head: "Last seen", width: "110px", label: "seen", cell: (a) => <Time at={a.lastSeenAt} /> },
            { head: "Enrolled", width: "110px", className: "wide-only", cell: (a) => <Time at={a.enrolledAt} /> },
            {
              head: "Actions",
              width: "290px",
              className: "end",
              cell: (a) =>
                a.revokedAt ? (
                  <span className="text-dim">
                    <Time at={a.revokedAt} />
                  </span>
                ) : (
                  <span className="inline-flex gap-2">
                    <button
                      type="button"
                      className="text-sm underline decoration-edge underline-offset-3 hover:text-accent"
                      onClick={() => ask.mutate(a.id)}
                    >
                      {ask.isSuccess && ask.variables === a.id ? "Asked" : "Ask for inventory"}
                    </button>
                    <Confirm verb="Revoke" question={`Revoke ${a.hostname}?`} onConfirm={() => revoke.mutate(a.id)} />
                  </span>
                ),
            },
          ]}
          empty={
            <Empty title="No agent is enrolled yet">
              <p>An agent reads what is installed on its machine and reports what changes.</p>
              <Link to="/agents/enroll" className="button button-primary">
                Enroll an agent
              </Link>
            </Empty>
          }
        />
      </section>
    </Page>
  );
};
