/** What changed, by ids; `count` may be more than there are ids. */
export interface HubEvent {
  readonly channel: string;
  readonly ids: readonly string[];
  readonly count: number;
  readonly summary: Readonly<Record<string, string | number | null>>;
}

/** An event that was sent: `seq` is its place among those of its company, and the time of sending in microseconds. */
export interface SentEvent extends HubEvent {
  readonly seq: number;
}

/** How long an event can be had again, in ms: more than the five minutes that are promised. */
export const HISTORY_MS = 6 * 60_000;
/** What is kept of one company at most. */
export const COMPANY_MAX = { events: 1_000, ids: 20_000 } as const;
/** Ids kept of all companies; about 100 bytes each. */
const IDS_MAX = 400_000;
const US = 1_000;

/** The last events of each company, and the clock that gives them their places. */
export interface History {
  /**
   * A drain begins: what it takes gets places above the answer. Until `settle`, no client is told that it stands further than
   * this.
   */
  begin(): number;
  /** Where the oldest drain began whose outcome is not known; null when all is published. */
  unsettled(): number | null;
  /** Everything that drains took is published. */
  settle(): void;
  /** Where somebody stands who has heard everything until now. */
  cursor(): number;
  /** Keeps an event. Its place must be above those of the company's earlier ones. */
  append(companyId: number, event: SentEvent): void;
  /** The company's events after a place, oldest first; null when some of them are gone, or when the place is none of ours. */
  after(companyId: number, seq: number): readonly SentEvent[] | null;
  /** Events before this place are gone. */
  beginAt(seq: number): void;
  /** Forgets what is too old. */
  sweep(): void;
}

interface Kept {
  events: SentEvent[];
  ids: number;
  /** Place of the newest event that was forgotten. */
  goneUntil: number;
}

/** An empty history that knows nothing of the time before now. */
export const createHistory = (now: () => number = Date.now): History => {
  const companies = new Map<number, Kept>();
  let given = 0;
  let began: number | null = null;
  let horizon = now() * US;
  let ids = 0;

  const present = (): number => {
    given = Math.max(given, now() * US);
    return given;
  };
  const forget = (kept: Kept, n: number): void => {
    for (const event of kept.events.splice(0, n)) {
      kept.ids -= event.ids.length;
      ids -= event.ids.length;
      kept.goneUntil = event.seq;
    }
  };
  const trim = (kept: Kept): void => {
    const oldest = (now() - HISTORY_MS) * US;
    let n = Math.max(0, kept.events.length - COMPANY_MAX.events);
    let over = kept.ids - COMPANY_MAX.ids;
    for (const event of kept.events.slice(0, n)) over -= event.ids.length;
    for (let event = kept.events[n]; event && (event.seq < oldest || over > 0); event = kept.events[n]) {
      over -= event.ids.length;
      n += 1;
    }
    if (n > 0) forget(kept, n);
  };
  const largest = (): Kept => [...companies.values()].reduce((most, one) => (one.ids > most.ids ? one : most));

  return {
    begin: () => {
      const base = present();
      began ??= base;
      return base;
    },
    unsettled: () => began,
    settle: () => {
      began = null;
    },
    cursor: () => began ?? present(),
    append: (companyId, event) => {
      const kept = companies.get(companyId) ?? { events: [], ids: 0, goneUntil: 0 };
      companies.set(companyId, kept);
      kept.events.push(event);
      kept.ids += event.ids.length;
      ids += event.ids.length;
      given = Math.max(given, event.seq);
      trim(kept);
      if (ids <= IDS_MAX) return;
      const most = largest();
      forget(most, Math.ceil(most.events.length / 2));
    },
    after: (companyId, seq) => {
      if (seq < horizon || seq > Math.max(given, now() * US)) return null;
      const kept = companies.get(companyId);
      if (!kept) return [];
      if (seq < kept.goneUntil) return null;
      const first = kept.events.findIndex((event) => event.seq > seq);
      return first === -1 ? [] : kept.events.slice(first);
    },
    beginAt: (seq) => {
      horizon = seq;
    },
    sweep: () => {
      for (const kept of companies.values()) trim(kept);
    },
  };
};
