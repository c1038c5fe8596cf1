import type { Tx } from "../../platform/db/index.ts";
import { type FindingFilter, type Remembered, remembered } from "../findings/index.ts";
import type { HoldingsStore } from "../holdings/index.ts";
import { detailOf, type FixWeight, type TallyStore, weigh } from "../tallies/index.ts";
import { ADVISORIES_MAX } from "./rules.ts";
import { type FixPlace, type FixRecord, type FixTotals, withWork } from "./sql.ts";

/** Who remembers what is open, and which assets have it. */
export interface Memory {
  readonly tallies: TallyStore;
  readonly holdings: HoldingsStore;
}

/** The fixes of a filter as they are remembered, in no order. */
export interface RememberedFixes extends FixTotals, Remembered {
  readonly weights: readonly FixWeight[];
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
/** Most risk removed first. */
const byPlace = (a: FixWeight, b: FixWeight): number =>
  b.weight - a.weight ||
  compare(a.fix.ecosystem, b.fix.ecosystem) ||
  compare(a.fix.package, b.fix.package) ||
  Number(a.fix.hasFix) - Number(b.fix.hasFix);
const isBeyond = ({ weight, fix }: FixWeight, [after, ecosystem, named, hasFix]: FixPlace): boolean =>
  (after - weight ||
    compare(fix.ecosystem, ecosystem) ||
    compare(fix.package, named) ||
    Number(fix.hasFix) - Number(hasFix)) > 0;

/** The first of them in their order. Of thousands only those are put in order that weigh enough for it. */
const firstOf = (weights: readonly FixWeight[], most: number): FixWeight[] => {
  const edge =
    Float64Array.from(weights, ({ weight }) => weight)
      .sort()
      .at(-most) ?? 0;
  return weights
    .filter(({ weight }) => weight >= edge)
    .toSorted(byPlace)
    .slice(0, most);
};

/** The fixes of a filter from memory, without a finding read; null where that cannot tell, or not to who sees some assets only. */
export const rememberedFixes = async (
  tx: Tx,
  companyId: number,
  filter: FindingFilter,
  { tallies: store, holdings }: Memory,
): Promise<RememberedFixes | null> => {
  const known = await remembered(tx, companyId, filter, store);
  const held = known && (await holdings.of(companyId));
  if (known === null || held === null) return null;
  const weights = weigh(known.tallies.fixes, known.selector, held.holderCounts());
  const allWeight = weights.reduce((sum, { weight }) => sum + weight, 0);
  return { weights, ...known, count: weights.length, allWeight };
};

const isoOf = (ms: number | null | undefined): string | null => (ms == null ? null : new Date(ms).toISOString());

const recordOf = (
  { fix, findingCount, weight }: FixWeight,
  { selector, tallies }: RememberedFixes,
): Omit<FixRecord, "assetCount" | "work"> => {
  const { counts, since, kevSince, advisories, fixes, ...more } = detailOf(fix, selector, {
    nameOf: (id) => tallies.nameOf(id),
    most: ADVISORIES_MAX,
  });
  const [, unknown = 0, none = 0, low = 0, medium = 0, high = 0, critical = 0] = counts;
  const { ecosystem, package: name, hasFix } = fix;
  const [, , , lowSince, mediumSince, highSince, criticalSince] = since.map(isoOf);
  return {
    ...more,
    ecosystem,
    package: name,
    hasFix,
    findingCount,
    weight,
    critical,
    high,
    medium,
    low,
    none,
    unknown,
    fixes: fixes.join("\n"),
    advisories: advisories.map((id) => tallies.nameOf(id)),
    since: {
      critical: criticalSince ?? null,
      high: highSince ?? null,
      medium: mediumSince ?? null,
      low: lowSince ?? null,
      kev: isoOf(kevSince),
    },
  };
};

/** As `fixesPage`, of fixes that are remembered. */
export const rememberedPage = async (
  tx: Tx,
  companyId: number,
  all: RememberedFixes,
  { limit, after }: { readonly limit: number; readonly after: FixPlace | null },
): Promise<(FixRecord & FixTotals)[]> => {
  const beyond = after === null ? all.weights : all.weights.filter((one) => isBeyond(one, after));
  const records = firstOf(beyond, limit).map((one) => recordOf(one, all));
  const { count, allWeight } = all;
  return (await withWork(tx, companyId, records)).map((row) => ({ ...row, count, allWeight }));
};
