import type { Database, Tx } from "../../platform/db/index.ts";
import type { MatchPool } from "./match-pool.ts";
import { componentsToJudge, lockJudging, writeJudgements, type JudgedMatch } from "./sql.ts";

/** Components judged in one transaction. */
const BATCH = 4_000;

/** Judges up to `limit` components in this transaction, which has locked judging. Returns which. */
export const judgeWithin = async (
  tx: Tx,
  pool: MatchPool,
  generation: { readonly id: number; readonly indexFile: string },
  limit: number = BATCH,
): Promise<number[]> => {
  const components = await componentsToJudge(tx, limit);
  if (components.length === 0) return [];
  await pool.load(generation.id, generation.indexFile);
  const verdicts = await pool.judge(components);
  const matches: JudgedMatch[] = verdicts.flatMap((v) => v.matches.map((m) => ({ componentId: v.id, ...m })));
  await writeJudgements(tx, generation.id, verdicts, matches);
  return components.map((c) => c.id);
};

/**
 * Judges every component that the generation in force has not judged. Safe to run twice at once and to be killed: a batch
 * is judged and written in one transaction, under a lock that keeps a new generation from being published meanwhile.
 * Returns which were judged.
 */
export const judgePending = async (
  db: Database,
  pool: MatchPool,
  generationInForce: (tx: Tx) => Promise<{ id: number; indexFile: string } | null>,
): Promise<number[]> => {
  const judged: number[] = [];
  for (;;) {
    const ids = await db.asService(async (tx) => {
      await lockJudging(tx, "shared");
      const generation = await generationInForce(tx);
      if (generation === null) return [];
      return await judgeWithin(tx, pool, generation);
    });
    for (const id of ids) judged.push(id);
    if (ids.length === 0) return judged;
  }
};
