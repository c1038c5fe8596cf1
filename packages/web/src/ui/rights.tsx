import type { Permission } from "@zerotrace/core/schema";
import { say } from "./texts.ts";

/** What each permission lets somebody do. */
export const PERMISSION_WORDS: Readonly<Record<Permission, string>> = {
  "agents:manage": say("Enroll, revoke and rotate agents"),
  "agents:report": say("Report as an agent"),
  "assets:manage": say("Label, rate and remove assets"),
  "assets:read": say("Look at assets and what they hold"),
  "audit:manage": say("Choose where the audit trail is sent"),
  "audit:read": say("Look at the audit trail"),
  "companies:enter": say("Enter other companies with a reason"),
  "companies:manage": say("Make, suspend and delete companies"),
  "company:delete": say("Ask for the deletion of the company"),
  "company:export": say("Export everything that the company has"),
  "config:modify": say("Change settings, limits and what is shared"),
  "feeds:manage": say("Bring advisories up to date, go back to former ones"),
  "feeds:read": say("Look at advisories and their sources"),
  "findings:manage": say("Work on findings and decide on them"),
  "findings:read": say("Look at findings, fixes and dashboards"),
  "jobs:read": say("Look at jobs"),
  "registries:manage": say("Choose which registries are watched"),
  "reports:view": say("Look at reports"),
  "roles:manage": say("Make and change roles"),
  "sboms:upload": say("Upload bills of materials"),
  "scan:execute": say("Have images scanned"),
  "sso:manage": say("Set up single sign-on and SCIM"),
  "tokens:manage": say("Make and revoke tokens"),
  "users:manage": say("Invite people and change what they are"),
  "users:read": say("Look at the people"),
  "vex:manage": say("Add and remove VEX documents"),
  "webhooks:manage": say("Set up webhooks"),
};

/** Permissions in words, for a title. */
export const rightsText = (permissions: readonly Permission[]): string =>
  permissions.map((one) => PERMISSION_WORDS[one]).join("; ");

/** Chooses among the permissions that one may give. */
export const RightsChoice = ({
  legend,
  among,
  chosen,
  onChange,
}: {
  legend: string;
  among: readonly Permission[];
  chosen: readonly Permission[];
  onChange: (chosen: readonly Permission[]) => void;
}) => (
  <fieldset className="grid gap-x-5 gap-y-2 md:grid-cols-2 xl:grid-cols-3">
    <legend className="mb-1 text-sm text-dim">{legend}</legend>
    {among.map((one) => (
      <label key={one} className="flex min-w-0 items-baseline gap-2">
        <input
          type="checkbox"
          className="shrink-0 translate-y-0.5 accent-accent"
          checked={chosen.includes(one)}
          onChange={(e) => onChange(e.target.checked ? [...chosen, one] : chosen.filter((c) => c !== one))}
        />
        <span className="min-w-0">
          {PERMISSION_WORDS[one]} <span className="mono text-xs text-dim">{one}</span>
        </span>
      </label>
    ))}
  </fieldset>
);
