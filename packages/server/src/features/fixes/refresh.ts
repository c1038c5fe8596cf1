import { schemeFor } from "@zerotrace/core";
import { verificationOf } from "@zerotrace/core/fix/work";
import type { Tx } from "../../platform/db/index.ts";
import { emit } from "../stream/index.ts";
import { countHolders } from "./assets-sql.ts";
import {
  assetsHolding,
  type Claim,
  claims,
  decidedAnew,
  emptyDecided,
  leftAway,
  leftOf,
  refreshComponents,
  reportedSince,
  stagedAway,
  stagedComponents,
  stagedFixes,
  stageParts,
  writeDecided,
  writeFixes,
  writeParts,
  writeVerification,
} from "./refresh-sql.ts";
import { fixIdOf, highestVersion, versionsOf } from "./rules.ts";
import type { FixKey } from "./sql.ts";

/** What may have changed, and who remembers which assets have a component. */
export interface FixesTouched {
  /** Components of which findings may be other than before; null: any. */
  readonly components: readonly number[] | null;
  /** Assets that have one of some components; null where nobody remembers. */
  readonly holders: ((components: readonly number[]) => string[]) | null;
  /** Of each group of components how many assets have one of them; null where nobody remembers. */
  readonly holderCounts: ((groups: readonly (readonly number[])[]) => number[]) | null;
}

const sum = async (
  tx: Tx,
  companyId: number,
  given: readonly FixKey[] | null,
  holderCounts: FixesTouched["holderCounts"],
): Promise<FixKey[]> => {
  await stageParts(tx, companyId, given);
  await writeParts(tx, companyId, given);
  const concerned = await stagedComponents(tx, companyId, given);
  const groups = concerned.map(({ components }) => components);
  const counts = holderCounts?.(groups) ?? (await countHolders(tx, companyId, groups));
  const countOf = new Map(concerned.map((key, place) => [fixIdOf(key), counts[place] ?? 0]));
  for (const { assets, ...key } of await stagedAway(tx, companyId, given)) {
    countOf.set(fixIdOf(key), (countOf.get(fixIdOf(key)) ?? 0) - assets.length);
  }
  const facts = (await stagedFixes(tx)).map(({ fixes, ...key }) => ({
    ...key,
    fixedIn: highestVersion(key.ecosystem, versionsOf(fixes)),
    assetCount: countOf.get(fixIdOf(key)) ?? 0,
  }));
  return await writeFixes(tx, companyId, given, facts);
};

/** Fixed versions that the claimed one reaches: what they close is to be closed. */
const reached = ({ ecosystem, claimedVersion, fixes }: Claim): string[] => {
  const scheme = schemeFor(ecosystem);
  const isReached = (version: string): boolean =>
    claimedVersion === null || version === claimedVersion || (scheme?.compare(version, claimedVersion) ?? 1) < 0;
  return fixes.filter((version) => version !== "" && isReached(version));
};

const check = async (tx: Tx, companyId: number, claim: Claim, holders: FixesTouched["holders"]): Promise<boolean> => {
  const fixes = reached(claim);
  const isLeft = claim.hasFix ? fixes.length > 0 : claim.fixes.length > 0;
  const { claimedAt } = claim;
  const left = isLeft
    ? await leftOf(tx, companyId, { key: claim, fixes, claimedAt })
    : { findingCount: 0, isReopened: false, components: [] };
  const { components, findingCount, isReopened } = left;
  const holding =
    components.length === 0 ? [] : (holders?.(components) ?? (await assetsHolding(tx, companyId, components)));
  const away = holding.length === 0 ? new Set() : await leftAway(tx, companyId, { key: claim, fixes });
  const assets = holding.filter((asset) => !away.has(asset));
  const { since, before } =
    assets.length === 0 ? { since: 0, before: 0 } : await reportedSince(tx, companyId, assets, claimedAt);
  const verification = verificationOf({ findingCount, notFixedCount: since, isReopened }, claim.verifiedAt !== null);
  if (
    verification === claim.verification &&
    findingCount === claim.leftFindingCount &&
    since === claim.notFixedCount &&
    before === claim.waitingCount
  ) {
    return false;
  }
  const said = { verification, leftFindingCount: findingCount, notFixedCount: since, waitingCount: before, components };
  await writeVerification(tx, companyId, claim, said);
  return true;
};

/**
 * Makes the sums of a company's fixes true where its findings may be other than before, and what inventories say of those that were
 * called done; tells who listens. Recomputed, so that running it twice changes nothing. Needs the service role with the company set.
 * Cost: the findings of the fixes concerned, each read once. Returns how many fixes changed.
 */
export const refreshFixes = async (
  tx: Tx,
  companyId: number,
  { components, holders, holderCounts }: FixesTouched,
): Promise<number> => {
  const touched = components?.length === 0 ? [] : await refreshComponents(tx, companyId, components);
  const decided = await decidedAnew(tx, companyId);
  const given = components === null ? null : distinct([...touched, ...decided]);
  let changed: FixKey[] = [];
  if (decided.length > 0) await writeDecided(tx, companyId, decided);
  if (given === null || given.length > 0) {
    changed = await sum(tx, companyId, given, holderCounts);
    await emptyDecided(tx, companyId, given ?? decided);
  }
  for (const claim of await claims(tx, companyId)) {
    if (await check(tx, companyId, claim, holders)) changed.push(claim);
  }
  if (changed.length > 0) {
    const ids = distinct(changed).map(fixIdOf);
    await emit(tx, companyId, { channel: "fix_update", ids, count: ids.length, summary: {} });
  }
  return changed.length;
};

const distinct = (keys: readonly FixKey[]): FixKey[] => [...new Map(keys.map((key) => [fixIdOf(key), key])).values()];
