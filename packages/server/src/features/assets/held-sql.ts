import type { Tx } from "../../platform/db/index.ts";
import { COMPONENT_EVERYWHERE, COUNT_LIMIT, likePattern } from "./read-sql.ts";
import type { ComponentRecord } from "./rows.ts";

const WORDS = `lower(c.name || ' ' || c.source_name)`;

/** How many assets of a company have a component; zero: none has it any more. */
export interface Held {
  readonly componentId: number;
  readonly assetCount: number;
}

/** PostgreSQL's text of an int[]: the driver's own quotes every element. */
const idList = (ids: readonly number[]): string => `{${ids.join(",")}}`;

/**
 * Looks each component up once, and leads to what is there by its place: `on conflict` would read and lock what is only to be counted anew,
 * and make its words again.
 */
const WRITE = `with standing as materialized (
    select g.id, g.n, h.at, h.asset_count from unnest($2::int[], $3::int[]) as g(id, n) left join lateral (
      select h.ctid as at, h.asset_count from held_component h where h.company_id = $1 and h.component_id = g.id offset 0) h on true),
  gone as (
    delete from held_component h where h.company_id = $1 and h.ctid = any(array(select at from standing where n = 0 and at is not null))),
  counted as (
    update held_component h set asset_count = s.n from standing s
    where h.company_id = $1 and h.ctid = any(array(select at from standing where n > 0 and asset_count <> n)) and s.at = h.ctid)
  insert into held_component (company_id, component_id, name, words, asset_count)
  select $1, s.id, c.name, ${WORDS}, s.n from standing s join component c on c.id = s.id where s.n > 0 and s.at is null`;

/**
 * Notes how many assets have each of these components, each named once; `isAll`: no asset has another. Writes only what differs. Service
 * role with the company set, under the lock of its findings.
 */
export const writeHeld = async (
  tx: Tx,
  companyId: number,
  held: readonly Held[],
  isAll: boolean = false,
): Promise<void> => {
  if (held.length === 0 && !isAll) return;
  const ids = idList(held.map((h) => h.componentId));
  if (isAll) {
    await tx.query(
      `delete from held_component h where h.company_id = $1
         and not exists (select 1 from unnest($2::int[]) as g(id) where g.id = h.component_id)`,
      [companyId, ids],
    );
  }
  // planned each time: a plan that was made for a small table would read all of it for each component ever after
  await tx.query(WRITE, [companyId, ids, idList(held.map((h) => h.assetCount))]);
};

/** The components of a company by what is noted: how many assets have each. Service role with the company set. */
export const heldCounts = async (tx: Tx, companyId: number): Promise<Map<number, number>> => {
  const rows = await tx.query<Held>(
    `select component_id as "componentId", asset_count as "assetCount" from held_component where company_id = $1`,
    [companyId],
  );
  return new Map(rows.map(({ componentId, assetCount }) => [componentId, assetCount]));
};

/** As `writeHeld` of everything, counted by the database. */
export const countHeld = async (tx: Tx, companyId: number): Promise<void> => {
  const held = await tx.query<Held>(
    `select u.id as "componentId", count(distinct i.asset_id)::int as "assetCount"
     from inventory i, unnest(i.component_ids) as u(id) where i.company_id = $1 group by 1`,
    [companyId],
  );
  await writeHeld(tx, companyId, held, true);
};

/** Components of the dictionary, of all companies, of which a page is made by their ids (count); more are met soon enough by name. */
const FOUND_MAX = 3_000;
/** Letters below which no index leads to a part of a name. */
const TRIGRAM = 3;
const isFew = async (tx: Tx, like: string): Promise<boolean> =>
  (
    await tx.query<{ few: boolean }>(
      `select count(*) <= ${FOUND_MAX} as few from (select 1 from component c where ${WORDS} like $1 limit ${FOUND_MAX + 1}) x`,
      [like],
    )
  )[0]?.few ?? false;

/** What to read: all by name, those found, or all by name and look at each. */
const sourceOf = async (tx: Tx, q: string): Promise<{ from: string; where: string }> => {
  const from = "held_component h join component c on c.id = h.component_id";
  if (q === "") return { from, where: "$2 = '%'" };
  if (q.length >= TRIGRAM && (await isFew(tx, likePattern(q)))) {
    const found = `(select c.* from component c where ${WORDS} like $2 offset 0) c`;
    return { from: `${found} join held_component h on h.component_id = c.id`, where: "true" };
  }
  return { from, where: "h.words like $2" };
};

const BEYOND = (table: string): string =>
  `($3::text is null or (${table}.name, ${table}.component_id) > ($3::text collate "C", $4::int))`;
/** Those of a page, found in the index of names alone, which has the words too. */
const LOOKED_THROUGH = `(
    select k.component_id from held_component k where k.company_id = $1 and k.words like $2 and ${BEYOND("k")}
    order by k.name, k.component_id limit $5) k
  join held_component h on h.component_id = k.component_id join component c on c.id = h.component_id`;

/**
 * A page of the components of all assets of a company by (name, id) with how many assets have each. For who sees all assets; service role
 * with the company set.
 */
export const heldPage = async (
  tx: Tx,
  companyId: number,
  page: { q: string | undefined; limit: number; after: [string, number] | null },
): Promise<ComponentRecord[]> => {
  const q = (page.q ?? "").toLowerCase();
  const { from: all, where } = await sourceOf(tx, q);
  const from = where.startsWith("h.words") ? LOOKED_THROUGH : all;
  return await tx.query<ComponentRecord>(
    `select ${COMPONENT_EVERYWHERE}, h.asset_count as "assetCount", null as paths, null as layer, null as license,
       null as "isDirect", null as "isDev"
     from ${from} where h.company_id = $1 and ${where}
       and ${BEYOND("h")}
     order by h.name, h.component_id limit $5`,
    [companyId, likePattern(q), page.after?.[0] ?? null, page.after?.[1] ?? null, page.limit],
  );
};

/** How many components that list has, counted up to COUNT_LIMIT. */
export const countHeldPage = async (tx: Tx, companyId: number, q: string | undefined): Promise<number> => {
  const word = (q ?? "").toLowerCase();
  const { from, where } = await sourceOf(tx, word);
  // Only what is found by the dictionary needs it.
  const all = where === "true" ? from : "held_component h";
  const [row] = await tx.query<{ n: number }>(
    `select count(*)::int as n from (select 1 from ${all} where h.company_id = $1 and ${where} limit ${COUNT_LIMIT}) x`,
    [companyId, likePattern(word)],
  );
  return row?.n ?? 0;
};
