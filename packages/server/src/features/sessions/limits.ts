import type { SessionLimits } from "../../platform/auth/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { settingsOf } from "../settings/index.ts";

/** How long a session of a company lasts, as the company decided. */
export const sessionLimitsOf = async (tx: Tx, companyId: number): Promise<SessionLimits> => {
  const values = await settingsOf(tx, companyId);
  return { idleMs: values["session.idle_minutes"] * 60_000, absoluteMs: values["session.absolute_hours"] * 3_600_000 };
};
