import type { Tx } from "../../platform/db/index.ts";

/** The id of the company of this name; made when there is none. The first of all runs the platform. */
export const insertCompany = async (tx: Tx, name: string): Promise<number> => {
  await tx.query(
    `insert into company (name, is_provider) values ($1, not exists (select 1 from company where is_provider))
     on conflict (name) do nothing`,
    [name],
  );
  const rows = await tx.query<{ id: number }>("select id from company where name = $1", [name]);
  return (rows[0] as { id: number }).id;
};
