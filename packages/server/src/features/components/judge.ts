import type { Database } from "../../platform/db/index.ts";
import type { MatchPool } from "./match-pool.ts";
import { componentsToJudge, lockJudging, writeJudgements, type JudgedMatch } from "./sql.ts";

/** Components judged in one transaction. */
const BATCH = 4_000;

/**
 * Judges every component that the generation in force has not judged. Safe to run twice at once and to be killed: a batch
 * is judged and written in one transaction, under a lock that keeps a new generation from being published meanwhile.
 * Returns how many were judged.
 */
export const judgePending = async (
  db: Database,
  pool: MatchPool,
  generationInForce: (tx: Parameters<typeof lockJudging>[0]) => Promise<{ id: number; indexFile: string } | null>,
): Promise<number> => {
  let total = 0;
  for (;;) {
    const count = await db.asService(async (tx) => {
      await lockJudging(tx, "shared");
      const generation = await generationInForce(tx);
      if (generation === null) return 0;
      const components = await componentsToJudge(tx, BATCH);
      if (components.length === 0) return 0;
      await pool.load(generation.id, generation.indexFile);
      const verdicts = await pool.judge(components);
      const matches: JudgedMatch[] = verdicts.flatMap((v) => v.matches.map((m) => ({ componentId: v.id, ...m })));
      await writeJudgements(tx, generation.id, verdicts, matches);
      return components.length;
    });
    total += count;
    if (count === 0) return total;
  }
};
