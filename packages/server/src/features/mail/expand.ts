import type { Tx } from "../../platform/db/index.ts";
import { fixesDue } from "../fixes/index.ts";
import { membersWith } from "../roles/index.ts";
import { DUE_SOON_DAYS } from "./facts.ts";
import { dropMail, forApprovers, orderMail } from "./outbox-sql.ts";
import { takeDigest } from "./sql.ts";

const DAY_MS = 86_400_000;
/** From this hour of a day (UTC) on its reminders are sent. */
const DIGEST_HOUR = 6;
/** People who are told of one decision (count). */
const APPROVERS_MAX = 50;

/** Whether the reminders of a day may be sent. */
export const isDigestHour = (now: Date): boolean => now.getUTCHours() >= DIGEST_HOUR;

/** Orders the day's reminders, once a day: one mail for each person who has a fix that is due soon or past its day. */
export const makeDigest = async (tx: Tx, companyId: number, now: Date): Promise<void> => {
  if (!isDigestHour(now) || !(await takeDigest(tx, companyId, now.toISOString().slice(0, 10)))) return;
  const due = await fixesDue(tx, companyId, {
    before: new Date(now.getTime() + DUE_SOON_DAYS * DAY_MS),
    personId: null,
  });
  // a fix has one who does it
  for (const personId of [...new Set(due.map((fix) => fix.assigneeId))].sort()) {
    await orderMail(tx, companyId, { kind: "fixes_due", personId, about: [] });
  }
};

/** Makes a mail to each person who may approve out of those to whoever may. */
export const expand = async (tx: Tx, companyId: number): Promise<void> => {
  const waiting = await forApprovers(tx, companyId);
  if (waiting.length === 0) return;
  const people = (await membersWith(tx, companyId, "findings:manage")).slice(0, APPROVERS_MAX);
  for (const { id, about, aboutCount } of waiting) {
    for (const { personId } of people) {
      await orderMail(tx, companyId, { kind: "decision_waits", personId, about, aboutCount });
    }
    await dropMail(tx, companyId, id);
  }
};
