import { SEVERITIES, type Severity } from "@zerotrace/core";
import type { QueryNode } from "@zerotrace/core/query/language/index";
import type { Tx } from "../../platform/db/index.ts";
import { isDecidedSomewhere, type Remembered, remembered } from "../findings/index.ts";
import type { HoldingsStore } from "../holdings/index.ts";
import {
  addByComponent,
  advisoryOf,
  countRuns,
  type PackedFix,
  RANKS_END,
  rankOfRun,
  type TallyStore,
} from "../tallies/index.ts";
import {
  assetFacts,
  type AssetGroup,
  assetNames,
  type Counted,
  type GroupRecord,
  type OwnGroup,
} from "./figures-sql.ts";

/** Who remembers what is open, and which assets have it. */
export interface Memory {
  readonly tallies: TallyStore;
  readonly holdings: HoldingsStore;
}

/** By the rank of a severity, 1 to 6. */
const severityOf = (rank: number): Severity => SEVERITIES.toReversed()[rank - 1] ?? "unknown";

/** What memory knows of what is counted; null where findings are to be read, as for days. */
const known = async (
  tx: Tx,
  companyId: number,
  { filter, across, since }: Counted,
  { tallies }: Memory,
): Promise<Remembered | null> =>
  across === "day" || since !== null ? null : await remembered(tx, companyId, filter, tallies);

/** As `totalOf`, from memory; null where it cannot tell. */
export const totalRemembered = async (
  tx: Tx,
  companyId: number,
  asked: Counted,
  memory: Memory,
): Promise<{ total: number; risk: number } | null> => {
  const found = await known(tx, companyId, asked, memory);
  if (found === null) return null;
  const sum = { total: 0, risk: 0 };
  countRuns(found.tallies.fixes, found.selector, (fix, run, count) => {
    const risk = fix.risks[run] as number;
    sum.total += asked.measure === "risk" ? count * risk : count;
    if (risk > sum.risk) sum.risk = risk;
  });
  return sum;
};

/** Numbers groups, those of advisories by the advisories' own numbers: each gets its name when all are added up. */
const numbering = (group: Exclude<OwnGroup, "day">, { tallies }: Remembered) => {
  if (group === "advisory") {
    return { numberOf: advisoryOf, nameOf: (n: number) => tallies.nameOf(n), end: tallies.advisoryEnd };
  }
  if (group === "severity") return { numberOf: rankOfRun, nameOf: severityOf, end: RANKS_END };
  const numbers = new Map<string, number>();
  for (const fix of tallies.fixes) if (!numbers.has(fix[group])) numbers.set(fix[group], numbers.size);
  const names = [...numbers.keys()];
  return {
    numberOf: (fix: PackedFix) => numbers.get(fix[group]) ?? 0,
    nameOf: (n: number) => names[n] ?? "",
    end: names.length,
  };
};

/** The numbers of the largest groups, in their order. Of thousands only those are put in order that are large enough for it. */
const largest = (
  values: Float64Array,
  numbers: Int32Array,
  { most, keyOf }: { most: number; keyOf: (n: number) => string },
) => {
  const edge =
    Float64Array.from(numbers, (n) => values[n] as number)
      .sort()
      .at(-most) ?? Number.NEGATIVE_INFINITY;
  return Array.from(
    numbers.filter((n) => (values[n] as number) >= edge),
    (number) => ({ number, key: keyOf(number) }),
  )
    .toSorted((a, b) => (values[b.number] as number) - (values[a.number] as number) || (a.key < b.key ? -1 : 1))
    .slice(0, most);
};

/** The cells of a row by severity, where there is anything in them. */
const cellsOf = (cells: Float64Array, at: number): Record<string, number> =>
  Object.fromEntries(
    Array.from(cells.subarray(at * RANKS_END, (at + 1) * RANKS_END).entries())
      .filter(([, value]) => value > 0)
      .map(([rank, value]) => [severityOf(rank), value]),
  );

/** As `ownGroups`, from memory; null where it cannot tell. */
export const groupsRemembered = async (
  tx: Tx,
  companyId: number,
  group: OwnGroup,
  { asked, memory }: { readonly asked: Counted; readonly memory: Memory },
): Promise<GroupRecord[] | null> => {
  const found = group === "day" ? null : await known(tx, companyId, asked, memory);
  if (found === null || group === "day") return null;
  const { numberOf, nameOf, end } = numbering(group, found);
  const isAcross = asked.across !== null;
  const isRisk = asked.measure === "risk";
  const [counts, values, risks] = [new Float64Array(end), new Float64Array(end), new Float64Array(end)];
  const cells = new Float64Array(isAcross ? end * RANKS_END : 0);
  countRuns(found.tallies.fixes, found.selector, (fix, run, count) => {
    const n = numberOf(fix, run);
    const risk = fix.risks[run] as number;
    const value = isRisk ? count * risk : count;
    counts[n] = (counts[n] as number) + count;
    values[n] = (values[n] as number) + value;
    if (risk > (risks[n] as number)) risks[n] = risk;
    if (!isAcross) return;
    const at = n * RANKS_END + rankOfRun(fix, run);
    cells[at] = (cells[at] as number) + value;
  });
  const numbers = Int32Array.from(counts.keys()).filter((n) => counts[n] !== 0);
  const total = values.reduce((sum, value) => sum + value, 0);
  const top = risks.reduce((most, risk) => Math.max(most, risk), 0);
  return largest(values, numbers, { most: asked.rows, keyOf: nameOf }).map(({ number, key }) => ({
    key,
    name: key,
    value: values[number] as number,
    risk: risks[number] as number,
    cells: isAcross ? cellsOf(cells, number) : {},
    total,
    top,
    groupCount: numbers.length,
  }));
};

/** As `assetGroups`, from memory; null where it cannot tell: decisions may stand on some assets alone. */
export const assetGroupsRemembered = async (
  tx: Tx,
  companyId: number,
  group: AssetGroup,
  { asked, memory, assets }: { readonly asked: Counted; readonly memory: Memory; readonly assets: QueryNode | null },
): Promise<GroupRecord[] | null> => {
  if (await isDecidedSomewhere(tx, companyId)) return null;
  const found = await known(tx, companyId, asked, memory);
  const held = found && (await memory.holdings.of(companyId));
  if (found === null || held === null) return null;
  const { end } = found.tallies;
  const isAcross = asked.across !== null;
  const sums = addByComponent(found.tallies.fixes, found.selector, {
    end,
    isRisk: asked.measure === "risk",
    byRank: isAcross,
  });
  const width = isAcross ? RANKS_END : 1;
  const perAsset = held.perAsset(sums, "sum", width);
  const assetCount = held.ids.length;
  const own = new Float64Array(width);
  const groups = new Map<string, { value: number; risk: number; cells: Float64Array }>();
  for (const { id, risk, keys } of await assetFacts(tx, companyId, group, assets)) {
    const number = held.numberOf(id);
    if (number === undefined) continue;
    let value = 0;
    for (let n = 0; n < width; n += 1) {
      own[n] = perAsset[n * assetCount + number] as number;
      value += own[n] as number;
    }
    if (value === 0) continue;
    for (const key of keys) {
      const before = groups.get(key);
      if (before === undefined) {
        groups.set(key, { value, risk, cells: own.slice() });
        continue;
      }
      before.value += value;
      before.risk = Math.max(before.risk, risk);
      for (let n = 0; n < width; n += 1) before.cells[n] = (before.cells[n] as number) + (own[n] as number);
    }
  }
  const all = [...groups];
  const values = Float64Array.from(all, ([, { value }]) => value);
  const numbers = Int32Array.from(values.keys());
  const shown = largest(values, numbers, { most: asked.rows, keyOf: (n) => all[n]?.[0] ?? "" });
  const keys = shown.map(({ key }) => key);
  const names = group === "asset" ? await assetNames(tx, companyId, keys) : null;
  const total = values.reduce((sum, value) => sum + value, 0);
  const top = all.reduce((most, [, { risk }]) => Math.max(most, risk), 0);
  return keys.flatMap((key): GroupRecord[] => {
    const one = groups.get(key);
    if (one === undefined) return [];
    const { value, risk } = one;
    const cells = isAcross ? cellsOf(one.cells, 0) : {};
    return [{ key, name: names?.get(key) ?? key, value, risk, cells, total, top, groupCount: all.length }];
  });
};
