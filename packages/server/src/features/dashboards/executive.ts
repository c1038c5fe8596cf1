import { SEVERITIES, type Severity } from "@zerotrace/core";
import type { Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { oneDecimal } from "../assets/index.ts";
import { filterOf, informed } from "../findings/index.ts";
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

/** The route of the page for a board. */
export const executiveRoute = (offlineAfterSeconds: number): Endpoint =>
  implement(routes.getExecutive, {
    audit: "none",
    run: async ({ tx, identity: { companyId }, now }, { query: { days } }) => {
      const settings = await settingsOf(tx, companyId);
      const filter = await informed(tx, companyId, filterOf({ status: "open" }));
      const counted = { filter, measure: "findings", rows: SEVERITIES.length, across: null, since: null } as const;
      const kept = filter.mayBeClosed ? null : await keptTotals(tx, companyId);
      const groups = kept === null ? await ownGroups(tx, companyId, "severity", counted) : [];
      const found =
        kept === null
          ? groups.map(({ key, value }) => [key, value] as const)
          : SEVERITIES.map((s) => [s, kept[s]] as const);
      const open = countsBy(new Map(found));
      const { covered, notCovered, unparsable, ...assets } = await assetTotals(tx, companyId, offlineAfterSeconds);
      const overdueDays = settings["goal.overdue_days"];
      return {
        at: now.toISOString(),
        risk: oneDecimal(assets.risk),
        goal: { risk: settings["goal.risk"], day: settings["goal.day"], overdueDays },
        trend: await trendOf(tx, companyId, days, { risk: assets.risk, open }),
        open,
        fixed: movedOf(await fixedSince(tx, companyId, MOVED_DAYS)),
        opened: movedOf(await openedSince(tx, companyId, MOVED_DAYS)),
        overdue: await overdueOf(tx, companyId, filter, overdueDays),
        assetCount: assets.assetCount,
        coverage: { covered, notCovered, unparsable },
      };
    },
  });
