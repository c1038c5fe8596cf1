export { explainComponent } from "./explain.ts";
export type { ExplainQuestion, ExplainRule, ExplainStep, Explanation } from "./explanation.ts";
export { publisherOf } from "./publisher.ts";
export { type ExplainedRisk, explainedRisks } from "./risks.ts";
export { rangeWords } from "./words.ts";
