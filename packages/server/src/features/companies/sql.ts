import type { Tx } from "../../platform/db/index.ts";

/** The id of the company of this name; made when there is none. */
export const insertCompany = async (tx: Tx, name: string): Promise<number> => {
  await tx.query("insert into company (name) values ($1) on conflict (name) do nothing", [name]);
  const rows = await tx.query<{ id: number }>("select id from company where name = $1", [name]);
  return (rows[0] as { id: number }).id;
};
