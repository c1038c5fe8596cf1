import type { QueryClient } from "@tanstack/react-query";
import { CHANNELS, openStream, type Stream, STREAM_PATH, type StreamState } from "@zerotrace/sdk";
import { useEffect, useSyncExternalStore } from "react";
import { type LiveEvent, queriesTouchedBy } from "./live-events.ts";

/** Changes within this time are fetched once. */
const DEBOUNCE_MS = 400;

export interface Connection {
  readonly state: "connecting" | "live" | "reconnecting" | "signed-out";
  /** When the connection was lost, epoch milliseconds; null while it holds. */
  readonly lostAtMs: number | null;
}

/** The one connection of the page to the server's stream. `start` is called once; `stop` ends it for good. */
export class LiveStream {
  #connection: Connection = { state: "connecting", lostAtMs: null };
  #watchers = new Set<() => void>();
  /** Who counts what would make its list old, by the first word of the list's query. */
  #holders = new Map<string, Set<(event: LiveEvent) => void>>();
  #stream: Stream | null = null;
  #due = new Set<string>();
  #flush: ReturnType<typeof setTimeout> | null = null;
  #client: QueryClient;

  constructor(client: QueryClient) {
    this.#client = client;
  }

  start(): void {
    this.#stream ??= openStream({
      url: STREAM_PATH,
      channels: CHANNELS,
      onEvent: (event) => this.#hear(event),
      // what was missed cannot be told, so all that is shown is fetched again
      onReset: () => void this.#client.invalidateQueries(),
      onState: (state) => this.#turned(state),
    });
  }

  stop(): void {
    const stream = this.#stream;
    this.#stream = null;
    if (this.#flush) clearTimeout(this.#flush);
    this.#flush = null;
    stream?.close();
    this.#set({ state: "connecting", lostAtMs: null });
  }

  readonly snapshot = (): Connection => this.#connection;

  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  /** Hears every event that makes queries of this word old, instead of having them fetched again, until what it answers is called. */
  readonly hold = (word: string, holder: (event: LiveEvent) => void): (() => void) => {
    const holders = this.#holders.get(word) ?? new Set();
    this.#holders.set(word, holders.add(holder));
    return () => {
      holders.delete(holder);
      if (holders.size === 0) this.#holders.delete(word);
    };
  };

  #set(connection: Connection): void {
    this.#connection = connection;
    for (const watcher of this.#watchers) watcher();
  }

  #hear(event: LiveEvent): void {
    for (const word of queriesTouchedBy(event)) {
      const holders = this.#holders.get(word);
      if (holders) for (const holder of holders) holder(event);
      else this.#due.add(word);
    }
    this.#flush ??= setTimeout(() => {
      this.#flush = null;
      const due = this.#due;
      this.#due = new Set();
      void this.#client.invalidateQueries({ predicate: (q) => due.has(String(q.queryKey[0])) });
    }, DEBOUNCE_MS);
  }

  #turned(state: StreamState): void {
    if (state === "live") {
      this.#set({ state: "live", lostAtMs: null });
      return;
    }
    // ended by `stop`
    if (this.#stream === null && state === "ended") return;
    const lostAtMs = this.#connection.lostAtMs ?? Date.now();
    if (state === "ended") {
      this.#stream = null;
      this.#set({ state: "signed-out", lostAtMs });
      void this.#client.invalidateQueries({ queryKey: ["session"] });
    } else this.#set({ state: "reconnecting", lostAtMs });
  }
}

/** The connection as it stands; renders again when it changes. */
export const useConnection = (live: LiveStream): Connection => useSyncExternalStore(live.watch, live.snapshot);

/** Runs the connection while the component is on the page, where the person may hear it. */
export const useLiveStream = (live: LiveStream, mayHear: boolean): void => {
  useEffect(() => {
    if (!mayHear) return undefined;
    live.start();
    return () => live.stop();
  }, [live, mayHear]);
};
