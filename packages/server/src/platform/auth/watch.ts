import { messageOf } from "@zerotrace/core";
import { setTimeout as sleep } from "node:timers/promises";

/** A database connection kept for LISTEN; `pg`'s Client is one. */
interface Listener {
  query(sql: string): Promise<unknown>;
  on(event: "notification" | "error" | "end", listener: (message?: { payload?: string }) => void): unknown;
  end(): Promise<void>;
}

/** Who hears of changes. */
export interface WatchOptions {
  /** Opens the dedicated connection, connected. */
  readonly connect: () => Promise<Listener>;
  /** A device's credential was revoked, rotated or changed, by whichever process. */
  readonly onChange: (credentialId: string) => void;
  /** Changes may have gone by unheard. */
  readonly onGap: () => void;
  readonly onError: (detail: string) => void;
}

export interface Watch {
  /** Whether every change is heard at this moment. */
  readonly isListening: () => boolean;
  stop(): Promise<void>;
}

const CHANNEL = "zt_credential";
const AGAIN_MS = 1_000;
/** A connection that died without a word is noticed by this. */
const PROBE_MS = 20_000;

/** Listens to changes of devices' credentials; opens the connection again when it is lost. */
export const watchCredentials = (options: WatchOptions): Watch => {
  const stopping = new AbortController();
  let isListening = false;
  const listen = async (): Promise<void> => {
    const broken = new AbortController();
    const connection = await options.connect();
    try {
      connection.on("error", () => broken.abort());
      connection.on("end", () => broken.abort());
      connection.on("notification", (message) => options.onChange(message?.payload ?? ""));
      await connection.query(`listen ${CHANNEL}`);
      options.onGap();
      isListening = true;
      const until = AbortSignal.any([stopping.signal, broken.signal]);
      until.addEventListener("abort", () => (isListening = false));
      while (!until.aborted) {
        await sleep(PROBE_MS, undefined, { signal: until }).catch(() => undefined);
        if (!until.aborted) await connection.query("select 1");
      }
    } finally {
      isListening = false;
      await connection.end().catch(() => undefined);
    }
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await listen().catch((error: unknown) => options.onError(messageOf(error)));
      await sleep(AGAIN_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const running = run();
  return {
    isListening: () => isListening,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};
