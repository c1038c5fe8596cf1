import { AppError } from "@zerotrace/core";
import { alternativesOf, fixCommands } from "@zerotrace/core/fix/commands";
import { slaOf } from "@zerotrace/core/schema";
import { z } from "zod";
import type { Tx } from "../../platform/db/index.ts";
import { decodeCursor, type Endpoint, implement } from "../../platform/http/index.ts";
import { oneDecimal, pageOf } from "../assets/index.ts";
import { filterOf, informed, led } from "../findings/index.ts";
import { NO_HOLDINGS } from "../holdings/index.ts";
import { settingsOf } from "../settings/index.ts";
import { NO_TALLIES } from "../tallies/index.ts";
import { routes } from "./contract.ts";
import { type Memory, rememberedFixes, rememberedPage } from "./memory.ts";
import { isOfParts, isSummed } from "./parts-sql.ts";
import { performanceRoute } from "./performance.ts";
import { doneFix, dueOfWork, fixIdOf, fixKeyOf, toFixRow, toWork } from "./rules.ts";
import {
  countWork,
  fixAssets,
  fixByKey,
  type FixKey,
  fixesPage,
  fixTotals,
  installedOf,
  membersOf,
  workOn,
  workPage,
} from "./sql.ts";
import { changeRoute, type FixDeps } from "./write.ts";

export { type DueFix, fixesDue } from "./due.ts";
export { noteOverdueFixes } from "./overdue.ts";
export { isOfParts, isSummed, STORED as STORED_PARTS } from "./parts-sql.ts";
export { refreshFixes } from "./refresh.ts";
export { fixIdOf } from "./rules.ts";
export { weightWith } from "./sql.ts";
export type { FixDeps } from "./write.ts";

const weightAndKey = z.tuple([z.number(), z.string(), z.string(), z.boolean()]);
const updatedAndKey = z.tuple([z.iso.datetime(), z.string(), z.string(), z.boolean()]);
const nameAndId = z.tuple([z.string(), z.uuid()]);
const EVERYTHING = filterOf({ status: "open" });

/** The risk of all that is open, by which fixes are ranked: risk times assets, binaries of one version once. */
export const openWeight = async (tx: Tx, companyId: number): Promise<number> => {
  const filter = await informed(tx, companyId, EVERYTHING);
  return (await fixTotals(tx, companyId, filter, await isSummed(tx, companyId))).allWeight;
};

/** One fix with its commands. Throws NOT_FOUND where nothing of it is open and nothing was done about it. */
const detailOf = async (tx: Tx, companyId: number, key: FixKey, now: Date) => {
  const summed = await isSummed(tx, companyId);
  const all = await informed(tx, companyId, EVERYTHING);
  const open = await fixByKey(tx, companyId, key, { filter: all, summed });
  const work = open === null ? await workOn(tx, companyId, key) : null;
  const fix = open ?? (work && doneFix(work));
  if (fix === null) throw new AppError("NOT_FOUND", "There is no fix with this id.");
  const { allWeight } = await fixTotals(tx, companyId, all, summed);
  const sla = slaOf(await settingsOf(tx, companyId));
  const row = toFixRow(fix, { sla, total: allWeight, now });
  const installed = await installedOf(tx, companyId, key);
  const target = { ecosystem: key.ecosystem, name: key.package, fixedIn: row.fixedIn };
  return {
    ...row,
    installed,
    commands: fixCommands({ ...target, installed }),
    alternatives: key.hasFix ? [] : alternativesOf(target),
  };
};

const list = (memory: Memory): Endpoint =>
  implement(routes.listFixes, {
    audit: "none",
    run: async ({ tx, db, now, identity: { companyId } }, { query }) => {
      const asked = filterOf(query);
      const inParts = isOfParts(asked);
      const filter = await informed(tx, companyId, inParts ? asked : await led(db, memory.holdings, companyId, asked));
      const after = query.cursor === undefined ? null : decodeCursor(query.cursor, weightAndKey);
      const page = { limit: query.limit + 1, after };
      const remembered = inParts ? null : await rememberedFixes(tx, companyId, filter, memory);
      const rows =
        remembered === null
          ? await fixesPage(tx, companyId, filter, { ...page, summed: await isSummed(tx, companyId) })
          : await rememberedPage(tx, companyId, remembered, page);
      const { count, allWeight: total } = rows[0] ?? { count: 0, allWeight: 0 };
      const sla = slaOf(await settingsOf(tx, companyId));
      const answer = pageOf(
        rows,
        query.limit,
        count,
        (g) => toFixRow(g, { sla, total, now }),
        (g) => [g.weight, g.ecosystem, g.package, g.hasFix],
      );
      return { ...answer, countIsExact: true, totalRisk: oneDecimal(total) };
    },
  });

const listWork: Endpoint = implement(routes.listFixWork, {
  audit: "none",
  run: async ({ tx, now, identity: { companyId } }, { query }) => {
    const { limit, cursor, state = null, verification = null, assigneeId = null } = query;
    const filter = { state, verification, assigneeId };
    const after = cursor === undefined ? null : decodeCursor(cursor, updatedAndKey);
    const rows = await workPage(tx, companyId, filter, { limit: limit + 1, after });
    return pageOf(
      rows,
      limit,
      await countWork(tx, companyId, filter),
      (w) => ({
        ...toWork(w),
        ...dueOfWork(w, now),
        id: fixIdOf(w),
        ecosystem: w.ecosystem,
        package: w.package,
        fixedIn: w.fixedIn,
        findingCount: w.findingCount,
        assetCount: w.assetCount,
      }),
      (w) => [w.updatedAt.toISOString(), w.ecosystem, w.package, w.hasFix],
    );
  },
});

const listAssets: Endpoint = implement(routes.listFixAssets, {
  audit: "none",
  run: async ({ tx, now, identity: { companyId } }, { params: { id }, query }) => {
    const key = fixKeyOf(id);
    const { assetCount, work } = await detailOf(tx, companyId, key, now);
    const after = query.cursor === undefined ? null : decodeCursor(query.cursor, nameAndId);
    const left = query.left === "true";
    const rows = await fixAssets(tx, companyId, key, { limit: query.limit + 1, after, left });
    const needed = left ? (work?.notFixedCount ?? 0) + (work?.waitingCount ?? 0) : assetCount;
    const show = (a: (typeof rows)[number]) => ({ ...a, inventoryAt: a.inventoryAt?.toISOString() ?? null });
    return pageOf(rows, query.limit, needed, show, (a) => [a.name, a.id]);
  },
});

/** The routes of fixes. */
export const fixRoutes = (deps: FixDeps): Endpoint[] => [
  list({ holdings: deps.holdings ?? NO_HOLDINGS, tallies: deps.tallies ?? NO_TALLIES }),
  listWork,
  performanceRoute(),
  implement(routes.listFixMembers, {
    audit: "none",
    run: async ({ tx, identity: { companyId } }) => ({ rows: await membersOf(tx, companyId) }),
  }),
  implement(routes.getFix, {
    audit: "none",
    run: ({ tx, now, identity: { companyId } }, { params: { id } }) => detailOf(tx, companyId, fixKeyOf(id), now),
  }),
  listAssets,
  changeRoute(deps, detailOf),
];
