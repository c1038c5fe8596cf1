import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, contract, queries } from "../../api.ts";
import { Field } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { exact } from "../../ui/format.ts";
import { Panel } from "../../ui/panel.tsx";
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
      <div className="grid gap-3">
        <p className="text-sm text-dim">
          {say(
            "Only the owner can ask for the deletion of {companyName}. It is closed at once, for people, programs and agents. After the grace time everything of it is deleted, its audit trail too. Export it first.",
            { companyName: session.companyName },
          )}
        </p>
        <Form
          row
          of={remove}
          onSend={() => remove.mutate()}
          verb={say("Delete {companyName}", { companyName: session.companyName })}
          tone="bad"
          isOff={name !== session.companyName}
        >
          <Field
            name="name"
            label={say("type {companyName}", { companyName: session.companyName })}
            className="w-56"
            required
            value={name}
            onChange={setName}
          />
          <Field
            name="reason"
            label={say("reason")}
            className="w-72 max-w-full"
            maxLength={500}
            value={reason}
            onChange={setReason}
          />
        </Form>
      </div>
    </Panel>
  );
};
