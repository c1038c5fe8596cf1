import { slaOf } from "@zerotrace/core/schema";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { filterOf, informed } from "../findings/index.ts";
import { settingsOf } from "../settings/index.ts";
import { routes } from "./contract.ts";
import { isSummed } from "./parts-sql.ts";
import { overdueFixes, type Speed, speedByLabel, speedByOwner, speedBySeverity } from "./performance-sql.ts";

const DAY_MS = 86_400_000;

const shown = ({ name, fixedCount, timedCount, inTimeCount, medianDays, meanDays }: Speed) => ({
  name,
  fixedCount,
  medianDays,
  meanDays,
  withinSla: timedCount === 0 ? null : Math.round((inTimeCount / timedCount) * 1_000) / 1_000,
});

/** How long fixes took, and how many were in time. */
export const performanceRoute: Endpoint = implement(routes.getFixPerformance, {
  audit: "none",
  run: async ({ tx, now, identity: { companyId } }, { query }) => {
    const from = new Date(now.getTime() - query.days * DAY_MS);
    const sla = slaOf(await settingsOf(tx, companyId));
    const of = { from, sla };
    const severities = await speedBySeverity(tx, companyId, of);
    const filter = await informed(tx, companyId, filterOf({ status: "open" }));
    const overdue = await overdueFixes(tx, companyId, { sla, filter, summed: await isSummed(tx, companyId) });
    const { name: _, ...company } = shown(
      severities.find(({ name }) => name === "") ?? {
        name: "",
        fixedCount: 0,
        timedCount: 0,
        inTimeCount: 0,
        medianDays: null,
        meanDays: null,
      },
    );
    return {
      from: from.toISOString(),
      until: now.toISOString(),
      sla,
      company,
      bySeverity: severities.filter(({ name }) => name !== "").map(shown),
      byLabel: (await speedByLabel(tx, companyId, of)).map(shown),
      byOwner: (await speedByOwner(tx, companyId, of)).map(shown),
      overdue,
    };
  },
});
