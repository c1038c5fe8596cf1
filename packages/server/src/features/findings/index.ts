import { AppError, riskOf } from "@zerotrace/core";
import { z } from "zod";
import { exportReply } from "../../platform/export/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { decodeCursor, type Endpoint, implement } from "../../platform/http/index.ts";
import { getAdvisoryDocs } from "../advisories/index.ts";
import { oneDecimal, pageOf, pointsOf, ratedHolders } from "../assets/index.ts";
import { judgedComponent } from "../components/index.ts";
import type { Knowledge } from "../feeds/index.ts";
import { type HoldingsStore, NO_HOLDINGS } from "../holdings/index.ts";
import { shownExplanation } from "../explain/index.ts";
import { NO_TALLIES, type TallyStore } from "../tallies/index.ts";
import { vexRulingOn } from "../vex/index.ts";
import { routes } from "./contract.ts";
import { EXPORT_COLUMNS, exportedFindings } from "./export.ts";
import { assessmentOf } from "./assessment.ts";
import { decisionOn } from "./decided-sql.ts";
import { advisoryGroups, countAdvisories, isBroad } from "./by-advisory-sql.ts";
import { sourceCandidates } from "./by-source-memory.ts";
import { countSources, findingsBySource } from "./by-source-sql.ts";
import { assetOf } from "./choice.ts";
import { led } from "./leads.ts";
import { remembered } from "./memory.ts";
import { isScattered, pageCandidates } from "./page-memory.ts";
import { filterOf, type FindingFilter, toFindingRow, whySentence } from "./rules.ts";
import { assetsWith, countFindings, type FindingRecord, findingById, findingsPage, informed } from "./sql.ts";

export { decidedCounts, isDecidedSomewhere } from "./decided-sql.ts";
export { assetCondition, IS_CLOSED, isDecidedOn, namesStatus, queryCondition, type Value } from "./query-sql.ts";
export { type Remembered, remembered } from "./memory.ts";
export { filterOf, type FindingFilter } from "./rules.ts";
export { condition, findings, findingsFrom, informed } from "./sql.ts";
export { led, queryLeads } from "./leads.ts";
export { idsNamed } from "./named.ts";
export { type Present, refreshFindings, type Refreshed } from "./refresh-sql.ts";

const valueAndId = z.tuple([z.union([z.string(), z.number()]), z.uuid()]);
const nameAndId = z.tuple([z.string(), z.uuid()]);
const sourceKey = z.tuple([z.number(), z.number(), z.number(), z.number(), z.uuid()]);
const riskAndName = z.tuple([z.number(), z.string()]);

const required = (finding: FindingRecord | null): FindingRecord => {
  if (finding === null) throw new AppError("NOT_FOUND", "There is no finding with this id.");
  return finding;
};

/** Why a finding is one, by the statement that decides on it as it stands in the database. */
const explanationOf = async (
  explain: Knowledge["explanation"],
  { advisory, ecosystem, package: name, source, version }: FindingRecord,
  judged: { version: string } | null,
  vex: Awaited<ReturnType<typeof vexRulingOn>>,
  now: Date,
) => {
  const from = source === null || judged === null ? {} : { source: { name: source, version: judged.version } };
  const said = vex === null ? null : { ...vex, at: vex.at ?? "", aliases: [], products: [] };
  const component = { ecosystem, name, version, ...from };
  const explained = await explain({ component, advisory, ruling: () => said, now: now.toISOString() });
  return explained === null ? null : shownExplanation(explained);
};

const detailRoute = (knowledge: Knowledge, holdings: HoldingsStore): Endpoint =>
  implement(routes.getFinding, {
    audit: "none",
    transaction: "none",
    run: async ({ db, identity: { companyId }, now }, { params }) => {
      const { finding, vex, decided, holders } = await db.withCompany(companyId, async (tx) => {
        const found = required(await findingById(tx, companyId, params.id));
        return {
          finding: found,
          vex: await vexRulingOn(tx, companyId, params.id),
          decided: await decisionOn(tx, companyId, params.id),
          holders: await ratedHolders(tx, companyId, params.id, await holdersOf(holdings, companyId, found)),
        };
      });
      const judged = await db.asServiceFor(companyId, (tx) => judgedComponent(tx, finding.componentId));
      const all = judged === null ? [] : await knowledge.explain(judged);
      const ranges = all.filter((r) => r.group.id === finding.advisory);
      const docs = await getAdvisoryDocs(db, companyId, finding.advisory);
      const group = ranges[0]?.group;
      const { terms } = riskOf({
        severity: finding.severity,
        cvss: group?.cvss ?? (finding.cvss === null ? null : { score: finding.cvss, vector: "" }),
        epss: group?.epss ?? (finding.epss === null ? null : { score: finding.epss, percentile: 0 }),
        kevAddedAt: finding.kevAddedAt,
        fixAvailable: finding.fixedIn !== null,
      });
      const enrichment = await knowledge.enrichmentOf(finding.advisory);
      const deciding = ranges.find((r) => r.outcome === "affected");
      return {
        ...toFindingRow(finding),
        details: docs.details,
        references: docs.references,
        enrichment,
        assessment: assessmentOf(finding, group, enrichment, holders, now),
        cvssVector: group?.cvss?.vector ?? null,
        epssPercentile: group?.epss?.percentile ?? null,
        terms,
        why: whySentence(finding, deciding),
        explanation: await explanationOf(knowledge.explanation, finding, judged, vex, now),
        vex,
        decision: decided && {
          ...decided,
          createdAt: decided.createdAt.toISOString(),
          expiresAt: decided.expiresAt.toISOString(),
        },
        ranges: ranges.map((r) => ({
          recordId: r.recordId,
          feed: docs.feedOf.get(r.recordId)?.feed ?? "",
          origin: docs.feedOf.get(r.recordId)?.origin ?? "",
          introduced: r.introduced,
          fixedIn: r.fixedIn,
          lastAffected: r.lastAffected,
          outcome: r.outcome,
          urgency: r.urgency,
        })),
      };
    },
  });

/** The ids of all assets that have the component of a finding, seen by the caller or not; null: nobody remembers them. */
const holdersOf = async (
  holdings: HoldingsStore,
  companyId: number,
  { componentId }: FindingRecord,
): Promise<string[] | null> => {
  const all = await holdings.of(companyId);
  return all && all.idsOf(all.holders([componentId]));
};

const bySourceRoute = (holdings: HoldingsStore, tallies: TallyStore): Endpoint =>
  implement(routes.listFindingSources, {
    audit: "none",
    transaction: "none",
    run: async ({ db, identity: { companyId } }, { query }) => {
      const asked = await led(db, holdings, companyId, filterOf(query), tallies);
      return await db.withCompany(companyId, async (tx) => {
        const filter = await informed(tx, companyId, asked);
        const after = query.cursor === undefined ? null : decodeCursor(query.cursor, sourceKey);
        const perPackage = query.perPackage ?? null;
        const page = { limit: query.limit + 1, perPackage };
        const known = await remembered(tx, companyId, filter, tallies);
        const among = known && sourceCandidates(known, { ...page, belowRisk: after?.[0] ?? null });
        const rows = await findingsBySource(tx, companyId, filter, { ...page, after, among });
        const count = among?.count ?? (await countSources(tx, companyId, filter, perPackage));
        const points = await pointsThere(tx, companyId, filter);
        const show = ({ sortKey: _, packages, findingCount, ...record }: (typeof rows)[number]) => ({
          ...toFindingRow({ ...record, risk: record.risk + points }),
          packages,
          findingCount,
        });
        return pageOf(rows, query.limit, count, show, (r) => r.sortKey);
      });
    },
  });

/** What the one asset that a filter asks for adds to each risk; 0 where it asks for none or for several. */
const pointsThere = async (tx: Tx, companyId: number, filter: FindingFilter): Promise<number> => {
  const asset = assetOf(filter);
  return asset === null ? 0 : await pointsOf(tx, companyId, asset);
};

const listRoute = (holdings: HoldingsStore, tallies: TallyStore): Endpoint =>
  implement(routes.listFindings, {
    audit: "none",
    transaction: "none",
    run: async ({ db, identity: { companyId } }, { query }) => {
      const asked = await led(db, holdings, companyId, filterOf(query), tallies);
      const transaction = isBroad(asked) ? "withCompanyPlanned" : "withCompany";
      return await db[transaction](companyId, async (tx) => {
        const filter = await informed(tx, companyId, asked);
        const after = query.cursor === undefined ? null : decodeCursor(query.cursor, valueAndId);
        const page = { sort: query.sort, limit: query.limit + 1, after };
        const known = isScattered(filter) ? await remembered(tx, companyId, filter, tallies) : null;
        const belowRisk = query.sort === "risk" && after !== null ? Number(after[0]) : null;
        const found = known && pageCandidates(known, { limit: page.limit, belowRisk });
        const among = query.sort === "risk" ? (found?.among ?? null) : null;
        const rows = await findingsPage(tx, companyId, filter, { ...page, among });
        const count = found?.count ?? (await countFindings(tx, companyId, filter));
        const points = await pointsThere(tx, companyId, filter);
        const show = ({ sortValue: _, ...record }: (typeof rows)[number]) =>
          toFindingRow({ ...record, risk: record.risk + points });
        return pageOf(rows, query.limit, count, show, (r) => [r.sortValue, r.id]);
      });
    },
  });

/** The routes that read findings in every grouping. */
export const findingRoutes = (
  knowledge: Knowledge,
  holdings: HoldingsStore = NO_HOLDINGS,
  tallies: TallyStore = NO_TALLIES,
): Endpoint[] => [
  listRoute(holdings, tallies),
  implement(routes.exportFindings, {
    audit: "none",
    transaction: "none",
    run: async ({ db, identity: { companyId } }, { query }) => {
      const asked = await led(db, holdings, companyId, filterOf(query), tallies);
      const points = await db.withCompany(companyId, (tx) => pointsThere(tx, companyId, asked));
      const rows = exportedFindings(db, companyId, asked, { sort: query.sort, points });
      return exportReply("findings", query.format, EXPORT_COLUMNS, rows);
    },
  }),
  implement(routes.listFindingAdvisories, {
    audit: "none",
    transaction: "none",
    run: async ({ db, identity: { companyId } }, { query }) => {
      const asked = await led(db, holdings, companyId, filterOf(query), tallies);
      const transaction = isBroad(asked) ? "withCompanyPlanned" : "withCompany";
      return await db[transaction](companyId, async (tx) => {
        const filter = await informed(tx, companyId, asked);
        const after = query.cursor === undefined ? null : decodeCursor(query.cursor, riskAndName);
        const rows = await advisoryGroups(tx, companyId, filter, { limit: query.limit + 1, after });
        const count = await countAdvisories(tx, companyId, filter);
        const points = await pointsThere(tx, companyId, filter);
        return pageOf(
          rows,
          query.limit,
          count,
          (r) => ({ ...r, risk: oneDecimal(r.risk + points) }),
          (r) => [r.risk, r.advisory],
        );
      });
    },
  }),
  bySourceRoute(holdings, tallies),
  detailRoute(knowledge, holdings),
  implement(routes.listFindingAssets, {
    audit: "none",
    run: async ({ tx, identity: { companyId } }, { params, query }) => {
      const finding = required(await findingById(tx, companyId, params.id));
      const after = query.cursor === undefined ? null : decodeCursor(query.cursor, nameAndId);
      const held = await holdersOf(holdings, companyId, finding);
      const rows = await assetsWith(tx, companyId, finding.componentId, { limit: query.limit + 1, after, held });
      const show = (r: (typeof rows)[number]) => ({ ...r, lastSeenAt: r.lastSeenAt.toISOString() });
      return pageOf(rows, query.limit, finding.assetCount, show, (r) => [r.name, r.id]);
    },
  }),
];
