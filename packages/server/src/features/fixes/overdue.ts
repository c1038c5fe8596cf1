import type { Database, Tx } from "../../platform/db/index.ts";
import { noteEvent } from "../webhooks/index.ts";
import { fixesDue } from "./due.ts";
import { tellOverdue } from "./overdue-sql.ts";
import { fixKeyOf } from "./rules.ts";

/** Fixes told of at a time, the longest overdue first (count); the next look tells of more. */
const TOLD_MAX = 100;

const noteOverdue = async (tx: Tx, companyId: number, now: Date): Promise<void> => {
  const due = (await fixesDue(tx, companyId, { before: now, personId: null })).map((fix) => ({
    ...fix,
    ...fixKeyOf(fix.id),
    day: fix.dueAt.toISOString().slice(0, 10),
  }));
  const told = await tellOverdue(tx, companyId, due, TOLD_MAX);
  for (const { ecosystem, package: name, hasFix, day, assignee } of told) {
    const is = due.find((one) => one.ecosystem === ecosystem && one.package === name && one.hasFix === hasFix);
    if (is === undefined) continue;
    const { id: fixId, fixedIn, dueAt } = is;
    const detail = { fixId, ecosystem, package: name, fixedIn, assignee, dueAt: dueAt.toISOString(), dueOn: day };
    await noteEvent(tx, companyId, { kind: "fix.overdue", detail, wanted: ["fix.overdue"] });
  }
};

/** Tells webhooks of fixes that are somebody's, not done, and past their day: of each day once. Cost: one statement a company. */
export const noteOverdueFixes = async (db: Database, companyIds: readonly number[], now: Date): Promise<void> => {
  for (const companyId of companyIds) await db.withCompany(companyId, (tx) => noteOverdue(tx, companyId, now));
};
