import { AppError } from "@zerotrace/core";
import { mustSeeAll } from "../../platform/auth/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { oneDecimal, rateByHand, rateByRules, ratingForUpdate, ratingPreview, toRating } from "../assets/index.ts";
import { type HoldingsStore, NO_HOLDINGS } from "../holdings/index.ts";
import { NO_TALLIES, type TallyStore } from "../tallies/index.ts";
import { routes } from "./contract.ts";
import { ratingRulesOf } from "./rules.ts";
import { type RuleRecord, riskRules, writeRiskRules } from "./sql.ts";
import { whatIfRoute } from "./what-if.ts";

export interface RiskDeps {
  /** Called in the transaction with the assets that are rated otherwise than before. */
  readonly onRated: (tx: Tx, companyId: number, assetIds: readonly string[]) => Promise<void>;
  readonly holdings?: HoldingsStore;
  readonly tallies?: TallyStore;
}

/** Why one with labels makes none. */
const ALL = "rules concern all of its assets";

const ruleOf = ({ name, condition, criticality, exposure }: RuleRecord) => ({ name, condition, criticality, exposure });

const answerOf = (rules: readonly RuleRecord[], changedCount: number) => ({
  rules: rules.map(ruleOf),
  changedAt: rules[0]?.changedAt.toISOString() ?? null,
  changedBy: rules[0]?.changedBy ?? null,
  changedCount,
});

/**
 * Rates these assets by the company's rules, where it has any: at their intake, and when something that conditions ask changes. Returns
 * the ids that are rated otherwise than before.
 */
export const rateAssets = async (tx: Tx, companyId: number, assetIds: readonly string[]): Promise<string[]> => {
  const rules = await riskRules(tx, companyId);
  return rules.length === 0 ? [] : await rateByRules(tx, companyId, ratingRulesOf(rules), assetIds);
};

const putRules = ({ onRated }: RiskDeps): Endpoint =>
  implement(routes.putRiskRules, {
    audit: "risk_rule.change",
    run: async (context, { body: { rules } }) => {
      mustSeeAll(context.identity, ALL);
      const { tx, identity } = context;
      const { companyId, subject } = identity;
      const asked = ratingRulesOf(rules);
      const before = await riskRules(tx, companyId);
      await writeRiskRules(tx, companyId, rules, subject);
      const changed = await rateByRules(tx, companyId, asked, null);
      if (changed.length > 0) await onRated(tx, companyId, changed);
      const detail = { ruleCount: rules.length, changedCount: changed.length };
      context.note("rules", detail, { before: { rules: before.map(ruleOf) }, after: { rules } });
      return answerOf(await riskRules(tx, companyId), changed.length);
    },
  });

const setRating = ({ onRated }: RiskDeps): Endpoint =>
  implement(routes.setAssetRating, {
    audit: "asset.rate",
    run: async (context, { params: { id }, body }) => {
      const { tx, identity } = context;
      const { companyId } = identity;
      const before = await ratingForUpdate(tx, companyId, id);
      if (before === null) throw new AppError("NOT_FOUND", "There is no asset with this id.");
      for (const kind of ["criticality", "exposure"] as const) {
        const level = body[kind];
        if (level !== undefined) await rateByHand(tx, companyId, id, kind, level);
      }
      await rateAssets(tx, companyId, [id]);
      const after = (await ratingForUpdate(tx, companyId, id)) ?? before;
      await onRated(tx, companyId, [id]);
      const told = ({ name: _, ...rating }: typeof after) => rating;
      context.note(id, { name: before.name }, { before: told(before), after: told(after) });
      return toRating(after);
    },
  });

/** The routes of the rules that rate assets, of ratings by hand, and of what-if. */
export const riskRoutes = (deps: RiskDeps): Endpoint[] => [
  implement(routes.listRiskRules, {
    audit: "none",
    run: async (context) => {
      mustSeeAll(context.identity, ALL);
      return answerOf(await riskRules(context.tx, context.identity.companyId), 0);
    },
  }),
  implement(routes.previewRiskRules, {
    audit: "none",
    run: async (context, { body: { rules } }) => {
      mustSeeAll(context.identity, ALL);
      const preview = await ratingPreview(context.tx, context.identity.companyId, ratingRulesOf(rules));
      const { riskBefore, riskAfter } = preview;
      return { ...preview, riskBefore: oneDecimal(riskBefore), riskAfter: oneDecimal(riskAfter) };
    },
  }),
  putRules(deps),
  setRating(deps),
  whatIfRoute({ holdings: deps.holdings ?? NO_HOLDINGS, tallies: deps.tallies ?? NO_TALLIES }),
];
