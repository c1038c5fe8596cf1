import type { Database, Tx } from "../../platform/db/index.ts";
import type { MatchPool } from "./match-pool.ts";
import {
  type ChangedMatch,
  type ComponentSums,
  componentsToJudge,
  lockJudging,
  writeJudgements,
  type JudgedMatch,
} from "./sql.ts";

/** Components judged in one transaction. */
const BATCH = 4_000;

/** What judging did. */
export interface Rejudged {
  readonly ids: readonly number[];
  /** Matches of theirs that are other than before, or whose advisory says something else; null: not known, it may be any. */
  readonly changed: readonly ChangedMatch[] | null;
  /** What they add to sums now; null: not known. */
  readonly sums: readonly ComponentSums[] | null;
}

/** A generation that judges. */
export interface Judging {
  readonly id: number;
  readonly indexFile: string;
  /** Advisories that say something else since the components were judged last; absent: not known. */
  readonly changedAdvisories?: readonly number[];
}

/** Judges up to `limit` components in this transaction, which has locked judging. */
export const judgeWithin = async (
  tx: Tx,
  pool: MatchPool,
  generation: Judging,
  limit: number = BATCH,
): Promise<Rejudged> => {
  const components = await componentsToJudge(tx, limit);
  if (components.length === 0) return { ids: [], changed: [], sums: [] };
  await pool.load(generation.id, generation.indexFile);
  const verdicts = await pool.judge(components);
  const matches: JudgedMatch[] = verdicts.flatMap((v) => v.matches.map((m) => ({ componentId: v.id, ...m })));
  const { changedAdvisories } = generation;
  const { changed, sums } = await writeJudgements(tx, generation.id, verdicts, matches, changedAdvisories);
  return { ids: components.map((c) => c.id), changed: changedAdvisories === undefined ? null : changed, sums };
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
      return (await judgeWithin(tx, pool, generation)).ids;
    });
    for (const id of ids) judged.push(id);
    if (ids.length === 0) return judged;
  }
};
