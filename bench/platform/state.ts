import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "pg";
import type { Connections } from "../../packages/server/src/platform/db/index.ts";

/** Looks at what is not computed yet, over all companies. */
export interface Watch {
  /** Waits until the findings of every company are true; answers how long that took, in seconds. */
  settle(): Promise<number>;
  /** Looks once a second how long the oldest report has waited for its findings; `stop` answers these ages, in seconds. */
  ages(): { stop(): Promise<number[]> };
  close(): Promise<void>;
}

const LOOK_MS = 1_000;
const SETTLE_LOOK_MS = 100;
const AGE = `select coalesce(extract(epoch from max(now() - inventory_at)), 0)::float8 as age, count(*)::int as dirty
  from asset where dirty`;
/** What runs, and what computes findings; others wait for their hour. */
const JOBS = `select count(*)::int as n from graphile_worker._private_jobs where locked_at is not null or key like 'enrich:%'`;

export const watchState = ({ owner }: Pick<Connections, "owner">): Watch => {
  const pool = new Pool({ ...owner, max: 1 });
  const look = async (): Promise<{ age: number; dirty: number }> => (await pool.query(AGE)).rows[0];
  const jobs = async (): Promise<number> => (await pool.query(JOBS)).rows[0].n;
  return {
    settle: async () => {
      const startedAt = performance.now();
      while ((await look()).dirty + (await jobs()) > 0) await sleep(SETTLE_LOOK_MS);
      return (performance.now() - startedAt) / 1000;
    },
    ages: () => {
      const ages: number[] = [];
      const over = new AbortController();
      const looking = (async () => {
        while (!over.signal.aborted) {
          ages.push((await look()).age);
          await sleep(LOOK_MS);
        }
      })();
      return {
        stop: async () => {
          over.abort();
          await looking;
          return ages;
        },
      };
    },
    close: () => pool.end(),
  };
};
