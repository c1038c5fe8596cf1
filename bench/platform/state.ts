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

export const watchState = ({ owner }: Pick<Connections, "owner">): Watch => {
  const pool = new Pool({ ...owner, max: 1 });
  const look = async (): Promise<{ age: number; dirty: number }> => (await pool.query(AGE)).rows[0];
  const jobs = async (): Promise<number> =>
    (await pool.query("select waiting + running as n from public.queue_depth()")).rows[0].n;
  return {
    settle: async () => {
      const startedAt = performance.now();
      while ((await look()).dirty + (await jobs()) > 0) await sleep(SETTLE_LOOK_MS);
      return (performance.now() - startedAt) / 1000;
    },
    ages: () => {
      const ages: number[] = [];
      let isOver = false;
      const looking = (async () => {
        while (!isOver) {
          ages.push((await look()).age);
          await sleep(LOOK_MS);
        }
      })();
      return {
        stop: async () => {
          isOver = true;
          await looking;
          return ages;
        },
      };
    },
    close: () => pool.end(),
  };
};
