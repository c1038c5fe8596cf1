export * from "./ast.ts";
export { dayOf, durationHours, numberOf } from "./check.ts";
export { FINDING_FIELDS } from "./fields.ts";
export { parseQuery, type ParsedQuery } from "./parse.ts";
export { printQuery } from "./print.ts";
