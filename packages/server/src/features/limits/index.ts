import { AppError } from "@zerotrace/core";
import type { Database, Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { changeCompany, mustBeProvider } from "../companies/index.ts";
import { type LimitName, LIMITS, LIMIT_NAMES, routes } from "./contract.ts";
import type { Quotas } from "./quotas.ts";
import { agentCount, limitsOf, scanCount, setLimit, usageOf } from "./sql.ts";

export { createQuotas, type Quotas } from "./quotas.ts";
export { measureStorage } from "./sql.ts";

const rowsOf = async (tx: Tx, companyId: number) => {
  const limits = await limitsOf(tx, companyId);
  const { componentsToday, storageBytes } = await usageOf(tx, companyId);
  const used: Record<LimitName, number | null> = {
    agents: await agentCount(tx, companyId),
    components_per_day: componentsToday,
    storage_bytes: storageBytes,
    concurrent_scans: await scanCount(tx, companyId),
    requests_per_second: null,
  };
  const rows = LIMIT_NAMES.map((name) => ({ name, ...LIMITS[name], limit: limits[name] ?? null, used: used[name] }));
  return { limits, rows };
};

/** Throws NOT_FOUND for a company that is not there. Reads as the platform does: that the caller runs it was checked. */
const inCompany = <T>(db: Database, companyId: number, run: (tx: Tx) => Promise<T>): Promise<T> =>
  db.asServiceFor(companyId, async (tx) => {
    const found = await tx.query("select 1 from company where id = $1", [companyId]);
    if (found.length === 0) throw new AppError("NOT_FOUND", "There is no company with this id.");
    return run(tx);
  });

/** What a company may use, what it uses, and for the platform's people the setting of it. */
export const limitRoutes = (quotas: Quotas): Endpoint[] => [
  implement(routes.getLimits, {
    audit: "none",
    run: async ({ tx, identity: { companyId } }) => ({ rows: (await rowsOf(tx, companyId)).rows }),
  }),
  implement(routes.getCompanyLimits, {
    audit: "none",
    transaction: "none",
    run: async ({ db, identity }, { params: { id } }) => {
      await mustBeProvider(db, identity);
      return inCompany(db, id, async (tx) => ({ rows: (await rowsOf(tx, id)).rows }));
    },
  }),
  implement(routes.setCompanyLimits, {
    audit: "company.set_limits",
    transaction: "none",
    run: async (context, { params: { id }, body }) => {
      const { subject } = context.identity;
      // the company concerned sees who changed what it may use
      await changeCompany(context, id, "company.set_limits", async (tx) => {
        const { limits: before } = await rowsOf(tx, id);
        for (const name of LIMIT_NAMES) {
          const value = body.limits[name];
          if (value !== undefined) await setLimit(tx, id, { name, value, by: subject });
        }
        return { before, after: (await rowsOf(tx, id)).limits };
      });
      quotas.forget(id);
      return inCompany(context.db, id, async (tx) => ({ rows: (await rowsOf(tx, id)).rows }));
    },
  }),
];
