import { z } from "zod";
import { mustSeeAll } from "../../platform/auth/index.ts";
import { decodeCursor, type Endpoint, implement, reply } from "../../platform/http/index.ts";
import { pageOf } from "../assets/index.ts";
import { settingsOf } from "../settings/index.ts";
import { routes } from "./contract.ts";
import { previewOf } from "./preview-sql.ts";
import { scopeOf, sqlOf, toDecisionRow } from "./rules.ts";
import { countDecisions, decidedStatements, decisionsPage } from "./sql.ts";
import { vexOf } from "./vex.ts";
import { ALL, type DecisionDeps, required, writeRoutes } from "./write.ts";

export { refreshRulings } from "./refresh.ts";
export { isAnyOver } from "./sql.ts";
export { type DecisionDeps, makeDecision, takeBackDecision } from "./write.ts";
export { scopeOf } from "./rules.ts";

/** Statements of an export (count). */
const EXPORT_MAX = 50_000;

const createdAndId = z.tuple([z.iso.datetime(), z.uuid()]);

const preview: Endpoint = implement(routes.previewDecision, {
  audit: "none",
  run: async (context, { body }) => {
    mustSeeAll(context.identity, ALL);
    const { tx, identity } = context;
    const { companyId } = identity;
    const scope = scopeOf(body.scope);
    const { hidden, total, examples, ...counts } = await previewOf(tx, companyId, sqlOf(scope));
    return {
      ...counts,
      riskShare: total === 0 ? 0 : Math.round((hidden / total) * 10_000) / 10_000,
      examples: examples.map((one) => ({ ...one, risk: Math.round(one.risk * 10) / 10 })),
      byAsset: scope.assets !== null,
      needsApproval: (await settingsOf(tx, companyId))["decisions.second_approval"],
    };
  },
});

const exported = (version: string): Endpoint =>
  implement(routes.exportDecisions, {
    audit: "none",
    run: async (context, { query: { format } }) => {
      mustSeeAll(context.identity, ALL);
      const { tx, now, identity } = context;
      const records = await decidedStatements(tx, identity.companyId, EXPORT_MAX);
      const [company] = await tx.query<{ name: string }>("select name from company where id = $1", [
        identity.companyId,
      ]);
      const about = { author: company?.name ?? "unknown", at: now.toISOString(), version };
      return reply({
        headers: { "content-disposition": `attachment; filename="decisions.${format}.json"` },
        body: await vexOf(records, about, format),
      });
    },
  });

/** The routes of decisions. */
export const decisionRoutes = (deps: DecisionDeps & { readonly version: string }): Endpoint[] => [
  preview,
  implement(routes.listDecisions, {
    audit: "none",
    run: async ({ tx, now, identity: { companyId } }, { query }) => {
      const { limit, cursor, state = null } = query;
      const after = cursor === undefined ? null : decodeCursor(cursor, createdAndId);
      const rows = await decisionsPage(tx, companyId, { state, limit: limit + 1, after });
      const count = await countDecisions(tx, companyId, state);
      return pageOf(
        rows,
        limit,
        count,
        (d) => toDecisionRow(d, now),
        (d) => [d.createdAt.toISOString(), d.id],
      );
    },
  }),
  exported(deps.version),
  implement(routes.getDecision, {
    audit: "none",
    run: async ({ tx, now, identity: { companyId } }, { params: { id } }) =>
      toDecisionRow(await required(tx, companyId, id), now),
  }),
  ...writeRoutes(deps),
];
