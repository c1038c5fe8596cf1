export { type ConditionSubject, type FailOn, parseFailOn } from "./conditions.ts";
export { globTest } from "./glob.ts";
export { type Ignores, ignoresOf, type IgnoreSubject } from "./ignores.ts";
export { licenseJudge, type LicenseVerdict } from "./licenses.ts";
export { type IgnoreRule, type LicenseRules, type Policy, policySchema, readPolicy } from "./rules.ts";
