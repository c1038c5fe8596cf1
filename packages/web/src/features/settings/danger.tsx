import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, contract, queries } from "../../api.ts";
import { exact } from "../../ui/format.ts";
import { Panel } from "../../ui/panel.tsx";
import { ErrorPanel } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";

/** The end of the own company, asked for by its owner with its name typed. */
export const DangerZone = () => {
  const client = useQueryClient();
  const session = useQuery(queries.session()).data;
  const [name, setName] = useState("");
  const [reason, setReason] = useState("");
  const remove = useMutation({
    mutationFn: () => call(contract.companies.deleteOwnCompany, { body: { name, reason } }),
  });
  if (!session) return null;
  if (remove.data) {
    return (
      <Panel title={say("Danger zone")}>
        <p>
          {say(
            "{companyName} is closed. Everything of it is deleted after {deleteAt}; until then who runs the platform can undo that.",
            { companyName: session.companyName, deleteAt: exact(remove.data.deleteAt) },
          )}
        </p>
        <button type="button" className="button mt-3" onClick={() => void client.resetQueries()}>
          {say("Done")}
        </button>
      </Panel>
    );
  }
  return (
    <Panel title={say("Danger zone")}>
      <form
        className="grid justify-items-start gap-3"
        onSubmit={(e) => {
          e.preventDefault();
          remove.mutate();
        }}
      >
        <p className="text-sm text-dim">
          {say(
            "Only the owner can ask for the deletion of {companyName}. It is closed at once, for people, programs and agents. After the grace time everything of it is deleted, its audit trail too. Export it first.",
            { companyName: session.companyName },
          )}
        </p>
        <div className="flex flex-wrap items-end gap-4">
          <label className="grid gap-1 text-sm">
            <span className="text-dim">{say("type {companyName}", { companyName: session.companyName })}</span>
            <input className="field w-56" required value={name} onChange={(e) => setName(e.target.value)} />
          </label>
          <label className="grid gap-1 text-sm">
            <span className="text-dim">{say("reason")}</span>
            <input
              className="field w-72 max-w-full"
              maxLength={500}
              value={reason}
              onChange={(e) => setReason(e.target.value)}
            />
          </label>
          <button type="submit" className="button text-bad" disabled={remove.isPending || name !== session.companyName}>
            {say("Delete {companyName}", { companyName: session.companyName })}
          </button>
        </div>
        {remove.error && <ErrorPanel error={remove.error} />}
      </form>
    </Panel>
  );
};
