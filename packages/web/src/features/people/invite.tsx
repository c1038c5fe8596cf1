import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, contract, queries } from "../../api.ts";
import { Address, Time } from "../../ui/marks.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ErrorPanel } from "../../ui/states.tsx";
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
      <form
        className="flex flex-wrap items-end gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          invite.mutate();
        }}
      >
        <label className="grid gap-1 text-sm">
          <span className="text-dim">{say("email")}</span>
          <input
            className="field w-64 max-w-full"
            type="email"
            required
            maxLength={254}
            value={email}
            onChange={(e) => setEmail(e.target.value)}
          />
        </label>
        <label className="grid gap-1 text-sm">
          <span className="text-dim">{say("role")}</span>
          <select className="field" value={role} onChange={(e) => setRole(e.target.value)}>
            {(roles.data?.rows ?? []).map((r) => (
              <option key={r.id} value={r.id} disabled={!r.mayGive}>
                {roleName(r.name)}
              </option>
            ))}
          </select>
        </label>
        <label className="grid gap-1 text-sm">
          <span className="text-dim">{say("only assets with these labels (none: every asset)")}</span>
          <input
            className="field w-64 max-w-full"
            placeholder="prod, site:berlin"
            value={labels}
            onChange={(e) => setLabels(e.target.value)}
          />
        </label>
        <button type="submit" className="button button-primary" disabled={invite.isPending}>
          {say("Make the invitation")}
        </button>
      </form>
      {chosen && <p className="mt-2 text-xs text-dim">{told(chosen.summary)}</p>}
      {invite.error && (
        <div className="mt-4">
          <ErrorPanel error={invite.error} />
        </div>
      )}
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
