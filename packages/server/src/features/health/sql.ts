import type { Tx } from "../../platform/db/index.ts";

/** When the advisories in force were published; null while there are none. Service role. */
export const generationPublishedAt = async (tx: Tx): Promise<Date | null> => {
  const [row] = await tx.query<{ at: Date }>(`select published_at as at from feed_generation order by id desc limit 1`);
  return row?.at ?? null;
};
