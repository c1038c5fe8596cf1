import type { QueryError, QueryNode, Span } from "../query/language/ast.ts";
import { durationHours } from "../query/language/check.ts";
import { FINDING_FIELDS } from "../query/language/fields.ts";
import { parseQuery } from "../query/language/parse.ts";

/** Fields that name assets: a scope with one decides on those assets alone. */
export const ASSET_SCOPE_FIELDS: readonly string[] = ["host", "label", "kind", "asset", "exposure", "criticality"];
/** Fields that a decision itself changes: a scope with one would name other findings as soon as it stood. */
const OWN_EFFECT: readonly string[] = ["status", "vex", "fixed", "ssvc"];
/** Fields that change with the work on a finding: what was decided must not end because somebody takes it up. */
const OF_WORK: readonly string[] = ["state", "assignee"];

/** What a decision is about. */
export interface DecisionScope {
  /** Which assets; null for all. */
  readonly assets: QueryNode | null;
  /** Which findings of them; null for all. */
  readonly findings: QueryNode | null;
}

const leavesOf = (node: QueryNode): readonly (QueryNode & Span)[] => {
  if (node.kind === "term" || node.kind === "word") return [node];
  return node.kind === "not" ? leavesOf(node.part) : node.parts.flatMap(leavesOf);
};

const isOfAsset = (leaf: QueryNode): boolean => leaf.kind === "term" && ASSET_SCOPE_FIELDS.includes(leaf.field);

const faultsOf = (leaf: QueryNode & Span): QueryError[] => {
  if (leaf.kind !== "term") return [];
  const { at, length, field, values } = leaf;
  if (OWN_EFFECT.includes(field)) {
    const message = `A decision cannot ask for ${field}, which decisions change: take it away.`;
    return [{ at, length, message }];
  }
  if (OF_WORK.includes(field)) {
    const message = `A decision cannot ask for ${field}, which changes with the work: take it away.`;
    return [{ at, length, message }];
  }
  if (values.every((value) => durationHours(value) === null)) return [];
  if (!FINDING_FIELDS.some((f) => f.name === field && f.type.kind === "time")) return [];
  return [{ at, length, message: `A decision needs days that stay: write ${field}>2026-01-31.` }];
};

const joined = (parts: readonly QueryNode[]): QueryNode | null =>
  parts.length > 1 ? { kind: "and", parts } : (parts[0] ?? null);

/**
 * Reads what a decision is about, in the language of queries, and parts it into which assets and which of their findings. Never
 * throws: `errors` names each mistake at its place, and is empty where the scope can be used.
 */
export const parseScope = (text: string): DecisionScope & { readonly errors: readonly QueryError[] } => {
  const { node, errors } = parseQuery(text, FINDING_FIELDS);
  if (node === null) {
    const message = "A decision needs a scope: write what it is about, such as advisory:CVE-2026-1.";
    return { assets: null, findings: null, errors: errors.length > 0 ? errors : [{ at: 0, length: 0, message }] };
  }
  const assets: QueryNode[] = [];
  const findings: QueryNode[] = [];
  const faults = [...errors, ...leavesOf(node).flatMap(faultsOf)];
  for (const part of node.kind === "and" ? node.parts : [node]) {
    const leaves = leavesOf(part);
    const ofAssets = leaves.filter(isOfAsset);
    if (ofAssets.length === 0) findings.push(part);
    else if (ofAssets.length === leaves.length) assets.push(part);
    else {
      const { at, length } = ofAssets[0] as Span;
      const message =
        "Assets and findings are mixed in one OR or NOT: make two decisions, or write them beside each other.";
      faults.push({ at, length, message });
    }
  }
  return { assets: joined(assets), findings: joined(findings), errors: faults };
};
