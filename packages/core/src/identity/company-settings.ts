import { z } from "zod";
import { type Sla, SLA_OTHERWISE } from "../fix/sla.ts";

/** How a person of the company may prove who they are. */
export const SIGN_IN_METHODS = ["password", "passkey", "sso"] as const;
/** The least days of history that the platform keeps: the database itself refuses to delete younger rows. */
export const RETENTION_DAYS_MIN = 30;

/** What a company decides for itself: its meaning, the value where none was chosen, and what is allowed. */
export interface CompanySetting<Shape extends z.ZodType> {
  readonly meaning: string;
  readonly otherwise: z.output<Shape>;
  readonly shape: Shape;
}

const setting = <Shape extends z.ZodType>(
  meaning: string,
  shape: Shape,
  otherwise: NoInfer<z.output<Shape>>,
): CompanySetting<Shape> => ({ meaning, shape, otherwise });

const days = z.number().int().min(RETENTION_DAYS_MIN).max(36_500).nullable();

const slaDays = z.number().int().min(1).max(3_650);
const sla = (key: keyof Sla, of: string): CompanySetting<typeof slaDays> =>
  setting(`Days within which ${of} is to be fixed`, slaDays, SLA_OTHERWISE[key]);

/** Every setting of a company by its name, sorted. */
export const COMPANY_SETTINGS = {
  "decisions.second_approval": setting(
    "A decision that closes findings counts only when a second person approves it",
    z.boolean(),
    false,
  ),
  "goal.day": setting("The day by which the company's risk shall be at its goal", z.iso.date().nullable(), null),
  "goal.overdue_days": setting(
    "Days after which an open critical finding counts as overdue",
    z.number().int().min(1).max(365),
    14,
  ),
  "goal.risk": setting(
    "The risk (0 to 100) that the company wants to be at or below; none: no goal",
    z.number().min(0).max(100).nullable(),
    null,
  ),
  "retention.audit_days": setting(
    "Days for which the audit trail is kept; none: as long as the platform keeps it",
    days,
    null,
  ),
  "retention.inventory_days": setting(
    "Days for which inventory changes and the daily figures are kept; none: as long as the platform keeps them",
    days,
    null,
  ),
  "security.require_second_factor": setting(
    "Whoever signs in with a password must give a second factor too",
    z.boolean(),
    false,
  ),
  "security.sign_in_methods": setting(
    "How people of the company may sign in",
    z
      .array(z.enum(SIGN_IN_METHODS))
      .min(1)
      .max(SIGN_IN_METHODS.length)
      .refine((list) => new Set(list).size === list.length, "Name each method once"),
    [...SIGN_IN_METHODS],
  ),
  "session.absolute_hours": setting(
    "Hours after which a session ends, used or not",
    z
      .number()
      .int()
      .min(1)
      .max(30 * 24),
    30 * 24,
  ),
  "session.idle_minutes": setting(
    "Minutes after which a session ends that nobody uses",
    z
      .number()
      .int()
      .min(5)
      .max(24 * 60),
    24 * 60,
  ),
  "sla.critical_days": sla("critical", "a critical finding"),
  "sla.high_days": sla("high", "a high finding"),
  "sla.kev_days": sla("kev", "a finding that is known to be exploited"),
  "sla.low_days": sla("low", "a low finding"),
  "sla.medium_days": sla("medium", "a medium finding"),
} as const;

export type CompanySettingName = keyof typeof COMPANY_SETTINGS;
export const COMPANY_SETTING_NAMES = Object.keys(COMPANY_SETTINGS) as readonly CompanySettingName[];

/** All of a company's settings with their values in force. */
export type CompanySettings = {
  [K in CompanySettingName]: z.output<(typeof COMPANY_SETTINGS)[K]["shape"]>;
};

const shapes = Object.fromEntries(COMPANY_SETTING_NAMES.map((name) => [name, COMPANY_SETTINGS[name].shape])) as {
  [K in CompanySettingName]: (typeof COMPANY_SETTINGS)[K]["shape"];
};

/** The values in force, one of each. */
export const companySettings = z.object(shapes);

/** Values to be set; null goes back to what is used where none was chosen. */
export const companySettingsChange = z.object(
  Object.fromEntries(COMPANY_SETTING_NAMES.map((name) => [name, shapes[name].nullable().optional()])) as unknown as {
    [K in CompanySettingName]: z.ZodOptional<z.ZodNullable<(typeof COMPANY_SETTINGS)[K]["shape"]>>;
  },
);

/** The values in force from those that are stored; one that is not allowed (any more) counts as none. */
export const settingsInForce = (stored: ReadonlyMap<string, unknown>): CompanySettings =>
  Object.fromEntries(
    COMPANY_SETTING_NAMES.map((name) => {
      const { shape, otherwise } = COMPANY_SETTINGS[name];
      const found = stored.has(name) ? shape.safeParse(stored.get(name)) : null;
      return [name, found?.success ? found.data : otherwise];
    }),
  ) as CompanySettings;

/** The times to fix in force. */
export const slaOf = (values: CompanySettings): Sla => ({
  critical: values["sla.critical_days"],
  high: values["sla.high_days"],
  medium: values["sla.medium_days"],
  low: values["sla.low_days"],
  kev: values["sla.kev_days"],
});
