import { AppError, parseAssetCondition, schemeFor } from "@zerotrace/core";
import type { QueryNode } from "@zerotrace/core/query/language/index";
import type { RatingRule } from "../assets/index.ts";
import { assetCondition } from "../findings/index.ts";
import type { RuleRecord } from "./sql.ts";

type Rule = Pick<RuleRecord, "name" | "condition" | "criticality" | "exposure">;

const nodeOf = ({ name, condition }: Rule, place: number): QueryNode => {
  const { node, errors } = parseAssetCondition(condition);
  const [first] = errors;
  if (node !== null) return node;
  const { at, length, message } = first ?? { at: 0, length: 0, message: "The condition cannot be read." };
  const where = condition.slice(at, at + length).slice(0, 60);
  throw new AppError("BAD_REQUEST", `Rule "${name}", at character ${at + 1} ("${where}"): ${message}`, {
    field: `rules.${place}.condition`,
  });
};

/** Rules as the database asks them. Throws BAD_REQUEST that names the rule, where its first mistake is and how to mend it. */
export const ratingRulesOf = (rules: readonly Rule[]): RatingRule[] =>
  rules.map((rule, place) => {
    const { name, criticality, exposure } = rule;
    const node = nodeOf(rule, place);
    return { name, criticality, exposure, condition: (value) => assetCondition(node, value) };
  });

/** The package and the version that a fix brings. */
export interface FixKey {
  readonly key: string;
  readonly ecosystem: string;
  readonly package: string;
  readonly version: string;
}

/** Takes the key of a fix apart: `Debian:12/openssl/3.0.17-1`; names may have slashes, versions not. Throws BAD_REQUEST. */
export const fixKeyOf = (key: string): FixKey => {
  const [first, last] = [key.indexOf("/"), key.lastIndexOf("/")];
  if (first > 0 && last > first + 1 && last < key.length - 1) {
    return { key, ecosystem: key.slice(0, first), package: key.slice(first + 1, last), version: key.slice(last + 1) };
  }
  const says = last === key.length - 1 ? "names no fixed version: nothing can be done yet" : "is no fix";
  throw new AppError("BAD_REQUEST", `"${key.slice(0, 100)}" ${says}; write ecosystem/package/version.`, {
    field: "keys",
  });
};

/** Whether an upgrade to a version closes what this version fixes. */
export const closes = (ecosystem: string, to: string, fixedIn: string): boolean => {
  if (to === fixedIn) return true;
  const order = schemeFor(ecosystem)?.compare(to, fixedIn);
  return order !== undefined && order !== null && order >= 0;
};
