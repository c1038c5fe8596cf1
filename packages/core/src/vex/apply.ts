import type { Component } from "../component/component.ts";
import { isTargetOf, type VexTarget, vexTarget } from "./target.ts";
import type { VexStatement } from "./vex.ts";

/** A statement with its place among all: later ones decide between equal dates. */
interface Entry {
  readonly statement: VexStatement;
  readonly at: number;
  readonly position: number;
  readonly products: readonly Target[];
}

interface Target {
  readonly product: VexTarget | null;
  readonly versions: string | null;
  readonly parts: readonly VexTarget[];
}

/** Says whether a package that a statement names as the whole is where the component is. */
export type IsPresent = (product: VexTarget, versions: string | null) => boolean;

/** Statements by the weaknesses they name. */
export interface Vex<S extends VexStatement = VexStatement> {
  readonly statementCount: number;
  /**
   * The newest statement that means the component and one of the names; null when none does. A statement about parts of a
   * product counts for the parts, and only where `isPresent` finds the product.
   */
  rule(names: readonly string[], component: Component, isPresent: IsPresent): S | null;
  /** Every name that a statement speaks of, upper case, each once. */
  readonly names: readonly string[];
}

const targetsOf = (statement: VexStatement): Target[] =>
  statement.products.map(({ purl, versions, subcomponents }) => ({
    product: vexTarget(purl),
    versions,
    parts: subcomponents.flatMap((one) => vexTarget(one) ?? []),
  }));

const means = (statement: VexStatement, targets: readonly Target[], component: Component, isPresent: IsPresent) =>
  targets.some(({ product, versions, parts }, i) => {
    if (product === null) return false;
    if (statement.products[i]!.subcomponents.length === 0) return isTargetOf(product, component, versions);
    return parts.some((part) => isTargetOf(part, component)) && isPresent(product, versions);
  });

/** Prepares statements for asking. Cheap to ask: only those of the same weakness are looked at. */
export const createVex = <S extends VexStatement>(statements: readonly S[]): Vex<S> => {
  const byName = new Map<string, (Entry & { readonly statement: S })[]>();
  for (const [position, statement] of statements.entries()) {
    const at = statement.at === "" ? 0 : Date.parse(statement.at);
    const entry = { statement, at, position, products: targetsOf(statement) };
    for (const name of new Set([statement.vulnerability, ...statement.aliases].map((one) => one.toUpperCase()))) {
      const known = byName.get(name);
      if (known) known.push(entry);
      else byName.set(name, [entry]);
    }
  }
  for (const entries of byName.values()) entries.sort((a, b) => b.at - a.at || b.position - a.position);
  return {
    statementCount: statements.length,
    names: [...byName.keys()].sort(),
    rule: (names, component, isPresent) => {
      let best: (Entry & { readonly statement: S }) | null = null;
      for (const name of new Set(names.map((one) => one.toUpperCase()))) {
        const found = byName.get(name)?.find((e) => means(e.statement, e.products, component, isPresent));
        if (found === undefined) continue;
        if (best === null || found.at > best.at || (found.at === best.at && found.position > best.position))
          best = found;
      }
      return best?.statement ?? null;
    },
  };
};
