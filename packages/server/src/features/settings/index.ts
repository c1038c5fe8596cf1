import { AppError } from "@zerotrace/core";
import {
  COMPANY_SETTING_NAMES,
  type CompanySettingName,
  type CompanySettings,
  settingsInForce,
} from "@zerotrace/core/schema";
import type { Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { brandRoutes } from "./brand.ts";
import { routes } from "./contract.ts";
import { putSetting, removeSetting, storedSettings } from "./sql.ts";
import { wholeCompany } from "./whole.ts";

export { brandOf } from "./brand.ts";
export { wholeCompany } from "./whole.ts";

export interface SettingDeps {
  /** Days that the operator keeps inventory changes; a company may choose fewer. */
  readonly retentionDays: number;
  /** Days that the operator keeps the audit trail. */
  readonly auditRetentionDays: number;
}

/** Makes a new data key of a company and orders the job that seals its secrets anew; answers the key's id. */
export type RenewKey = (tx: Tx, companyId: number) => Promise<string>;

const inForce = (stored: readonly { name: string; value: unknown }[]): CompanySettings =>
  settingsInForce(new Map(stored.map(({ name, value }) => [name, value])));

/** What a company decided for itself, with what is used where it decided nothing. One look-up by key. */
export const settingsOf = async (tx: Tx, companyId: number): Promise<CompanySettings> =>
  inForce(await storedSettings(tx, companyId));

/** The days in force for a company: its own choice, and never more than the operator keeps. */
export const retentionOf = (
  values: CompanySettings,
  { retentionDays, auditRetentionDays }: SettingDeps,
): { inventoryDays: number; auditDays: number } => ({
  inventoryDays: Math.min(retentionDays, values["retention.inventory_days"] ?? retentionDays),
  auditDays: Math.min(auditRetentionDays, values["retention.audit_days"] ?? auditRetentionDays),
});

const answerOf = async (tx: Tx, companyId: number, deps: SettingDeps) => {
  const stored = await storedSettings(tx, companyId);
  return {
    values: inForce(stored),
    chosen: stored
      .filter(({ name }) => COMPANY_SETTING_NAMES.includes(name as CompanySettingName))
      .map(({ name, changedAt, changedBy }) => ({ name, changedAt: changedAt.toISOString(), changedBy })),
    most: { inventoryDays: deps.retentionDays, auditDays: deps.auditRetentionDays },
  };
};

/** Refuses days that the operator does not keep: they would be a promise that is not held. */
const mustBeKept = (change: Partial<Record<CompanySettingName, unknown>>, deps: SettingDeps): void => {
  for (const [field, most] of [
    ["retention.inventory_days", deps.retentionDays],
    ["retention.audit_days", deps.auditRetentionDays],
  ] as const) {
    if (Number(change[field] ?? 0) <= most) continue;
    throw new AppError("BAD_REQUEST", `The operator keeps ${most} days: choose at most that.`, { field });
  }
};

const getSettings = (deps: SettingDeps): Endpoint =>
  implement(routes.getSettings, {
    audit: "none",
    run: async ({ tx, identity: { companyId } }) => answerOf(tx, companyId, deps),
  });

const putSettings = (deps: SettingDeps): Endpoint =>
  implement(routes.putSettings, {
    audit: "settings.change",
    run: async (context, { body }) => {
      const { tx, identity } = context;
      const { companyId, subject: changedBy, labels } = identity;
      wholeCompany(labels);
      mustBeKept(body, deps);
      const names = COMPANY_SETTING_NAMES.filter((name) => body[name] !== undefined);
      const pick = (values: CompanySettings) => Object.fromEntries(names.map((name) => [name, values[name]]));
      const before = pick(await settingsOf(tx, companyId));
      for (const name of names) {
        const value = body[name];
        if (value === null) await removeSetting(tx, companyId, name);
        else await putSetting(tx, companyId, { name, value, changedBy });
      }
      const answer = await answerOf(tx, companyId, deps);
      context.note("settings", { names }, { before, after: pick(answer.values) });
      return answer;
    },
  });

const renewDataKey = (renewKey: RenewKey): Endpoint =>
  implement(routes.renewDataKey, {
    audit: "settings.renew_data_key",
    run: async (context) => {
      const { companyId, labels } = context.identity;
      wholeCompany(labels);
      const keyId = await renewKey(context.tx, companyId);
      context.note(keyId);
      return { keyId };
    },
  });

/** The routes of what a company decides for itself. */
export const settingRoutes = (deps: SettingDeps, renewKey: RenewKey): Endpoint[] => [
  getSettings(deps),
  putSettings(deps),
  renewDataKey(renewKey),
  ...brandRoutes,
];
