import type { QueryNode } from "@zerotrace/core/query/language/index";

/** Writes a value as a parameter and answers its name in the statement. */
export type Value = (value: unknown) => string;

/** What a name leads to: findings of these components and of these advisories, and no others. */
export interface Lead {
  readonly components: readonly number[];
  readonly advisories: readonly string[];
  /** Where components are too many to be listed: a bit for each, as get_bit reads them. */
  readonly held?: Buffer;
  /** The same components one by one, where these are not many thousands. */
  readonly listed?: readonly number[];
}
/** By the part of a query, or the filter of its own, that says the name. */
export type LeadKey = QueryNode | "q" | "package" | "advisory" | "assetId";
export type Leads = ReadonlyMap<LeadKey, Lead>;

/** The findings of the table named `f` that a lead has. */
export const ofLead = ({ components, advisories, held }: Lead, value: Value): string => {
  const parts = [
    ...(held === undefined
      ? []
      : [
          `case when f.component_id < ${held.length * 8} then get_bit(${value(held)}::bytea, f.component_id) = 1 else false end`,
        ]),
    ...(components.length > 0 ? [`f.component_id = any(${value(`{${components.join(",")}}`)}::int[])`] : []),
    ...(advisories.length > 0 ? [`f.advisory = any(${value(advisories)}::text[])`] : []),
  ];
  return parts.length === 0 ? "false" : `(${parts.join(" or ")})`;
};
