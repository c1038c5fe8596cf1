import { type Channel, CLOSE, type ServerMessage, STREAM_PROTOCOL, TOKEN_PROTOCOL } from "@zerotrace/server/contract";
import { page } from "./page.ts";

/** Something that changed, by ids. `cursor` is where one stands who has done with it. */
export type StreamEvent = Extract<ServerMessage, { type: "event" }>;

/** `connecting` before the first connection; `ended` for good: closed by the caller, or the credential is no more. */
export type StreamState = "connecting" | "live" | "reconnecting" | "ended";

/** The parts of a WebSocket that the stream uses; those of browsers, of Node 22 and of the package `ws` have them. */
export interface SocketLike {
  readonly readyState: number;
  send(text: string): void;
  close(): void;
  addEventListener(type: "open" | "error", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: { code: number; reason: string }) => void): void;
}
export type SocketClass = new (url: string, protocols: string[]) => SocketLike;

export interface StreamOptions {
  /** Address of the stream; a path is taken from where the page came. */
  readonly url: string;
  /** API token; a browser uses its session cookie instead. */
  readonly token?: string;
  readonly channels: readonly Channel[];
  /** Where an earlier stream stood: first comes what was missed since. */
  readonly after?: string;
  /** Hears each event, in order. */
  readonly onEvent: (event: StreamEvent) => void;
  /** More was missed than can be told: fetch everything anew. */
  readonly onReset?: () => void;
  readonly onState?: (state: StreamState, reason: string) => void;
  readonly signal?: AbortSignal;
  /** The class to connect with where there is none, as in Node before 22: that of the package `ws`. */
  readonly WebSocket?: SocketClass;
}

export interface Stream {
  readonly state: StreamState;
  /** Where it stands; null before the server has said so. */
  readonly cursor: string | null;
  /** Ends it for good. */
  close(): void;
}

const PING_MS = 15_000;
/** Without a word for this long a connection counts as lost, in ms. */
const SILENCE_MS = 37_500;
const OPEN = 1;

/** Milliseconds before the next attempt to connect: 1 s doubling to 30 s, less up to a quarter by `random` (0..1). */
export const backoffMs = (attempt: number, random: number): number =>
  Math.min(30_000, 1000 * 2 ** Math.min(attempt, 5)) * (1 - random / 4);

const addressOf = (url: string): string => {
  const address = url.startsWith("/") ? new URL(url, page.location?.href) : new URL(url);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return address.href;
};

const classOf = (given: SocketClass | undefined): SocketClass => {
  const found = given ?? (page.WebSocket as SocketClass | undefined);
  if (!found) throw new Error("There is no WebSocket here: give stream() that of the package ws as `WebSocket`");
  return found;
};

class Connection implements Stream {
  state: StreamState = "connecting";
  cursor: string | null;
  readonly #options: StreamOptions;
  readonly #Socket: SocketClass;
  #socket: SocketLike | null = null;
  #attempt = 0;
  #heardAtMs = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #beat: ReturnType<typeof setInterval> | undefined;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#Socket = classOf(options.WebSocket);
    this.cursor = options.after ?? null;
    options.signal?.addEventListener("abort", this.close, { once: true });
    // a page that is back in the network does not wait for its turn
    page.addEventListener?.("online", this.#again);
    if (options.signal?.aborted) this.close();
    else this.#open();
  }

  readonly close = (): void => this.#end("closed");

  readonly #again = (): void => {
    if (this.state === "ended" || this.#socket) return;
    clearTimeout(this.#retry);
    this.#open();
  };

  #set(state: StreamState, reason = ""): void {
    this.state = state;
    this.#options.onState?.(state, reason);
  }

  #end(reason: string): void {
    if (this.state === "ended") return;
    clearTimeout(this.#retry);
    clearInterval(this.#beat);
    this.#options.signal?.removeEventListener("abort", this.close);
    page.removeEventListener?.("online", this.#again);
    const socket = this.#socket;
    this.#socket = null;
    this.#set("ended", reason);
    socket?.close();
  }

  #open(): void {
    const { token, url } = this.#options;
    // a browser lets a page name protocols, and no header
    const protocols = token ? [STREAM_PROTOCOL, TOKEN_PROTOCOL + token] : [STREAM_PROTOCOL];
    const socket = new this.#Socket(addressOf(url), protocols);
    this.#socket = socket;
    this.#heardAtMs = Date.now();
    socket.addEventListener("open", () => {
      const after = this.cursor === null ? {} : { after: this.cursor };
      socket.send(JSON.stringify({ type: "subscribe", channels: this.#options.channels, ...after }));
    });
    socket.addEventListener("message", ({ data }) => this.#hear(socket, String(data)));
    // a close follows
    socket.addEventListener("error", () => undefined);
    socket.addEventListener("close", ({ code, reason }) => this.#lost(socket, code, reason));
    clearInterval(this.#beat);
    this.#beat = setInterval(() => this.#check(socket), PING_MS);
  }

  #check(socket: SocketLike): void {
    if (Date.now() - this.#heardAtMs > SILENCE_MS) this.#lost(socket, CLOSE.silent, "no answer");
    else if (socket.readyState === OPEN) socket.send('{"type":"ping"}');
  }

  #hear(socket: SocketLike, text: string): void {
    if (this.#socket !== socket) return;
    this.#heardAtMs = Date.now();
    const message = JSON.parse(text) as ServerMessage;
    if (message.type === "event") this.#options.onEvent(message);
    if (message.type === "reset") this.#options.onReset?.();
    if ("cursor" in message) this.cursor = message.cursor;
    if (message.type !== "subscribed") return;
    this.#attempt = 0;
    this.#set("live");
  }

  #lost(socket: SocketLike, code: number, reason: string): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    clearInterval(this.#beat);
    socket.close();
    if (code === CLOSE.unauthenticated) return this.#end(reason || "the credential has ended");
    this.#set("reconnecting", reason);
    this.#retry = setTimeout(this.#again, backoffMs(this.#attempt, Math.random()));
    this.#attempt += 1;
  }
}

/** Opens the stream and keeps it: after a break it goes on where it stood. Throws where there is no WebSocket. */
export const openStream = (options: StreamOptions): Stream => new Connection(options);
