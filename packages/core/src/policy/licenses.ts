import { type LicenseExpression, parseLicense } from "../license/expression.ts";
import { satisfies } from "../license/satisfies.ts";
import { globTest } from "./glob.ts";
import type { LicenseRules } from "./rules.ts";

/** What the policy says of a license: null is fine. An expression with OR is fine when one choice is. */
export type LicenseVerdict = "denied" | "unknown" | null;

/**
 * A judge of licenses at a path. With `allow`, what it does not hold is denied; with `deny`, what needs one of it is. The first
 * entry of `paths` that fits stands for the lists above. What is not declared, or is no SPDX expression, is unknown.
 */
export const licenseJudge = (rules: LicenseRules): ((license: string, path: string) => LicenseVerdict) => {
  const scoped = (rules.paths ?? []).map((one) => ({ lists: one, fits: globTest(one.path) }));
  return (license, path) => {
    const lists = scoped.find(({ fits }) => fits?.(path) === true)?.lists ?? rules;
    const parsed = parsedOf(license);
    if (parsed === null) return "unknown";
    if (lists.allow !== undefined && !satisfies(parsed, lists.allow)) return "denied";
    const denied = lists.deny;
    return denied === undefined || isFree(parsed, denied) ? null : "denied";
  };
};

/** Whether it can be used without any denied license: of an OR one side, of an AND every side. */
const isFree = (expression: LicenseExpression, denied: readonly string[]): boolean => {
  if (expression.kind === "license") return !denied.some((one) => satisfies(expression, [one]));
  const { parts } = expression;
  return expression.kind === "and"
    ? parts.every((part) => isFree(part, denied))
    : parts.some((part) => isFree(part, denied));
};

const parsedOf = (license: string): LicenseExpression | null => {
  if (license === "" || license === "NOASSERTION" || license === "NONE") return null;
  try {
    return parseLicense(license);
  } catch {
    // Free text such as "see LICENSE" says nothing that a rule could judge.
    return null;
  }
};
