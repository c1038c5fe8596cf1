import type { Tx } from "../../platform/db/index.ts";

/** A table of companies as the database has it. */
export interface CompanyTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** In the order of the primary key. */
  readonly key: readonly string[];
  /** Tables of companies that its foreign keys point at. */
  readonly parents: readonly string[];
}

/** Every table with a company_id in the order of their names; partitions belong to their table. */
export const companyTables = async (tx: Tx): Promise<CompanyTable[]> =>
  tx.query<CompanyTable>(`
    select c.relname as name,
      (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) order by a.attnum)
       from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
      (select json_agg(a.attname order by k.n) from pg_index i
       cross join unnest(i.indkey::int2[]) with ordinality as k (attnum, n)
       join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
       where i.indrelid = c.oid and i.indisprimary) as key,
      coalesce((select json_agg(distinct p.relname) from pg_constraint f join pg_class p on p.oid = f.confrelid
       where f.conrelid = c.oid and f.contype = 'f' and p.oid <> c.oid and p.relname <> 'company' and not p.relispartition
         and exists (select 1 from pg_attribute a where a.attrelid = p.oid and a.attname = 'company_id')), '[]'::json) as parents
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'company_id' and not a.attisdropped)
    order by c.relname`);

/** The tables so that each comes before those that it points at: deleted in this order, no row is missed by another. */
export const childrenFirst = (tables: readonly CompanyTable[]): string[] => {
  const left = new Map(tables.map((table) => [table.name, table]));
  const order: string[] = [];
  while (left.size > 0) {
    const pointedAt = new Set([...left.values()].flatMap(({ parents }) => parents));
    const free = [...left.keys()].filter((name) => !pointedAt.has(name));
    // tables that point at each other: the database says which row is in the way
    for (const name of free.length > 0 ? free : [...left.keys()].slice(0, 1)) {
      order.push(name);
      left.delete(name);
    }
  }
  return order;
};
