import type { QueryNode } from "@zerotrace/core/query/language/index";

/** Writes a value as a parameter and answers its name in the statement. */
export type Value = (value: unknown) => string;

/** What a name leads to: findings of these components and of these advisories, and no others. */
export interface Lead {
  readonly components: readonly number[];
  readonly advisories: readonly string[];
}
/** By the part of a query, or the filter of its own, that says the name. */
export type Leads = ReadonlyMap<QueryNode | "q" | "package" | "advisory", Lead>;

/** The findings of the table named `f` that a lead has. */
export const ofLead = ({ components, advisories }: Lead, value: Value): string => {
  const parts = [
    ...(components.length > 0 ? [`f.component_id = any(${value(`{${components.join(",")}}`)}::int[])`] : []),
    ...(advisories.length > 0 ? [`f.advisory = any(${value(advisories)}::text[])`] : []),
  ];
  return parts.length === 0 ? "false" : `(${parts.join(" or ")})`;
};
