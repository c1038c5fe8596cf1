import { expect, test } from "vitest";
import {
  COMPANY_SETTING_NAMES,
  COMPANY_SETTINGS,
  companySettings,
  companySettingsChange,
  settingsInForce,
} from "./company-settings.ts";

test("names are sorted, and each value that is used where none was chosen is allowed", () => {
  expect(COMPANY_SETTING_NAMES).toEqual([...COMPANY_SETTING_NAMES].sort());
  const values = settingsInForce(new Map());
  expect(companySettings.parse(values)).toEqual(values);
  for (const name of COMPANY_SETTING_NAMES) expect(values[name]).toEqual(COMPANY_SETTINGS[name].otherwise);
});

test("what is stored counts where it is allowed, else what is used where none was chosen", () => {
  const stored = new Map<string, unknown>([
    ["session.idle_minutes", 30],
    ["retention.audit_days", 7],
    ["security.sign_in_methods", ["sso"]],
    ["gone.setting", true],
  ]);
  expect(settingsInForce(stored)).toMatchObject({
    "session.idle_minutes": 30,
    "retention.audit_days": null,
    "security.sign_in_methods": ["sso"],
  });
});

test("nobody turns off every way to sign in, or keeps history for less than 30 days", () => {
  const isAllowed = (change: object): boolean => companySettingsChange.strict().safeParse(change).success;
  expect(isAllowed({ "security.sign_in_methods": [] })).toBe(false);
  expect(isAllowed({ "security.sign_in_methods": ["sso", "sso"] })).toBe(false);
  expect(isAllowed({ "retention.audit_days": 29 })).toBe(false);
  expect(isAllowed({ "retention.audit_days": null, "session.idle_minutes": 5 })).toBe(true);
  expect(isAllowed({ "session.idle_minute": 5 })).toBe(false);
});
