import type { Tx } from "../../platform/db/index.ts";
import { addBit, type Bits, bitsOf, bytesOf, countBits, type HoldingsStore, numbersIn } from "../holdings/index.ts";
import type { Lead, Value } from "./lead-sql.ts";

/** Assets whose inventories are read one by one (count). */
const READ_MAX = 20;
/** Components that findings are looked for by; of more, findings are asked by a bit for each; and those that are listed beside (counts). */
const SOUGHT_MAX = 200;
const LISTED_MAX = 20_000;

/** What these components lead to: listed where they are few. */
export const leadOf = (components: Bits): Lead => {
  const count = countBits(components);
  const listed = count <= LISTED_MAX ? numbersIn(components) : null;
  if (listed !== null && count <= SOUGHT_MAX) return { components: listed, advisories: [] };
  return { components: [], advisories: [], held: bytesOf(components), ...(listed && { listed }) };
};

/** The ids of the assets of a condition on the table `a` that the transaction sees. */
const assetsOf = async (tx: Tx, companyId: number, condition: (value: Value) => string): Promise<string[]> => {
  const values: unknown[] = [companyId];
  const where = condition((v) => `$${values.push(v)}`);
  const [row] = await tx.query<{ ids: string | null }>(
    `select string_agg(a.id::text, ',') as ids from asset a where a.company_id = $1 and ${where}`,
    values,
  );
  return row?.ids?.split(",") ?? [];
};

const componentsIn = async (tx: Tx, companyId: number, ids: readonly string[]): Promise<Bits> => {
  const [row] = await tx.query<{ ids: string | null }>(
    `select string_agg(u.id::text, ',') as ids from inventory i, unnest(i.component_ids) as u(id)
     where i.company_id = $1 and i.asset_id = any($2::uuid[])`,
    [companyId, ids],
  );
  const numbers = row?.ids?.split(",").map(Number) ?? [];
  const components = bitsOf(numbers.reduce((most, n) => Math.max(most, n), 0) + 1);
  for (const n of numbers) addBit(components, n);
  return components;
};

/** The components of the assets of a condition on the table `a`, as far as the transaction sees these; null: nobody remembers them. */
export const componentsAmong = async (
  { tx, companyId, holdings }: { readonly tx: Tx; readonly companyId: number; readonly holdings: HoldingsStore },
  condition: (value: Value) => string,
): Promise<Lead | null> => {
  const ids = await assetsOf(tx, companyId, condition);
  if (ids.length <= READ_MAX) return leadOf(await componentsIn(tx, companyId, ids));
  const all = await holdings.of(companyId, true);
  return all && leadOf(all.componentsOf(all.setOf(ids)));
};
