import { AppError } from "@zerotrace/core";
import type { Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { oneDecimal } from "../assets/index.ts";
import { routes } from "./contract.ts";
import { assetDays, assetToday } from "./asset-days-sql.ts";
import { assetTrendOf, countsOf, toAssetDay, trendOf } from "./rules.ts";
import { assetTotals, findingTotals, pastDays } from "./sql.ts";
import { keptTotals } from "./totals-sql.ts";

export { expireAssetDays, recordAssetDays } from "./asset-days-sql.ts";
export { assetTotals, expireDays, findingTotals, gaugesOf, recordDay } from "./sql.ts";
export { type EcosystemCoverage, keepTotals, keptTotals } from "./totals-sql.ts";

export interface StatDeps {
  /** Seconds of silence after which an agent counts as offline. */
  readonly offlineAfterSeconds: number;
  /** The waiting and running jobs of a company and of all companies together. */
  readonly pendingJobs: (tx: Tx, companyId: number) => Promise<number>;
}

/** The routes of a company's totals and of the course of each asset. */
export const statRoutes = (deps: StatDeps): Endpoint[] => [
  implement(routes.getAssetTrend, {
    audit: "none",
    run: async ({ tx, identity: { companyId } }, { params: { id }, query: { days } }) => {
      const today = await assetToday(tx, companyId, id);
      if (today === null) throw new AppError("NOT_FOUND", "There is no asset with this id.");
      const recorded = await assetDays(tx, companyId, id, days);
      return { rows: assetTrendOf(recorded, today, days).map(toAssetDay) };
    },
  }),
  implement(routes.getStats, {
    audit: "none",
    transaction: "planned",
    run: async ({ tx, identity: { companyId } }) => {
      const { covered, notCovered, unparsable, ...assets } = await assetTotals(tx, companyId, deps.offlineAfterSeconds);
      const findings = (await keptTotals(tx, companyId)) ?? (await findingTotals(tx, companyId));
      const { today, days } = await pastDays(tx, companyId);
      const { findingCount, packageCount, kevCount, fixableCount } = findings;
      return {
        ...assets,
        risk: oneDecimal(assets.risk),
        findings: countsOf(findings),
        findingCount,
        packageCount,
        kevCount,
        fixableCount,
        coverage: { covered, notCovered, unparsable },
        trend: trendOf(days, { ...countsOf(findings), day: today, risk: assets.risk }),
        pendingJobs: await deps.pendingJobs(tx, companyId),
      };
    },
  }),
];
