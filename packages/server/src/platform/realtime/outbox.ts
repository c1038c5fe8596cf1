import type { Logger } from "pino";
import type { History, SentEvent } from "./history.ts";

/** A database connection kept for LISTEN; `pg`'s Client is one. */
export interface ListenConnection {
  query(sql: string): Promise<unknown>;
  on(event: "notification" | "error" | "end", listener: (...args: unknown[]) => void): unknown;
  end(): Promise<void>;
}

export interface OutboxEvent extends SentEvent {
  readonly companyId: number;
}

export interface NotifierOptions {
  /** Opens the dedicated connection, connected. */
  readonly connect: () => Promise<ListenConnection>;
  /** Takes what waits in the outbox, at most one batch, and gives it places above `base`; empty when nothing waits. */
  readonly drain: (base: number) => Promise<readonly OutboxEvent[]>;
  /** What has a place above this one, in the order of places. */
  readonly sentAfter: (seq: number) => Promise<readonly OutboxEvent[]>;
  readonly publish: (companyId: number, event: SentEvent) => void;
  readonly history: History;
  readonly log: Logger;
  readonly pollMs?: number;
}

export interface Notifier {
  /** Resolves when the last batch is out and the connection closed. */
  stop(): Promise<void>;
}

/** The channel that writers of the outbox notify. */
export const OUTBOX_CHANNEL = "zt_outbox";
const POLL_MS = 1_000;
/** The rest after a batch: what many companies commit meanwhile shares the next one. Who waits for a single event notices nothing. */
const REST_MS = 25;
const BACK_OFF_MS = { first: 200, max: 30_000 };

/** Waits, but not longer than until the signal. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });

/** Drains on demand: one run at a time, at once where nothing was taken lately, and once more when asked meanwhile. */
const createDrainer = (options: NotifierOptions, signal: AbortSignal) => {
  const { drain, history, log } = options;
  let wanted = false;
  let running: Promise<void> | null = null;
  let failing = false;
  const publish = (events: readonly OutboxEvent[]): void => {
    for (const { companyId, ...event } of events) options.publish(companyId, event);
    history.settle();
  };
  const work = async (): Promise<void> => {
    while (wanted && !signal.aborted) {
      wanted = false;
      try {
        // of a drain that failed nobody knows whether it was committed
        const unsettled = history.unsettled();
        if (unsettled !== null) publish(await options.sentAfter(unsettled));
        const events = await drain(history.begin());
        publish(events);
        failing = false;
        if (events.length === 0) continue;
        wanted = true;
        await pause(REST_MS, signal);
      } catch (err) {
        if (!failing) log.warn({ err }, "the outbox cannot be read; trying again");
        failing = true;
        return;
      }
    }
  };
  const wake = (): void => {
    wanted = true;
    running ??= work().finally(() => {
      running = null;
    });
  };
  return { wake, settled: async () => running ?? undefined };
};

/** Holds one LISTEN connection open until the signal; opens it again, ever more slowly, when it breaks. */
const listen = async (options: NotifierOptions, wake: () => void, signal: AbortSignal): Promise<void> => {
  let waitMs = BACK_OFF_MS.first;
  while (!signal.aborted) {
    const broken = new AbortController();
    let connection: ListenConnection | undefined;
    try {
      connection = await options.connect();
      connection.on("error", () => broken.abort());
      connection.on("end", () => broken.abort());
      connection.on("notification", wake);
      await connection.query(`listen ${OUTBOX_CHANNEL}`);
      waitMs = BACK_OFF_MS.first;
      wake();
      const until = AbortSignal.any([signal, broken.signal]);
      while (!until.aborted) await pause(BACK_OFF_MS.max, until);
    } catch (err) {
      options.log.warn({ err }, "listening to the outbox failed; polling meanwhile");
    }
    await connection?.end().catch(() => undefined);
    await pause(waitMs, signal);
    waitMs = Math.min(waitMs * 2, BACK_OFF_MS.max);
  }
};

/** Publishes what appears in the outbox: at once by NOTIFY, and within `pollMs` when the connection is lost. */
export const startNotifier = (options: NotifierOptions): Notifier => {
  const stopping = new AbortController();
  const { wake, settled } = createDrainer(options, stopping.signal);
  const timer = setInterval(wake, options.pollMs ?? POLL_MS);
  const listening = listen(options, wake, stopping.signal);
  wake();
  return {
    stop: async () => {
      clearInterval(timer);
      stopping.abort();
      await Promise.all([settled(), listening]);
    },
  };
};
