import type { History, SentEvent } from "./history.ts";
import { type OutEvent, replayOf, withoutNames } from "./replay.ts";

/** The parts of a WebSocket that a client needs. */
export interface Socket {
  readonly bufferedAmount: number;
  send(data: string | Buffer, options: { binary: false }): void;
}

/** A client that has this much unsent is slow; bytes. */
export const SLOW_BYTES = 64 * 1024;
const TEXT = { binary: false } as const;

/** The sets of channels that somebody has: there are few, and clients share them. */
const sets = new Map<string, ReadonlySet<string>>();
const setOf = (channels: Iterable<string>): ReadonlySet<string> => {
  const sorted = [...new Set(channels)].sort();
  const key = sorted.join();
  const known = sets.get(key) ?? new Set(sorted);
  sets.set(key, known);
  return known;
};

/** A place as clients see it. */
export const cursorOf = (seq: number): string => String(seq);

/** An event's message, in bytes that every client of the same sight gets. */
export const messageOf = ({ seq, channel, ids, count, coalesced, summary }: OutEvent, at: number): Buffer => {
  const said = { type: "event", channel, at: new Date(at).toISOString(), ids, count, coalesced, summary };
  return Buffer.from(JSON.stringify({ ...said, cursor: cursorOf(seq) }));
};

const atOf = (event: SentEvent): number => Math.floor(event.seq / 1_000);

/**
 * The way to one client of a company. While it is slow nothing is sent to it and nothing kept for it: the history has what it
 * misses, and it gets that when it reads again.
 */
export class Client {
  #channels = setOf([]);
  /** When it became slow, in ms; null while it keeps up. */
  slowSince: number | null = null;
  /** Where it stands: it was sent everything of its channels until here. */
  #seq: number;
  readonly #socket: Socket;
  readonly #history: History;
  readonly #companyId: number;
  readonly #seesNames: boolean;

  constructor(socket: Socket, history: History, of: { companyId: number; seesNames: boolean }) {
    this.#socket = socket;
    this.#history = history;
    this.#companyId = of.companyId;
    this.#seesNames = of.seesNames;
    this.#seq = history.cursor();
  }

  get channels(): ReadonlySet<string> {
    return this.#channels;
  }

  /** Sends a message at once; for answers to what the client itself asked. */
  say(message: Readonly<Record<string, unknown>>): void {
    this.#socket.send(JSON.stringify(message), TEXT);
  }

  /** Where the client stands, as it may say later. */
  cursor(): string {
    if (this.slowSince === null) this.#seq = this.#history.cursor();
    return cursorOf(this.#seq);
  }

  /** Hears these channels from now on, and first what it missed on them after a place. */
  subscribe(channels: readonly string[], after: number | null): void {
    this.#channels = setOf([...this.#channels, ...channels]);
    if (after === null) return;
    // who does not read what there is gets what was missed with the rest
    if (this.slowSince !== null) this.#seq = Math.min(this.#seq, after);
    else if (this.#socket.bufferedAmount > SLOW_BYTES) this.#fallBehind(after);
    else this.#catchUp(after, new Set(channels));
  }

  unsubscribe(channels: readonly string[]): void {
    this.#channels = setOf([...this.#channels].filter((channel) => !channels.includes(channel)));
  }

  /** Sends an event, whose message `bytes` makes; false when the client is too slow for it. */
  deliver(event: SentEvent, bytes: (seesNames: boolean) => Buffer): boolean {
    if (this.slowSince !== null) return false;
    if (!this.#channels.has(event.channel)) return true;
    if (this.#socket.bufferedAmount > SLOW_BYTES) {
      this.#fallBehind(event.seq - 1);
      return false;
    }
    this.#seq = event.seq;
    this.#socket.send(bytes(this.#seesNames), TEXT);
    return true;
  }

  /** Sends what it missed, when it reads again; true when it keeps up. */
  flush(): boolean {
    if (this.slowSince === null) return true;
    if (this.#socket.bufferedAmount > SLOW_BYTES) return false;
    this.slowSince = null;
    this.#catchUp(this.#seq, this.#channels);
    return true;
  }

  #fallBehind(seq: number): void {
    this.slowSince = Date.now();
    this.#seq = seq;
  }

  #catchUp(after: number, channels: ReadonlySet<string>): void {
    const now = this.#history.cursor();
    const missed = this.#history.after(this.#companyId, after)?.filter(({ channel }) => channels.has(channel));
    const seen = this.#seesNames ? missed : missed?.map(withoutNames);
    const replay = seen === undefined ? null : replayOf(seen, after);
    this.#seq = now;
    if (replay === null) this.say({ type: "reset", cursor: cursorOf(now) });
    else for (const event of replay) this.#socket.send(messageOf(event, atOf(event)), TEXT);
  }
}
