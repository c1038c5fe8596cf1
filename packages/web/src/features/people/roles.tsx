import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Permission } from "@zerotrace/core/schema";
import { useState } from "react";
import { call, contract, queries, type Role } from "../../api.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { Field } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { plural } from "../../ui/format.ts";
import { useMay } from "../../ui/may.ts";
import { Page, Panel } from "../../ui/panel.tsx";
import { RightsChoice, rightsText } from "../../ui/rights.tsx";
import { roleName } from "../../ui/role-name.ts";
import { ErrorPanel, RowsSkeleton } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";

const useRoles = (run: () => Promise<unknown>, done?: () => void) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["roles"] });
      done?.();
    },
  });
};

/** Makes a role, or changes `role`: a name, a line about it, and what it may do. */
const RoleForm = ({ role, mine, onDone }: { role?: Role; mine: readonly Permission[]; onDone: () => void }) => {
  const [name, setName] = useState(role?.name ?? "");
  const [summary, setSummary] = useState(role?.summary ?? "");
  const [chosen, setChosen] = useState<readonly Permission[]>(role?.permissions ?? []);
  const body = { name, summary, permissions: [...chosen] };
  const save = useRoles(
    () =>
      role
        ? call(contract.roles.changeRole, { params: { id: role.id }, body })
        : call(contract.roles.createRole, { body }),
    onDone,
  );
  return (
    <Form
      of={save}
      onSend={() => save.mutate()}
      verb={role ? say("Change the role") : say("Make the role")}
      isOff={chosen.length === 0}
      onCancel={onDone}
    >
      <div className="flex flex-wrap gap-4">
        <Field
          name="name"
          label={say("name")}
          className="w-56 max-w-full"
          required
          maxLength={60}
          value={name}
          onChange={setName}
        />
        <Field
          name="summary"
          label={say("what it is for")}
          frame="grow"
          maxLength={300}
          value={summary}
          onChange={setSummary}
        />
      </div>
      <RightsChoice
        legend={say("what it may do, at most what you may")}
        among={mine}
        chosen={chosen}
        onChange={setChosen}
      />
    </Form>
  );
};

const RoleCard = ({ role, mine }: { role: Role; mine: readonly Permission[] }) => {
  const may = useMay("roles:manage");
  const [editing, setEditing] = useState(false);
  const remove = useRoles(() => call(contract.roles.deleteRole, { params: { id: role.id } }));
  return (
    <li className="grid gap-2 border-b border-line px-4 py-3 last:border-0">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <h2 className="font-semibold">{roleName(role.name)}</h2>
        <span className="text-dim">{told(role.summary)}</span>
        <span className="ml-auto text-xs text-dim">
          {plural(role.memberCount, "person", "people")}
          {role.isBuiltIn ? say(", built in") : ""}
        </span>
      </div>
      <p className="mono text-dim" title={rightsText(role.permissions)}>
        {role.permissions.join("  ")}
      </p>
      {may && !role.isBuiltIn && !editing && (
        <div className="flex gap-4">
          <button type="button" className="act" onClick={() => setEditing(true)}>
            {say("Change")}
          </button>
          <Confirm
            verb={say("Delete")}
            question={say("The role {name} goes; {people} have it now.", {
              name: role.name,
              people: plural(role.memberCount, "person", "people"),
            })}
            onConfirm={() => remove.mutate()}
          />
          {remove.error && (
            <span role="alert" className="text-bad">
              {remove.error.message}
            </span>
          )}
        </div>
      )}
      {editing && <RoleForm role={role} mine={mine} onDone={() => setEditing(false)} />}
    </li>
  );
};

/** What each role may do; built-in ones, and the company's own. */
export const RolesPage = () => {
  const roles = useQuery(queries.roles());
  const mine = useQuery(queries.session()).data?.permissions ?? [];
  const may = useMay("roles:manage");
  const [making, setMaking] = useState(false);
  return (
    <Page
      title={say("Roles")}
      lead={say("What a person may do. A change is felt within two seconds.")}
      actions={
        may &&
        !making && (
          <button type="button" className="button" onClick={() => setMaking(true)}>
            {say("Make a role")}
          </button>
        )
      }
    >
      {making && (
        <Panel title={say("A role of your own")}>
          <RoleForm mine={mine} onDone={() => setMaking(false)} />
        </Panel>
      )}
      {roles.error && <ErrorPanel error={roles.error} retry={() => void roles.refetch()} />}
      {roles.isPending && <RowsSkeleton rows={6} />}
      {roles.data && (
        <ul className="panel">
          {roles.data.rows.map((role) => (
            <RoleCard key={role.id} role={role} mine={mine} />
          ))}
        </ul>
      )}
    </Page>
  );
};
