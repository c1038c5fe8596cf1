export * from "./ast.ts";
export { dayOf, durationHours, momentOf, numberOf } from "./check.ts";
export { type Completion, completeQuery, COMPLETIONS_MAX } from "./complete.ts";
export { FINDING_FIELDS } from "./fields.ts";
export { parseQuery, type ParsedQuery } from "./parse.ts";
export { printQuery, queryOf } from "./print.ts";
export { ADDING_SOURCES, type AddingSource, sourcesAsked } from "./sources.ts";
