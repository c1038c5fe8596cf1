import type { Tx } from "../../platform/db/index.ts";

/** The two companies between which the server checks isolation; made when there are none. Service role. */
export const ensureCanaries = async (tx: Tx): Promise<{ holder: number; spy: number }> => {
  await tx.query(`insert into company (name, canary) values ($1, 'holder'), ($2, 'spy') on conflict do nothing`, [
    "isolation canary: holder",
    "isolation canary: spy",
  ]);
  const rows = await tx.query<{ id: number; canary: string }>(
    "select id, canary from company where canary is not null order by canary",
  );
  const idOf = (canary: string): number => rows.find((row) => row.canary === canary)?.id ?? 0;
  return { holder: idOf("holder"), spy: idOf("spy") };
};
