export { type ConditionSubject, type FailOn, parseFailOn } from "./conditions.ts";
export { globTest } from "./glob.ts";
export { type Ignores, ignoresOf, type IgnoreSubject } from "./ignores.ts";
export { licenseJudge, type LicenseVerdict } from "./licenses.ts";
// What reads a policy is loaded, with zod, where there is one: `@zerotrace/core/policy/rules`.
export type { IgnoreRule, LicenseRules, Policy } from "./rules.ts";
