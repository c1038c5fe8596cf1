import { SEVERITIES, type Severity } from "@zerotrace/core";
import type { QueryNode } from "@zerotrace/core/query/language/index";
import type { Tx } from "../../platform/db/index.ts";
import { type Remembered, remembered } from "../findings/index.ts";
import type { HoldingsStore } from "../holdings/index.ts";
import { addByComponent, countRuns, type RunCount, type TallyStore } from "../tallies/index.ts";
import {
  type AssetGroup,
  type AssetSum,
  type Counted,
  type GroupRecord,
  groupAssets,
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
  countRuns(found.tallies.fixes, found.selector, ({ count, risk }) => {
    sum.total += asked.measure === "risk" ? count * risk : count;
    sum.risk = Math.max(sum.risk, risk);
  });
  return sum;
};

/** An advisory by its number: it gets its name when all are added up. */
type KeyOf = (counted: RunCount) => string | number;
const KEYS: Readonly<Record<Exclude<OwnGroup, "day">, KeyOf>> = {
  severity: ({ rank }) => severityOf(rank),
  ecosystem: ({ fix }) => fix.ecosystem,
  package: ({ fix }) => fix.package,
  advisory: ({ advisory }) => advisory,
};

/** As `ownGroups`, from memory; null where it cannot tell. */
export const groupsRemembered = async (
  tx: Tx,
  companyId: number,
  group: OwnGroup,
  { asked, memory }: { readonly asked: Counted; readonly memory: Memory },
): Promise<GroupRecord[] | null> => {
  const found = group === "day" ? null : await known(tx, companyId, asked, memory);
  if (found === null || group === "day") return null;
  const groups = new Map<string | number, { value: number; risk: number; cells: Record<string, number> }>();
  const keyOf = KEYS[group];
  countRuns(found.tallies.fixes, found.selector, (counted) => {
    const value = asked.measure === "risk" ? counted.count * counted.risk : counted.count;
    const key = keyOf(counted);
    const one = groups.get(key) ?? { value: 0, risk: 0, cells: {} };
    groups.set(key, one);
    one.value += value;
    one.risk = Math.max(one.risk, counted.risk);
    if (asked.across === null) return;
    const column = severityOf(counted.rank);
    one.cells[column] = (one.cells[column] ?? 0) + value;
  });
  const all = [...groups].map(([id, one]) => {
    const name = typeof id === "number" ? found.tallies.nameOf(id) : id;
    return { key: name, name, ...one };
  });
  const total = all.reduce((sum, { value }) => sum + value, 0);
  const top = all.reduce((most, { risk }) => Math.max(most, risk), 0);
  return all
    .toSorted((a, b) => b.value - a.value || (a.key < b.key ? -1 : 1))
    .slice(0, asked.rows)
    .map((one) => ({ ...one, total, top, groupCount: all.length }));
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
  const sums = addByComponent(found.tallies.fixes, found.selector, { end, isRisk: asked.measure === "risk" });
  const columns = new Map<string, Float64Array>();
  for (const [rank, values] of sums) {
    const column = asked.across === null ? "" : severityOf(rank);
    const before = columns.get(column);
    columns.set(column, before === undefined ? values : before.map((value, i) => value + (values[i] as number)));
  }
  const rows: AssetSum[] = [];
  for (const [col, values] of columns) {
    const perAsset = held.perAsset(values, "sum");
    for (const [number, value] of perAsset.entries()) if (value > 0) rows.push({ id: held.idOf(number), col, value });
  }
  return await groupAssets(tx, companyId, group, { rows, limit: asked.rows, assets, isAcross: asked.across !== null });
};

const isDecidedSomewhere = async (tx: Tx, companyId: number): Promise<boolean> =>
  (await tx.query("select 1 from decision_asset where company_id = $1 limit 1", [companyId])).length > 0;
