export { explainComponent } from "./explain.ts";
export type { ExplainQuestion, ExplainRule, ExplainStep, Explanation } from "./explanation.ts";
export { publisherOf } from "./publisher.ts";
export { rangeWords } from "./words.ts";
