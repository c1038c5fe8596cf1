import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, type Company, contract } from "../../api.ts";
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
  <label className="grid grow gap-1 text-sm">
    <span className="text-dim">{say("reason, which the company reads")}</span>
    <input
      className="field w-full min-w-48"
      required
      minLength={10}
      maxLength={500}
      value={value}
      onChange={(e) => onChange(e.target.value)}
    />
  </label>
);

const ROLES = ["viewer", "auditor", "operator", "admin"] as const;
const MINUTES = [15, 30, 60, 120, 240, 480] as const;

const Enter = ({ company }: { company: Company }) => {
  const [reason, setReason] = useState("");
  const [role, setRole] = useState<(typeof ROLES)[number]>("viewer");
  const [minutes, setMinutes] = useState(60);
  const enter = useMutation({
    mutationFn: () =>
      call(contract.companies.enterCompany, { params: { companyId: company.id }, body: { reason, role, minutes } }),
    // nothing of the own company may stay in memory
    onSuccess: () => window.location.assign("/"),
  });
  return (
    <form
      className="grid gap-2"
      onSubmit={(e) => {
        e.preventDefault();
        enter.mutate();
      }}
    >
      <h3 className="font-medium">{say("Enter")}</h3>
      <div className="flex flex-wrap items-end gap-4">
        <Reason value={reason} onChange={setReason} />
        <label className="grid gap-1 text-sm">
          <span className="text-dim">{say("as")}</span>
          <select
            className="field"
            value={role}
            onChange={(e) => setRole(ROLES.find((one) => one === e.target.value) ?? "viewer")}
          >
            {ROLES.map((one) => (
              <option key={one} value={one}>
                {roleName(one)}
              </option>
            ))}
          </select>
        </label>
        <label className="grid gap-1 text-sm">
          <span className="text-dim">{say("minutes")}</span>
          <select className="field" value={minutes} onChange={(e) => setMinutes(Number(e.target.value))}>
            {MINUTES.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <button type="submit" className="button button-primary" disabled={enter.isPending}>
          {say("Enter {name}", { name: company.name })}
        </button>
      </div>
      {enter.error && <ErrorPanel error={enter.error} />}
    </form>
  );
};

const Rename = ({ company }: { company: Company }) => {
  const [name, setName] = useState(company.name);
  const rename = useCompanies(() =>
    call(contract.companies.renameCompany, { params: { companyId: company.id }, body: { name } }),
  );
  return (
    <form
      className="grid gap-2"
      onSubmit={(e) => {
        e.preventDefault();
        rename.mutate();
      }}
    >
      <h3 className="font-medium">{say("Rename")}</h3>
      <div className="flex flex-wrap items-end gap-4">
        <label className="grid gap-1 text-sm">
          <span className="text-dim">{say("name")}</span>
          <input
            className="field w-64 max-w-full"
            required
            maxLength={100}
            value={name}
            onChange={(e) => setName(e.target.value)}
          />
        </label>
        <button type="submit" className="button" disabled={rename.isPending || name === company.name}>
          {say("Rename")}
        </button>
      </div>
      {rename.error && <ErrorPanel error={rename.error} />}
    </form>
  );
};

const Suspend = ({ company }: { company: Company }) => {
  const [reason, setReason] = useState("");
  const params = { companyId: company.id };
  const suspend = useCompanies(() => call(contract.companies.suspendCompany, { params, body: { reason } }));
  return (
    <form
      className="grid gap-2"
      onSubmit={(e) => {
        e.preventDefault();
        suspend.mutate();
      }}
    >
      <h3 className="font-medium">{say("Suspend")}</h3>
      <p className="text-sm text-dim">
        {say("All of its people and programs are stopped at once; its agents keep what they see. Nothing is deleted.")}
      </p>
      <div className="flex flex-wrap items-end gap-4">
        <Reason value={reason} onChange={setReason} />
        <button type="submit" className="button" disabled={suspend.isPending}>
          {say("Suspend {name}", { name: company.name })}
        </button>
      </div>
      {suspend.error && <ErrorPanel error={suspend.error} />}
    </form>
  );
};

const Delete = ({ company }: { company: Company }) => {
  const [reason, setReason] = useState("");
  const [name, setName] = useState("");
  const params = { companyId: company.id };
  const remove = useCompanies(() => call(contract.companies.deleteCompany, { params, body: { name, reason } }));
  return (
    <form
      className="grid gap-2"
      onSubmit={(e) => {
        e.preventDefault();
        remove.mutate();
      }}
    >
      <h3 className="font-medium text-bad">{say("Delete")}</h3>
      <p className="text-sm text-dim">
        {say(
          "It is closed at once. After the grace time everything of it is deleted, its audit trail too, and a signed certificate says what went. Until then you can undo it.",
        )}
      </p>
      <div className="flex flex-wrap items-end gap-4">
        <Reason value={reason} onChange={setReason} />
        <label className="grid gap-1 text-sm">
          <span className="text-dim">{say("type {name}", { name: company.name })}</span>
          <input className="field w-48" required value={name} onChange={(e) => setName(e.target.value)} />
        </label>
        <button type="submit" className="button text-bad" disabled={remove.isPending || name !== company.name}>
          {say("Delete {name}", { name: company.name })}
        </button>
      </div>
      {remove.error && <ErrorPanel error={remove.error} />}
    </form>
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
