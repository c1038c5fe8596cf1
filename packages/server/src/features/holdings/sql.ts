import type { Tx } from "../../platform/db/index.ts";
import type { HeldAsset } from "./holdings.ts";

/** Assets are compared in 1,024 parts, by the first ten bits of their ids. */
const PART = "(get_byte(uuid_send(i.asset_id), 0) * 4 + get_byte(uuid_send(i.asset_id), 1) / 64)";

/** Parts that are read in one statement. */
export const PARTS_AT_ONCE = 32;

/** The part that an asset is in. */
export const partOf = (id: string): number => Number.parseInt(id.slice(0, 3), 16) >> 2;

/**
 * A text that has a number for each part that has sources: another one when any of these is new, gone or written since. Two states are
 * taken for the same by an accident of one in 10^19. One row, whatever there is: most of the time nothing else is looked at.
 */
export const partDigests = async (tx: Tx, companyId: number): Promise<string> =>
  (
    await tx.query<{ digests: string }>(
      `select coalesce(string_agg(concat(part, ':', digest), ' ' order by part), '') as digests from (
         select ${PART} as part, sum(hashtidextended(i.ctid, i.xmin::text::bigint))::text as digest
         from inventory i where i.company_id = $1 group by 1) x`,
      [companyId],
    )
  )[0]?.digests ?? "";

/** The parts of which two of these texts say otherwise, ascending. */
export const differingParts = (before: string, now: string): number[] => {
  if (before === now) return [];
  const known = new Set(before.split(" "));
  const found = new Set(now.split(" "));
  const parts = Array.from(known.symmetricDifference(found), (one) => Number.parseInt(one, 10));
  return [...new Set(parts)].filter((part) => !Number.isNaN(part)).sort((a, b) => a - b);
};

/** Bytes before the elements of PostgreSQL's binary array, and of each element with its length. */
const ARRAY_HEAD_BYTES = 20;
const ELEMENT_HEAD_BYTES = 4;
const ELEMENT_BYTES = 8;

/** Ids of a part: the first that is possible, and the last. */
const rangeOf = (part: number): [string, string] => {
  const hex = (n: number): string => n.toString(16).padStart(3, "0");
  return [
    `${hex(part << 2)}00000-0000-0000-0000-000000000000`,
    `${hex((part << 2) | 3)}fffff-ffff-ffff-ffff-ffffffffffff`,
  ];
};

/** The assets of some parts with what all their sources hold. */
export const heldIn = async (tx: Tx, companyId: number, parts: readonly number[]): Promise<HeldAsset[]> => {
  const ranges = parts.map(rangeOf);
  // a look into the index for each part, whatever the planner thinks of how much that is
  const rows = await tx.query<{ id: string; bytes: Buffer }>(
    `select i.id, i.bytes from unnest($2::uuid[], $3::uuid[]) as r(first, last) cross join lateral (
       select i.asset_id as id, array_send(i.component_ids) as bytes from inventory i
       where i.company_id = $1 and i.asset_id between r.first and r.last and i.component_ids <> '{}' offset 0) i`,
    [companyId, ranges.map(([first]) => first), ranges.map(([, last]) => last)],
  );
  return Array.from(
    Map.groupBy(rows, ({ id }) => id),
    ([id, sources]) => {
      const sizes = sources.map(({ bytes }) => Math.floor((bytes.length - ARRAY_HEAD_BYTES) / ELEMENT_BYTES));
      const components = new Int32Array(sizes.reduce((sum, size) => sum + size, 0));
      let at = 0;
      for (const [n, { bytes }] of sources.entries()) {
        for (let i = 0; i < (sizes[n] as number); i += 1) {
          components[at++] = bytes.readInt32BE(ARRAY_HEAD_BYTES + i * ELEMENT_BYTES + ELEMENT_HEAD_BYTES);
        }
      }
      return { id, components };
    },
  );
};

/** How much the assets of a company hold together, by the counts that came with their inventories. */
export const heldCount = async (tx: Tx, companyId: number): Promise<number> =>
  (
    await tx.query<{ n: number }>(
      "select coalesce(sum(component_count), 0)::float8 as n from asset where company_id = $1",
      [companyId],
    )
  )[0]?.n ?? 0;
