export * from "./errors.ts";
export * from "./component/component.ts";
export * from "./version/scheme.ts";
export * from "./advisory/advisory.ts";
export * from "./advisory/enrichment.ts";
export { endOfLifeRecords, isEnded, isEndOfLife, systemCycle } from "./advisory/life-cycle.ts";
export { SYSTEM_ECOSYSTEM, systemOfEcosystem } from "./advisory/systems.ts";
export * from "./match/types.ts";
// Only their types: zod, which most programs that read packages never need, is loaded with `@zerotrace/core/schema`.
export type * from "./schema.ts";
export * from "./version/index.ts";
export { decidingNames, hasModules, nameInModule } from "./advisory/modules.ts";
export * from "./advisory/osv.ts";
export * from "./severity/cvss.ts";
export * from "./match/aliases.ts";
export * from "./match/build.ts";
export * from "./match/open.ts";
export { INDEX_FORMAT, isReadableHead } from "./match/layout.ts";
export type { IndexSource } from "./match/partial.ts";
export { createStrings, type Strings } from "./match/strings.ts";
export * from "./component/ecosystem.ts";
export * from "./component/editions.ts";
export * from "./component/normalize.ts";
export * from "./component/purl.ts";
export * from "./component/purl-component.ts";
export * from "./finding/assessment.ts";
export * from "./finding/risk.ts";
export { type RiskFacts, riskSentence } from "./finding/risk-sentence.ts";
export * from "./severity/ssvc.ts";
export { ASSET_FIELDS, parseAssetCondition, RISK_RULES_MAX } from "./asset/rule.ts";
export {
  compareCpe,
  compareCpeAttributes,
  compareCpeValues,
  type CpeNameRelation,
  type CpeRelation,
} from "./cpe/relation.ts";
export { cpeProduct, parseCpe } from "./cpe/cpe.ts";
export { formatCpe } from "./cpe/formatted.ts";
export { formatCpeUri } from "./cpe/uri.ts";
export {
  CPE_ANY,
  CPE_ATTRIBUTES,
  CPE_CHARACTERS_MAX,
  CPE_NA,
  type CpeAttribute,
  type CpeName,
  cpeName,
  formatWfn,
} from "./cpe/name.ts";
export * from "./license/expression.ts";
export * from "./license/satisfies.ts";
export * from "./vex/index.ts";
export * from "./explain/index.ts";
export * from "./policy/index.ts";
export * from "./range/index.ts";
