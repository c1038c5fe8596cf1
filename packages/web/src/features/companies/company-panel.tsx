import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, type Company, contract } from "../../api.ts";
import { Choice, Field } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { Time } from "../../ui/marks.tsx";
import { useMay } from "../../ui/may.ts";
import { Panel } from "../../ui/panel.tsx";
import { CompanyLimits } from "../settings/limits.tsx";
import { ErrorPanel } from "../../ui/states.tsx";
import { roleName } from "../../ui/role-name.ts";
import { say } from "../../ui/texts.ts";

/** A mutation of companies that refreshes their list. */
const useCompanies = (run: () => Promise<unknown>) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: () => client.invalidateQueries({ queryKey: ["companies"] }),
  });
};

const Reason = ({ value, onChange }: { value: string; onChange: (value: string) => void }) => (
  <Field
    label={say("reason, which the company reads")}
    frame="grow"
    className="w-full min-w-48"
    required
    minLength={10}
    maxLength={500}
    value={value}
    onChange={onChange}
  />
);

const ROLES = ["viewer", "auditor", "operator", "admin"] as const;
const MINUTES = [15, 30, 60, 120, 240, 480] as const;

const Enter = ({ company }: { company: Company }) => {
  const [reason, setReason] = useState("");
  const [role, setRole] = useState<(typeof ROLES)[number]>("viewer");
  const [minutes, setMinutes] = useState<(typeof MINUTES)[number]>(60);
  const enter = useMutation({
    mutationFn: () =>
      call(contract.companies.enterCompany, { params: { companyId: company.id }, body: { reason, role, minutes } }),
    // nothing of the own company may stay in memory
    onSuccess: () => window.location.assign("/"),
  });
  return (
    <section className="grid gap-2">
      <h3 className="font-medium">{say("Enter")}</h3>
      <Form row of={enter} onSend={() => enter.mutate()} verb={say("Enter {name}", { name: company.name })}>
        <Reason value={reason} onChange={setReason} />
        <Choice
          name="role"
          label={say("as")}
          value={role}
          options={ROLES.map((one) => [one, roleName(one)])}
          onChange={setRole}
        />
        <Choice
          name="minutes"
          label={say("minutes")}
          value={minutes}
          options={MINUTES.map((one) => [one, String(one)])}
          onChange={setMinutes}
        />
      </Form>
    </section>
  );
};

const Rename = ({ company }: { company: Company }) => {
  const [name, setName] = useState(company.name);
  const rename = useCompanies(() =>
    call(contract.companies.renameCompany, { params: { companyId: company.id }, body: { name } }),
  );
  return (
    <section className="grid gap-2">
      <h3 className="font-medium">{say("Rename")}</h3>
      <Form
        row
        of={rename}
        onSend={() => rename.mutate()}
        verb={say("Rename")}
        isOff={name === company.name}
        tone="plain"
      >
        <Field
          name="name"
          label={say("name")}
          className="w-64 max-w-full"
          required
          maxLength={100}
          value={name}
          onChange={setName}
        />
      </Form>
    </section>
  );
};

const Suspend = ({ company }: { company: Company }) => {
  const [reason, setReason] = useState("");
  const params = { companyId: company.id };
  const suspend = useCompanies(() => call(contract.companies.suspendCompany, { params, body: { reason } }));
  return (
    <section className="grid gap-2">
      <h3 className="font-medium">{say("Suspend")}</h3>
      <p className="text-sm text-dim">
        {say("All of its people and programs are stopped at once; its agents keep what they see. Nothing is deleted.")}
      </p>
      <Form
        row
        of={suspend}
        onSend={() => suspend.mutate()}
        verb={say("Suspend {name}", { name: company.name })}
        tone="plain"
      >
        <Reason value={reason} onChange={setReason} />
      </Form>
    </section>
  );
};

const Delete = ({ company }: { company: Company }) => {
  const [reason, setReason] = useState("");
  const [name, setName] = useState("");
  const params = { companyId: company.id };
  const remove = useCompanies(() => call(contract.companies.deleteCompany, { params, body: { name, reason } }));
  return (
    <section className="grid gap-2">
      <h3 className="font-medium text-bad">{say("Delete")}</h3>
      <p className="text-sm text-dim">
        {say(
          "It is closed at once. After the grace time everything of it is deleted, its audit trail too, and a signed certificate says what went. Until then you can undo it.",
        )}
      </p>
      <Form
        row
        of={remove}
        onSend={() => remove.mutate()}
        verb={say("Delete {name}", { name: company.name })}
        isOff={name !== company.name}
        tone="bad"
      >
        <Reason value={reason} onChange={setReason} />
        <Field
          name="name"
          label={say("type {name}", { name: company.name })}
          className="w-48"
          required
          value={name}
          onChange={setName}
        />
      </Form>
    </section>
  );
};

const Back = ({ company }: { company: Company }) => {
  const isDeleting = company.state === "deleting";
  const params = { companyId: company.id };
  const back = useCompanies(() =>
    isDeleting ? call(contract.companies.undoDeletion, { params }) : call(contract.companies.resumeCompany, { params }),
  );
  return (
    <div className="grid justify-items-start gap-2">
      <p>
        {isDeleting ? (
          <>
            {say("Everything of it is deleted")} <Time at={company.deleteAt} />.
          </>
        ) : (
          say("It is suspended: nobody of it signs in.")
        )}{" "}
        {company.stateReason !== null && (
          <span className="text-dim">{say("Reason: {stateReason}", { stateReason: company.stateReason })}</span>
        )}
      </p>
      <button type="button" className="button button-primary" disabled={back.isPending} onClick={() => back.mutate()}>
        {isDeleting ? say("Keep it after all") : say("Resume it")}
      </button>
      {back.error && <ErrorPanel error={back.error} />}
    </div>
  );
};

/** What the provider can do with one company. */
export const CompanyPanel = ({ company, onClose }: { company: Company; onClose: () => void }) => {
  const mayEnter = useMay("companies:enter");
  const isActive = company.state === "active";
  return (
    <Panel
      title={company.name}
      aside={
        <button type="button" className="act" onClick={onClose}>
          {say("Close")}
        </button>
      }
    >
      <div className="grid gap-6">
        {!isActive && <Back company={company} />}
        {isActive && mayEnter && !company.isProvider && <Enter company={company} />}
        <Rename company={company} />
        <CompanyLimits companyId={company.id} />
        {isActive && !company.isProvider && <Suspend company={company} />}
        {company.state !== "deleting" && !company.isProvider && <Delete company={company} />}
      </div>
    </Panel>
  );
};
