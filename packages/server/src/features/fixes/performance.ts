import { slaOf } from "@zerotrace/core/schema";
import type { Tx } from "../../platform/db/index.ts";
import { createKept, type Endpoint, implement } from "../../platform/http/index.ts";
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

/** Answers that took less, in milliseconds, are not kept. */
const KEPT_FROM_MS = 200;

interface Asked {
  readonly from: Date;
  readonly until: Date;
  readonly sla: ReturnType<typeof slaOf>;
}

const performanceOf = async (tx: Tx, companyId: number, { from, until, sla }: Asked) => {
  const of = { from, sla };
  const severities = await speedBySeverity(tx, companyId, of);
  const filter = await informed(tx, companyId, filterOf({ status: "open" }));
  const overdue = await overdueFixes(tx, companyId, { sla, filter, summed: await isSummed(tx, companyId) });
  const none = { name: "", fixedCount: 0, timedCount: 0, inTimeCount: 0, medianDays: null, meanDays: null };
  const { name: _, ...company } = shown(severities.find(({ name }) => name === "") ?? none);
  return {
    from: from.toISOString(),
    until: until.toISOString(),
    sla,
    company,
    bySeverity: severities.filter(({ name }) => name !== "").map(shown),
    byLabel: (await speedByLabel(tx, companyId, of)).map(shown),
    byOwner: (await speedByOwner(tx, companyId, of)).map(shown),
    overdue,
  };
};

/** How long fixes took, and how many were in time. It is of months: an answer that took long is kept, and says until when it counts. */
export const performanceRoute = (): Endpoint => {
  const kept = createKept<Awaited<ReturnType<typeof performanceOf>>>(() => performance.now(), KEPT_FROM_MS);
  return implement(routes.getFixPerformance, {
    audit: "none",
    transaction: "none",
    run: async ({ db, now, identity: { companyId, labels } }, { query }) => {
      const from = new Date(now.getTime() - query.days * DAY_MS);
      const sla = await db.withCompany(companyId, async (tx) => slaOf(await settingsOf(tx, companyId)));
      return kept(JSON.stringify([companyId, labels, query.days, sla]), () =>
        db.withCompany(companyId, (tx) => performanceOf(tx, companyId, { from, until: now, sla })),
      );
    },
  });
};
