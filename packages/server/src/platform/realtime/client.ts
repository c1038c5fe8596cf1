/** What changed, by ids; `count` may be more than there are ids. */
export interface HubEvent {
  readonly channel: string;
  readonly ids: readonly string[];
  readonly count: number;
  readonly summary: Readonly<Record<string, string | number | null>>;
}

/** The parts of a WebSocket that a client needs. */
export interface Socket {
  readonly bufferedAmount: number;
  send(text: string, done: (error?: Error) => void): void;
}

interface Pending {
  ids: Set<string>;
  count: number;
  coalesced: number;
  summary: HubEvent["summary"];
}

/** A client that has this much unsent is slow; bytes. */
export const SLOW_BYTES = 64 * 1024;
const IDS_MAX = 100;

/**
 * The way to one client. While it is slow its events are merged by channel instead of sent, so that it holds at most
 * `SLOW_BYTES`, one message and one pending event a channel.
 */
export class Client {
  readonly channels = new Set<string>();
  /** When it became slow, in ms; null while it keeps up. */
  slowSince: number | null = null;
  readonly #pending = new Map<string, Pending>();
  readonly #socket: Socket;
  readonly #now: () => number;

  constructor(socket: Socket, now: () => number) {
    this.#socket = socket;
    this.#now = now;
  }

  /** Sends a message at once; for answers to what the client itself asked. */
  say(message: Readonly<Record<string, unknown>>): void {
    this.#socket.send(JSON.stringify(message), () => this.flush());
  }

  /** Sends an event, or merges it with what is waiting. */
  deliver(event: HubEvent): void {
    if (this.#pending.size === 0 && this.#socket.bufferedAmount <= SLOW_BYTES) {
      this.#sendEvent(event.channel, event, 0);
      return;
    }
    this.slowSince ??= this.#now();
    const held = this.#pending.get(event.channel);
    const ids = held?.ids ?? new Set<string>();
    for (const id of event.ids) if (ids.size < IDS_MAX) ids.add(id);
    this.#pending.set(event.channel, {
      ids,
      count: (held?.count ?? 0) + event.count,
      coalesced: held ? held.coalesced + 1 : 0,
      summary: event.summary,
    });
  }

  /** Sends what waited, as far as the client takes it now. */
  flush(): void {
    for (const [channel, held] of this.#pending) {
      if (this.#socket.bufferedAmount > SLOW_BYTES) return;
      this.#pending.delete(channel);
      this.#sendEvent(channel, { ...held, channel, ids: [...held.ids] }, held.coalesced);
    }
    this.slowSince = null;
  }

  #sendEvent(channel: string, event: HubEvent, coalesced: number): void {
    const at = new Date(this.#now()).toISOString();
    const { count, summary } = event;
    this.say({ type: "event", channel, at, ids: event.ids.slice(0, IDS_MAX), count, coalesced, summary });
  }
}
