import type { Pool } from "pg";
import { childrenFirst, companyTables } from "../../packages/server/src/features/companies/catalog-sql.ts";
import type { Database } from "../../packages/server/src/platform/db/index.ts";

interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  /** The first value that a check allows. */
  readonly allowed: string | null;
  /** The table and column that a foreign key points at. */
  readonly to: string | null;
  readonly to_column: string | null;
}

/**
 * Columns that must be given: those of foreign keys (of several that exclude each other one), what is not null and has no default, and the first of
 * those of which some must be given. */
const COLUMNS = `
  select c.relname as table, a.attname as name, format_type(a.atttypid, a.atttypmod) as type, p.relname as to,
    pa.attname as to_column,
    (select substring(pg_get_constraintdef(k.oid) from $re$'([^']+)'::text$re$) from pg_constraint k
     where k.conrelid = c.oid and k.contype = 'c' and k.conkey = array[a.attnum] limit 1) as allowed
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join lateral (
    select f.confrelid, f.confkey[array_position(f.conkey, a.attnum)] as attnum from pg_constraint f
    where f.conrelid = c.oid and f.contype = 'f' and a.attnum = any(f.conkey) limit 1) f on true
  left join pg_class p on p.oid = f.confrelid
  left join pg_attribute pa on pa.attrelid = p.oid and pa.attnum = f.attnum
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    and a.attidentity = '' and a.attgenerated = '' and a.attname <> 'company_id'
    and (p.oid is not null or (a.attnotnull and not a.atthasdef) or exists (
      select 1 from pg_constraint k where k.conrelid = c.oid and k.contype = 'c' and a.attnum = k.conkey[1]
        and pg_get_constraintdef(k.oid) like '%num_nonnulls(%) > 0%'))
    and not exists (
      select 1 from pg_constraint k where k.conrelid = c.oid and k.contype = 'c' and a.attnum = any(k.conkey[2:])
        and pg_get_constraintdef(k.oid) like '%num_nonnulls(%) = 1%')
    and exists (select 1 from pg_attribute x where x.attrelid = c.oid and x.attname = 'company_id' and not x.attisdropped)`;

/** A value of a type that differs from row to row. */
const valueOf = ({ type, allowed, to, to_column: column }: Column, ofCompanies: ReadonlySet<string>): string => {
  if (to !== null) {
    const ofPeople = to === "person" ? "where email like '%@' || $1::int || '.test'" : "";
    const own = ofCompanies.has(to) ? "where company_id = $1" : ofPeople;
    return `(select ${column} from ${to} ${own} order by ${column} offset n - 1 limit 1)`;
  }
  if (allowed !== null) return `'${allowed}'`;
  if (type.endsWith("[]")) return `'{}'::${type}`;
  if (type === "uuid") return "gen_random_uuid()";
  if (type === "jsonb") return "'{}'::jsonb";
  if (type === "bytea") return "decode(md5($1::int::text || '-' || n), 'hex')";
  if (type === "boolean") return "false";
  if (type === "date") return "current_date - n";
  if (type.startsWith("timestamp")) return "now()";
  if (type === "xid8") return "n::text::xid8";
  return type === "text" ? "'x' || n" : `n::${type}`;
};

/** Tables that have one row a company at most. */
const SINGLE = `
  select c.relname as table from pg_constraint k join pg_class c on c.oid = k.conrelid
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'company_id'
  where k.contype = 'p' and k.conkey = array[a.attnum] and not c.relispartition`;

/**
 * Puts rows into every table of companies for one company, however new the table is; as the owner of the schema. Returns how many
 * each table got.
 */
export const fillCompany = async (
  db: Database,
  owner: Pool,
  companyId: number,
  rowCount: number,
): Promise<ReadonlyMap<string, number>> => {
  const tables = await db.asService(companyTables);
  const names = new Set(tables.map(({ name }) => name));
  const { rows: columns } = await owner.query<Column>(COLUMNS);
  const single = new Set((await owner.query<{ table: string }>(SINGLE)).rows.map((row) => row.table));
  const countOf = (table: string): number => (single.has(table) ? 1 : rowCount);
  const client = await owner.connect();
  try {
    await client.query("begin");
    await client.query("select set_config('app.company_id', $1, true)", [String(companyId)]);
    await client.query(
      `insert into person (email, name) select 'p' || n || '@' || $1::int || '.test', 'x' from generate_series(1, $2) n`,
      [companyId, rowCount],
    );
    // the trail's links are made by the database, one for each row
    const order = childrenFirst(tables).toReversed();
    for (const table of order.filter((name) => name !== "audit_link")) {
      const own = columns.filter((column) => column.table === table);
      const given = ["company_id", ...own.map(({ name }) => `"${name}"`)].join(", ");
      const values = ["$1::int", ...own.map((column) => valueOf(column, names))].join(", ");
      await client.query(`insert into ${table} (${given}) select ${values} from generate_series(1, $2) n`, [
        companyId,
        countOf(table),
      ]);
    }
    await client.query("commit");
    return new Map(tables.map(({ name }) => [name, countOf(name)]));
  } catch (error) {
    await client.query("rollback");
    throw error;
  } finally {
    client.release();
  }
};
