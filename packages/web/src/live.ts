import type { QueryClient } from "@tanstack/react-query";
import { CHANNELS, CLOSE, type ServerMessage, STREAM_PATH } from "@zerotrace/sdk";
import { useEffect, useSyncExternalStore } from "react";
import { backoffMs, type LiveEvent, queriesTouchedBy } from "./live-events.ts";

/** Changes within this time are fetched once. */
const DEBOUNCE_MS = 400;
const HEARTBEAT_SECONDS = 20;

export interface Connection {
  readonly state: "connecting" | "live" | "reconnecting" | "signed-out";
  /** When the connection was lost, epoch milliseconds; null while it holds. */
  readonly lostAtMs: number | null;
}

/** The one connection of the page to the server's stream. `start` is called once; `stop` ends it for good. */
export class LiveStream {
  #connection: Connection = { state: "connecting", lostAtMs: null };
  #watchers = new Set<() => void>();
  #readers = new Set<(event: LiveEvent) => void>();
  #socket: WebSocket | null = null;
  #attempt = 0;
  #heardAtMs = 0;
  #heartbeatMs = HEARTBEAT_SECONDS * 1000;
  #due = new Set<string>();
  #flush: ReturnType<typeof setTimeout> | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #beat: ReturnType<typeof setInterval> | null = null;
  #stopped = true;
  #client: QueryClient;

  constructor(client: QueryClient) {
    this.#client = client;
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#open();
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of [this.#flush, this.#retry, this.#beat]) if (timer) clearTimeout(timer);
    this.#flush = null;
    this.#socket?.close();
    this.#set({ state: "connecting", lostAtMs: null });
  }

  readonly snapshot = (): Connection => this.#connection;

  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  /** Hears every finding_alert instead of having the findings list fetched again. */
  readonly readFindings = (reader: (event: LiveEvent) => void): (() => void) => {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  };

  #set(connection: Connection): void {
    this.#connection = connection;
    for (const watcher of this.#watchers) watcher();
  }

  #open(): void {
    const url = new URL(STREAM_PATH, window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.addEventListener("open", () => {
      this.#heardAtMs = Date.now();
      socket.send(JSON.stringify({ type: "subscribe", channels: CHANNELS }));
    });
    socket.addEventListener("message", (m) => this.#hear(String(m.data)));
    socket.addEventListener("close", (e) => this.#lost(socket, e.code));
    if (this.#beat) clearInterval(this.#beat);
    this.#beat = setInterval(() => this.#checkHeartbeat(socket), this.#heartbeatMs);
  }

  #checkHeartbeat(socket: WebSocket): void {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (Date.now() - this.#heardAtMs > this.#heartbeatMs * 2.5) this.#lost(socket, CLOSE.silent);
    else socket.send(JSON.stringify({ type: "ping" }));
  }

  #hear(text: string): void {
    this.#heardAtMs = Date.now();
    const message = JSON.parse(text) as ServerMessage;
    if (message.type === "hello") this.#heartbeatMs = message.heartbeatSeconds * 1000;
    if (message.type === "subscribed") this.#caughtUp();
    if (message.type !== "event") return;
    if (message.channel === "finding_alert") for (const reader of this.#readers) reader(message);
    for (const key of queriesTouchedBy(message, this.#readers.size > 0)) this.#due.add(key);
    this.#flush ??= setTimeout(() => {
      this.#flush = null;
      const due = this.#due;
      this.#due = new Set();
      void this.#client.invalidateQueries({ predicate: (q) => due.has(String(q.queryKey[0])) });
    }, DEBOUNCE_MS);
  }

  /** After a gap anything may have changed, so all that is shown is fetched again. */
  #caughtUp(): void {
    if (this.#connection.lostAtMs !== null) void this.#client.invalidateQueries();
    this.#attempt = 0;
    this.#set({ state: "live", lostAtMs: null });
  }

  #lost(socket: WebSocket, code: number): void {
    if (this.#socket !== socket || this.#stopped) return;
    this.#socket = null;
    socket.close();
    const lostAtMs = this.#connection.lostAtMs ?? Date.now();
    if (code === CLOSE.unauthenticated) {
      this.#set({ state: "signed-out", lostAtMs });
      void this.#client.invalidateQueries({ queryKey: ["session"] });
      return;
    }
    this.#set({ state: "reconnecting", lostAtMs });
    this.#retry = setTimeout(() => this.#open(), backoffMs(this.#attempt, Math.random()));
    this.#attempt += 1;
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
