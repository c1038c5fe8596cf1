import type { HubEvent, SentEvent } from "./history.ts";

/** Events that are sent again one by one; more are merged by channel. */
const ONE_BY_ONE = 20;
/** Ids that are told again at most; who missed more fetches everything. */
export const REPLAY_IDS_MAX = 5_000;
/** Ids of one event. */
export const IDS_MAX = 100;

/** An event as it goes out: `seq` is where its receiver stands afterwards. */
export interface OutEvent extends SentEvent {
  readonly coalesced: number;
}

/** Who sees some assets only hears that something changed, and asks for what they may see. */
export const withoutNames = <E extends HubEvent>(event: E): E => ({ ...event, ids: [], count: 0, summary: {} });

/** One channel's events as few as possible: every id, once; the last says how many were merged, and its own summary. */
const merge = (events: readonly SentEvent[]): OutEvent[] => {
  const last = events.at(-1) as SentEvent;
  const ids = [...new Set(events.flatMap((event) => event.ids))];
  const unnamed = events.reduce((sum, event) => sum + event.count - event.ids.length, 0);
  const chunks = Array.from({ length: Math.max(1, Math.ceil(ids.length / IDS_MAX)) }, (_, n) =>
    ids.slice(n * IDS_MAX, (n + 1) * IDS_MAX),
  );
  return chunks.map((chunk, n) => {
    const isLast = n === chunks.length - 1;
    const count = chunk.length + (isLast ? Math.max(0, unnamed) : 0);
    return { ...last, ids: chunk, count, coalesced: isLast ? events.length - 1 : 0 };
  });
};

/**
 * What to send to somebody who stands at `from` and missed these events. Merged events leave them at `from` until the last one: cut
 * off between two, they get all of them again. Null when there are more ids than one should be told.
 */
export const replayOf = (missed: readonly SentEvent[], from: number): readonly OutEvent[] | null => {
  const ids = missed.reduce((sum, event) => sum + event.ids.length, 0);
  if (missed.length <= ONE_BY_ONE && ids <= REPLAY_IDS_MAX) return missed.map((event) => ({ ...event, coalesced: 0 }));
  const channels = Map.groupBy(missed, ({ channel }) => channel);
  const merged = [...channels.values()].flatMap(merge);
  if (merged.reduce((sum, event) => sum + event.ids.length, 0) > REPLAY_IDS_MAX) return null;
  const end = (missed.at(-1) as SentEvent).seq;
  return merged.map((event, n) => ({ ...event, seq: n === merged.length - 1 ? end : from }));
};
