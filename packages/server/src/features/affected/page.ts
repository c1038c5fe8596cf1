import type { Tx } from "../../platform/db/index.ts";
import { bitsOf, countBits, type Holdings, without } from "../holdings/index.ts";
import { AFFECTED_VERDICTS } from "./contract.ts";
import { compareRows, type Row, rowsOf, type Ruling } from "./rules.ts";
import { type Candidate, holderRows, holdersOf } from "./sql.ts";

type Verdict = (typeof AFFECTED_VERDICTS)[number];

/** Where a page ends. */
export type Place = Pick<Row, "verdict" | "risk" | "name" | "assetId">;

interface Wanted {
  readonly verdict: Verdict | undefined;
  readonly limit: number;
  readonly after: Place | null;
}

/** Rows of a page, with how many assets have each verdict. */
export interface AffectedPage {
  readonly rows: readonly Row[];
  readonly counts: Readonly<Record<Verdict, number>>;
}

interface Ruled {
  readonly candidates: readonly Candidate[];
  readonly rule: (candidate: Candidate) => Ruling;
}

/** A page by taking inventories apart, as far as the transaction sees them. */
export const pageByInventories = async (
  tx: Tx,
  companyId: number,
  { candidates, rule }: Ruled,
  { verdict, limit, after }: Wanted,
): Promise<AffectedPage> => {
  const ids = candidates.map(({ id }) => id);
  const all = rowsOf(ids.length === 0 ? [] : await holdersOf(tx, companyId, ids), candidates, rule);
  const rows = all.filter(
    (row) => (verdict === undefined || row.verdict === verdict) && (after === null || compareRows(row, after) > 0),
  );
  const count = (one: Verdict): number => all.filter((row) => row.verdict === one).length;
  const counts = { affected: count("affected"), unknown: count("unknown"), not_affected: count("not_affected") };
  return { rows: rows.slice(0, limit), counts };
};

/** The same by what is remembered of all assets, for who sees all: only those of the page are read. */
export const pageByHoldings = async (
  tx: Tx,
  companyId: number,
  { candidates, rule, holdings }: Ruled & { readonly holdings: Holdings },
  { verdict, limit, after }: Wanted,
): Promise<AffectedPage> => {
  const groups = Map.groupBy(candidates, (candidate) => rule(candidate).verdict);
  const rows: Row[] = [];
  const counts = { affected: 0, unknown: 0, not_affected: 0 };
  let told = bitsOf(0);
  for (const one of AFFECTED_VERDICTS) {
    const all = holdings.holders((groups.get(one) ?? []).map(({ id }) => id));
    const own = without(all, told);
    told = all.map((word, i) => word | (told[i] ?? 0));
    counts[one] = countBits(own);
    if ((verdict !== undefined && verdict !== one) || rows.length >= limit || counts[one] === 0) continue;
    if (after !== null && AFFECTED_VERDICTS.indexOf(after.verdict) > AFFECTED_VERDICTS.indexOf(one)) continue;
    const page = { limit: limit - rows.length, after: after?.verdict === one ? after : null };
    const found = await holderRows(tx, companyId, holdings.idsOf(own), page);
    rows.push(...found.map((asset): Row => ({ ...asset, verdict: one, components: [], componentCount: 0 })));
  }
  const shown = holdings.setOf(rows.map(({ assetId }) => assetId));
  const held = holdings.heldAmong(
    shown,
    candidates.map(({ id }) => id),
  );
  const byAsset = new Map([...held].map(([number, ids]) => [holdings.idOf(number), ids]));
  const whole = rowsOf(
    rows.map((row) => ({ ...row, ids: byAsset.get(row.assetId) ?? [] })),
    candidates,
    rule,
  );
  return { rows: whole, counts };
};
