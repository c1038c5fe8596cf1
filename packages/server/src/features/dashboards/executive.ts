import { SEVERITIES, type Severity } from "@zerotrace/core";
import type { Tx } from "../../platform/db/index.ts";
import { createKept, type Endpoint, implement } from "../../platform/http/index.ts";
import { oneDecimal } from "../assets/index.ts";
import { filterOf, type FindingFilter, informed } from "../findings/index.ts";
import { settingsOf } from "../settings/index.ts";
import { assetTotals, keptTotals } from "../stats/index.ts";
import { routes } from "./contract.ts";
import { companyDays, fixedSince, type Moved, openedSince, todayOf } from "./days-sql.ts";
import { overdueOf, ownGroups } from "./figures-sql.ts";
import { daysUpTo, filledDays } from "./rules.ts";

/** The span of what was fixed and opened. */
const MOVED_DAYS = 30;

const countsBy = (known: ReadonlyMap<string, number>): Record<Severity, number> =>
  Object.fromEntries(SEVERITIES.map((s) => [s, known.get(s) ?? 0])) as Record<Severity, number>;

const movedOf = (rows: readonly Moved[]) => ({
  findings: countsBy(new Map(rows.map(({ severity, n }) => [severity, n]))),
  count: rows.reduce((sum, { n }) => sum + n, 0),
  kevCount: rows.reduce((sum, { kev }) => sum + kev, 0),
});

const sumOf = (counts: Readonly<Record<Severity, number>>): number => SEVERITIES.reduce((sum, s) => sum + counts[s], 0);

/** Open findings by severity: as they are kept, else counted. */
const openBySeverity = async (tx: Tx, companyId: number, filter: FindingFilter): Promise<Record<Severity, number>> => {
  const kept = await keptTotals(tx, companyId);
  if (kept !== null) return countsBy(new Map(SEVERITIES.map((s) => [s, kept[s]])));
  const counted = { filter, measure: "findings", rows: SEVERITIES.length, across: null, since: null } as const;
  const groups = await ownGroups(tx, companyId, "severity", counted);
  return countsBy(new Map(groups.map(({ key, value }) => [key, value])));
};

const trendOf = async (
  tx: Tx,
  companyId: number,
  days: number,
  now: { readonly risk: number; readonly open: Readonly<Record<Severity, number>> },
) => {
  const today = await todayOf(tx);
  // the recorded days are of the whole company: who sees a part of it only is shown today alone
  const known = tx.labels === null ? filledDays(await companyDays(tx, companyId, days), daysUpTo(today, days)) : [];
  const past = known.filter(({ day }) => day < today);
  return [...past, { day: today, risk: now.risk, ...now.open }].map((one) => ({
    day: one.day,
    risk: oneDecimal(one.risk),
    critical: one.critical,
    findingCount: sumOf(one),
  }));
};

/** What moved and what is late, in milliseconds of work: less is not kept. */
const KEPT_FROM_MS = 200;

/** What moved in a month and what is late: read from the findings themselves, and of a day's use. */
const movedIn = async (tx: Tx, companyId: number, filter: FindingFilter, overdueDays: number) => ({
  fixed: movedOf(await fixedSince(tx, companyId, MOVED_DAYS)),
  opened: movedOf(await openedSince(tx, companyId, MOVED_DAYS)),
  overdue: await overdueOf(tx, companyId, filter, overdueDays),
});

/** The route of the page for a board; `now` are milliseconds that only grow. What stands is as of now; what moved is kept where it took long. */
export const executiveRoute = (offlineAfterSeconds: number, now: () => number): Endpoint => {
  const kept = createKept<Awaited<ReturnType<typeof movedIn>>>(now, KEPT_FROM_MS);
  return implement(routes.getExecutive, {
    audit: "none",
    transaction: "none",
    run: async ({ db, identity: { companyId, labels }, now: at }, { query: { days } }) => {
      const { overdueDays, filter, ...standing } = await db.withCompany(companyId, async (tx) => {
        const settings = await settingsOf(tx, companyId);
        const everything = await informed(tx, companyId, filterOf({ status: "open" }));
        const open = await openBySeverity(tx, companyId, everything);
        const { covered, notCovered, unparsable, ...assets } = await assetTotals(tx, companyId, offlineAfterSeconds);
        return {
          filter: everything,
          overdueDays: settings["goal.overdue_days"],
          goal: { risk: settings["goal.risk"], day: settings["goal.day"] },
          risk: oneDecimal(assets.risk),
          trend: await trendOf(tx, companyId, days, { risk: assets.risk, open }),
          open,
          assetCount: assets.assetCount,
          coverage: { covered, notCovered, unparsable },
        };
      });
      const moved = await kept(JSON.stringify([companyId, labels, overdueDays]), () =>
        db.withCompany(companyId, (tx) => movedIn(tx, companyId, filter, overdueDays)),
      );
      return { at: at.toISOString(), ...standing, ...moved, goal: { ...standing.goal, overdueDays } };
    },
  });
};
