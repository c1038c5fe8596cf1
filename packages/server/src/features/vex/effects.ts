import {
  type Component,
  createVex,
  isClosedBy,
  isTargetOf,
  type IsPresent,
  type VexTarget,
  vexTarget,
} from "@zerotrace/core";
import type { Tx } from "../../platform/db/index.ts";
import {
  allStatements,
  type Candidate,
  componentsNamed,
  decidedEffects,
  type Effect,
  findingsNamed,
  lockFindings,
  placesOf,
  replaceEffects,
  type StoredStatement,
} from "./sql.ts";

const componentOf = (c: Omit<Candidate, "advisoryId" | "advisory" | "aliases">): Component => ({
  ecosystem: c.ecosystem,
  name: c.name,
  version: c.version,
  ...(c.arch === "" ? {} : { arch: c.arch }),
  ...(c.sourceName === "" ? {} : { source: { name: c.sourceName, version: c.sourceVersion } }),
});

/** A name in every spelling that a database may keep it in: GitHub's ids end in lower case, all others are upper case. */
const spellings = (name: string): string[] => [
  name,
  name.replace(/^GHSA-.*/, (id) => `GHSA-${id.slice(5).toLowerCase()}`),
];

/**
 * Where products lie whose parts statements speak of: a statement about a part of a product counts for a component when the
 * product is on every asset that has the component, since a finding is one for all of them.
 */
const presenceOf = async (
  tx: Tx,
  companyId: number,
  statements: readonly StoredStatement[],
  candidates: readonly Candidate[],
): Promise<(componentId: number) => IsPresent> => {
  const products = statements.flatMap((s) => s.products).filter((p) => p.subcomponents.length > 0);
  const targets = products.flatMap((p) => vexTarget(p.purl) ?? []);
  if (targets.length === 0) return () => () => false;
  const wholes = await componentsNamed(tx, [...new Set(targets.map((t) => t.name))]);
  const ids = [...new Set([...wholes, ...candidates].map((c) => c.componentId))];
  const places = (await placesOf(tx, companyId, ids)).map((p) => new Set(p.componentIds));
  return (componentId) => (target: VexTarget, versions) => {
    const meant = wholes.filter((c) => isTargetOf(target, componentOf(c), versions)).map((c) => c.componentId);
    const here = places.filter((place) => place.has(componentId));
    return here.length > 0 && here.every((place) => meant.some((id) => place.has(id)));
  };
};

const statementEffects = async (tx: Tx, companyId: number): Promise<Effect[]> => {
  const statements = await allStatements(tx, companyId);
  if (statements.length === 0) return [];
  const vex = createVex(statements);
  const candidates = await findingsNamed(tx, companyId, vex.names.flatMap(spellings));
  const presentFor = await presenceOf(tx, companyId, statements, candidates);
  return candidates.flatMap((c): Effect[] => {
    const { componentId, advisoryId } = c;
    const ruling = vex.rule([c.advisory, ...c.aliases], componentOf(c), presentFor(componentId));
    if (ruling === null) return [];
    const { statementId, status } = ruling;
    return [{ componentId, advisoryId, statementId, decisionId: null, status, closes: isClosedBy(status) }];
  });
};

/**
 * Makes what statements and decisions say true for a company's findings as they are: the newest statement that means one, and
 * before it the decision of a person. Recomputed as a whole, so that running it twice changes nothing. Needs the service role
 * with the company set. Returns how many findings are decided otherwise than before.
 */
export const refreshVexEffects = async (tx: Tx, companyId: number): Promise<number> => {
  await lockFindings(tx, companyId);
  const said = await statementEffects(tx, companyId);
  const decided = await decidedEffects(tx, companyId);
  if (decided.length === 0) return await replaceEffects(tx, companyId, said);
  const keyOf = (effect: Effect): string => `${effect.componentId} ${effect.advisoryId}`;
  const effects = new Map([...said, ...decided].map((effect) => [keyOf(effect), effect]));
  return await replaceEffects(tx, companyId, [...effects.values()]);
};
