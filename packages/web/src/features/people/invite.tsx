import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, contract, queries } from "../../api.ts";
import { Choice, Field } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { Address, Time } from "../../ui/marks.tsx";
import { Panel } from "../../ui/panel.tsx";
import { RowsSkeleton } from "../../ui/states.tsx";
import { scopeOf } from "./scope.ts";
import { roleName } from "../../ui/role-name.ts";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";

/** Makes an invitation and shows its link, this once. */
export const Invite = () => {
  const client = useQueryClient();
  const roles = useQuery(queries.roles());
  const [email, setEmail] = useState("");
  const [role, setRole] = useState("viewer");
  const [labels, setLabels] = useState("");
  const invite = useMutation({
    mutationFn: () => call(contract.invitations.createInvitation, { body: { email, role, labels: scopeOf(labels) } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["invitations"] }),
  });
  const chosen = roles.data?.rows.find((r) => r.id === role);
  return (
    <Panel title={say("Invite somebody")}>
      {roles.isPending && <RowsSkeleton rows={2} />}
      <Form row of={invite} onSend={() => invite.mutate()} verb={say("Make the invitation")}>
        <Field
          name="email"
          label={say("email")}
          className="w-64 max-w-full"
          type="email"
          required
          maxLength={254}
          value={email}
          onChange={setEmail}
        />
        <Choice
          name="role"
          label={say("role")}
          value={role}
          options={(roles.data?.rows ?? []).map((r) => [r.id, roleName(r.name)])}
          offOf={(id) => roles.data?.rows.find((r) => r.id === id)?.mayGive === false}
          onChange={setRole}
        />
        <Field
          name="labels"
          label={say("only assets with these labels (none: every asset)")}
          className="w-64 max-w-full"
          placeholder="prod, site:berlin"
          value={labels}
          onChange={setLabels}
        />
      </Form>
      {chosen && <p className="mt-2 text-xs text-dim">{told(chosen.summary)}</p>}

      {invite.data && (
        <output className="mt-4 grid gap-2">
          <p>
            {invite.data.mailed
              ? say("The link goes to the person by mail. It is shown here this once and ends")
              : say("No mail is sent: hand over this link yourself. It is shown this once and ends")}{" "}
            <Time at={invite.data.expiresAt} />.
          </p>
          <Address text={invite.data.url} />
        </output>
      )}
    </Panel>
  );
};
