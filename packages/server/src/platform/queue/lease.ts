import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "@zerotrace/core";
import type { Client, ClientConfig } from "pg";
import { connectClient, isConnectionLoss } from "../db/index.ts";
import { workerLock } from "./schema.ts";

const SWEEP_EVERY_MS = 5_000;
/** A worker holds its lock within milliseconds of its first job, or of the database's return. */
const SWEEP_GRACE = "2 seconds";
const RECONNECT_PAUSE_MS = 250;

type Log = (level: "debug" | "info" | "warn" | "error", message: string, fields?: object) => void;

/** The proof that this worker lives: a lock that the database frees when the process is gone. */
export interface Lease {
  /** Names the worker that lives from now on; the one before it does not. */
  hold(workerId: string): Promise<void>;
  /** Gives the worker's unfinished jobs back to the queue, as if they had not been tried. */
  returnJobs(workerId: string): Promise<void>;
  /** Lets the jobs of this worker, which has ended, run again; the attempts count. Rejects when the database is away. */
  freeJobs(workerId: string): Promise<void>;
  end(): Promise<void>;
}

/** Opens the lease and sweeps at once and every 5 s: jobs of workers that are gone run again. Survives restarts. */
export const openLease = async (config: ClientConfig, log: Log): Promise<Lease> => {
  const stop = new AbortController();
  let client = await connectClient(config);
  let own = "";

  const lockOwn = async (): Promise<void> => {
    await client.query("select pg_advisory_unlock_all()");
    if (own !== "") await client.query(`select pg_advisory_lock(${workerLock("$1::text")})`, [own]);
  };

  const beat = async (): Promise<void> => {
    const { rows } = await client.query<{ gone: string[] | null }>(
      "select public.sweep_jobs($1, $2::interval) as gone",
      [own, SWEEP_GRACE],
    );
    if (rows[0]?.gone) log("warn", "took over the jobs of workers that are gone", { workers: rows[0].gone });
  };

  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        await beat();
        await pause(client, stop.signal);
      } catch (error) {
        if (stop.signal.aborted) return;
        if (!isConnectionLoss(error)) log("warn", "the queue's sweep failed", { error: messageOf(error) });
        await sleep(RECONNECT_PAUSE_MS, undefined, { ref: false, signal: stop.signal }).catch(() => undefined);
        if (stop.signal.aborted) return;
        await client.end().catch(() => undefined);
        client = await connectClient(config).catch(() => client);
        await lockOwn().catch(() => undefined);
      }
    }
  };

  const running = run();
  return {
    hold: async (workerId) => {
      own = workerId;
      // A connection that is just lost is opened again by the loop, which then locks this id.
      await lockOwn().catch(() => undefined);
    },
    returnJobs: async (workerId) => {
      await client.query("select public.return_jobs($1)", [workerId]);
    },
    freeJobs: async (workerId) => {
      await client.query("select public.free_jobs(array[$1::text])", [workerId]);
    },
    end: async () => {
      stop.abort();
      await running;
      await client.end().catch(() => undefined);
    },
  };
};

/** Waits for the next sweep. Rejects when the connection ends or the signal fires; leaves no listener behind. */
const pause = async (client: Client, stop: AbortSignal): Promise<void> => {
  const over = new AbortController();
  const lost = (): void => over.abort();
  client.once("end", lost);
  try {
    await sleep(SWEEP_EVERY_MS, undefined, { ref: false, signal: AbortSignal.any([stop, over.signal]) });
  } catch (error) {
    throw over.signal.aborted ? new Error("Connection terminated") : error;
  } finally {
    client.off("end", lost);
  }
};
