import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import {
  COMPANY_SETTING_NAMES,
  COMPANY_SETTINGS,
  type CompanySettingName,
  type CompanySettings,
  SIGN_IN_METHODS,
} from "@zerotrace/core/schema";
import { type ReactNode, useState } from "react";
import { call, contract, queries, type Settings } from "../../api.ts";
import { Check } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { Time } from "../../ui/marks.tsx";
import { useMay } from "../../ui/may.ts";
import { Page, Panel } from "../../ui/panel.tsx";
import { ErrorPanel, RowsSkeleton } from "../../ui/states.tsx";
import { MailSettings } from "../mail/mail-settings.tsx";
import { BrandSettings } from "./brand.tsx";
import { DangerZone } from "./danger.tsx";
import { DataKey } from "./data-key.tsx";
import { Exports } from "./exports.tsx";
import { Limits } from "./limits.tsx";
import { Visits } from "./visits.tsx";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";

const GROUPS: readonly (readonly [string, readonly CompanySettingName[]])[] = [
  [say("Signing in"), ["security.sign_in_methods", "security.require_second_factor"]],
  [say("Sessions"), ["session.idle_minutes", "session.absolute_hours"]],
  [say("How long it is kept"), ["retention.inventory_days", "retention.audit_days"]],
  [say("Decisions"), ["decisions.second_approval"]],
  [say("Time to fix"), ["sla.kev_days", "sla.critical_days", "sla.high_days", "sla.medium_days", "sla.low_days"]],
  [say("Goal of the page for the board"), ["goal.risk", "goal.day", "goal.overdue_days"]],
];

type Draft = { -readonly [K in CompanySettingName]?: CompanySettings[K] | null };

const mostOf = (name: CompanySettingName, { most }: Settings): number | undefined =>
  name === "retention.audit_days"
    ? most.auditDays
    : name === "retention.inventory_days"
      ? most.inventoryDays
      : undefined;

const NumberField = ({
  label,
  value,
  most,
  onChange,
}: {
  label: string;
  value: number | null;
  most: number | undefined;
  onChange: (value: number | null) => void;
}) => (
  <span className="inline-flex items-center gap-2">
    <input
      className="field w-28"
      aria-label={label}
      type="number"
      min={1}
      max={most}
      value={value ?? ""}
      placeholder={most === undefined ? "" : String(most)}
      onChange={(e) => onChange(e.target.value === "" ? null : Number(e.target.value))}
    />
    {most !== undefined && <span className="text-xs text-dim">{say("the operator keeps {most}", { most })}</span>}
  </span>
);

const MethodsField = ({
  value,
  onChange,
}: {
  value: CompanySettings["security.sign_in_methods"];
  onChange: (value: CompanySettings["security.sign_in_methods"]) => void;
}) => (
  <span className="flex flex-wrap gap-4">
    {SIGN_IN_METHODS.map((method) => (
      <Check
        key={method}
        checked={value.includes(method)}
        onChange={(isOn) => onChange(SIGN_IN_METHODS.filter((one) => (one === method ? isOn : value.includes(one))))}
      >
        {told(method === "sso" ? "single sign-on" : method)}
      </Check>
    ))}
  </span>
);

const fieldOf = (
  name: CompanySettingName,
  value: CompanySettings[CompanySettingName] | null,
  settings: Settings,
  set: (value: CompanySettings[CompanySettingName] | null) => void,
): ReactNode => {
  const label = told(COMPANY_SETTINGS[name].meaning);
  if (typeof value === "boolean") {
    return (
      <input
        type="checkbox"
        className="accent-accent"
        aria-label={label}
        checked={value}
        onChange={(e) => set(e.target.checked)}
      />
    );
  }
  if (Array.isArray(value)) return <MethodsField value={value} onChange={set} />;
  if (name === "goal.day") {
    return (
      <input
        className="field"
        type="date"
        aria-label={label}
        value={typeof value === "string" ? value : ""}
        onChange={(e) => set(e.target.value === "" ? null : e.target.value)}
      />
    );
  }
  if (typeof value === "string") return null;
  return <NumberField label={label} value={value} most={mostOf(name, settings)} onChange={set} />;
};

const SettingsForm = ({ settings }: { settings: Settings }) => {
  const client = useQueryClient();
  const [draft, setDraft] = useState<Draft>({});
  const save = useMutation({
    mutationFn: () => call(contract.settings.putSettings, { body: draft }),
    onSuccess: (answer) => {
      setDraft({});
      client.setQueryData(queries.settings().queryKey, answer);
    },
  });
  const changed = COMPANY_SETTING_NAMES.filter((name) => draft[name] !== undefined);
  return (
    <Form
      of={save}
      onSend={() => save.mutate()}
      verb={say("Save")}
      isOff={changed.length === 0}
      sticks={changed.length > 0}
      more={
        <>
          {changed.length > 0 && (
            <button type="button" className="act" onClick={() => setDraft({})}>
              {say("Discard {choice}", {
                choice: changed.length === 1 ? say("the change") : say("{length} changes", { length: changed.length }),
              })}
            </button>
          )}
          {save.isSuccess && changed.length === 0 && <output className="text-sm text-dim">{say("Saved")}</output>}
        </>
      }
    >
      {GROUPS.map(([title, names]) => (
        <Panel key={title} title={title}>
          <div className="grid gap-4">
            {names.map((name) => {
              const chosen = settings.chosen.find((one) => one.name === name);
              const value = draft[name] === undefined ? settings.values[name] : draft[name];
              return (
                <div
                  key={name}
                  className="grid items-start gap-x-6 gap-y-1 wide:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]"
                >
                  <div>
                    <p className="text-sm">{told(COMPANY_SETTINGS[name].meaning)}</p>
                    <p className="text-xs text-dim">
                      <span className="mono">{name}</span>
                      {chosen && (
                        <>
                          {" "}
                          {say("· chosen")} <Time at={chosen.changedAt} />{" "}
                          {say("by {changedBy}", { changedBy: told(chosen.changedBy) })}
                        </>
                      )}
                    </p>
                  </div>
                  <fieldset aria-label={told(COMPANY_SETTINGS[name].meaning)}>
                    {fieldOf(name, value, settings, (next) => setDraft({ ...draft, [name]: next }))}
                  </fieldset>
                </div>
              );
            })}
          </div>
        </Panel>
      ))}
    </Form>
  );
};

const Own = () => {
  const settings = useQuery(queries.settings());
  if (settings.data) return <SettingsForm settings={settings.data} />;
  return settings.error ? (
    <ErrorPanel error={settings.error} retry={() => void settings.refetch()} />
  ) : (
    <RowsSkeleton rows={6} />
  );
};

/** What a company decides for itself, who of the provider was in it, its export and its end. */
export const SettingsPage = () => {
  const mayModify = useMay("config:modify");
  const maySee = useMay("users:read");
  const mayExport = useMay("company:export");
  const session = useQuery(queries.session()).data;
  const runsPlatform = useMay("companies:manage");
  // who came by the server's own link stands for the owner
  const isOwner = session?.isOwner === true || (session?.person === null && session.method === "link");
  return (
    <Page title={say("Settings")} lead={say("They hold for this company alone; each change is in the audit trail.")}>
      {mayModify && <Own />}
      {mayModify && <BrandSettings />}
      {mayModify && <MailSettings />}
      <Limits />
      {mayModify && <DataKey />}
      {maySee && <Visits />}
      {mayExport && <Exports />}
      {isOwner && !runsPlatform && <DangerZone />}
    </Page>
  );
};
