import { z } from "zod";
import type { Database } from "../../../platform/db/index.ts";
import type { SecurityEventName } from "../../../platform/http/index.ts";
import type { Logger } from "../../../platform/log/index.ts";
import { writeAudit } from "../../audit/index.ts";
import type { MailLink } from "../deps.ts";
import { companyThatTakes } from "../sign-in/complete.ts";
import { type Account, findAccount, homesOf } from "../sign-in/sql.ts";
import { createTicket } from "../sign-in/tickets.ts";

export interface ForgottenDeps {
  readonly db: Database;
  readonly log: Pick<Logger, "warn">;
  /** Without a slash at its end. */
  readonly publicUrl: string;
  readonly mailLink: MailLink;
}

const EVENT: SecurityEventName = "password_forgotten";
const asked = z.object({ email: z.string(), ip: z.string() });

/** The company that sends the mail, and whether a password opens it; null where the person belongs to none. */
const homeOf = async (
  db: Database,
  { id: personId, passwordHash, companyIds }: Account,
): Promise<{ companyId: number; byPassword: boolean } | null> => {
  const way = { method: "password", personId } as const;
  const opened = passwordHash === null ? null : await companyThatTakes(db, companyIds, way);
  if (opened !== null) return { companyId: opened, byPassword: true };
  const [companyId] = await db.asService((tx) => homesOf(tx, personId));
  return companyId === undefined ? null : { companyId, byPassword: false };
};

/**
 * The job that mails somebody a link for a new password, or, where no password opens any company, how they sign in. Each company that the
 * account reaches has it on record; of an email without an account only the log tells.
 */
export const mailForgotten = async (
  { db, log, publicUrl, mailLink }: ForgottenDeps,
  payload: Readonly<Record<string, unknown>>,
): Promise<void> => {
  const { email, ip } = asked.parse(payload);
  const now = new Date();
  const account = await db.asService((tx) => findAccount(tx, email, { devices: [], network: "" }));
  const home = account?.isActive ? await homeOf(db, account) : null;
  const fields = { "event.action": EVENT, "client.ip": ip };
  if (account === null || home === null) {
    log.warn(fields, "security event");
    return;
  }
  const { id: personId, name: person } = account;
  const { companyId, byPassword } = home;
  const made = byPassword ? await createTicket(db, { personId, purpose: "password_reset", isMailed: true, now }) : null;
  const mail =
    made === null
      ? ({ kind: "password_elsewhere", link: `${publicUrl}/sign-in` } as const)
      : ({
          kind: "password_forgotten",
          link: `${publicUrl}/reset#token=${made.ticket}`,
          until: made.expiresAt.toISOString(),
        } as const);
  const mailed = await db.withCompany(companyId, (tx) =>
    mailLink(tx, companyId, { ...mail, address: account.email, personId, person }),
  );
  const trail = { actor: `unproved:${email}`, action: `security.${EVENT}`, target: personId, ip };
  const told = byPassword ? account.companyIds : await db.asService((tx) => homesOf(tx, personId));
  for (const id of told) {
    log.warn({ ...fields, "organization.id": id, actor: trail.actor }, "security event");
    const detail = { mailed: mailed && id === companyId, byPassword };
    await db.withCompany(id, (tx) => writeAudit(tx, { ...trail, companyId: id, detail }));
  }
};
