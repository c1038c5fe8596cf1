import { useCallback, useEffect, useRef, useState } from "react";
import { useLive } from "../live-context.ts";
import type { LiveEvent } from "../live-events.ts";
import { count } from "./format.ts";
import { useStaleSince } from "./stale.tsx";
import { say } from "./texts.ts";

/** Ids that are told apart; beyond them an id that comes twice counts twice. */
const IDS_MAX = 10_000;

/** What waits: things by their ids, and how many more nobody named. */
interface Waiting {
  readonly ids: ReadonlySet<string>;
  readonly unnamed: number;
}
const NOTHING: Waiting = { ids: new Set(), unnamed: 0 };

/** What waits with one more event. */
export const waitingWith = (before: Waiting, { ids, count: all }: Pick<LiveEvent, "ids" | "count">): Waiting => {
  const known = before.ids.size < IDS_MAX ? new Set([...before.ids, ...ids]) : before.ids;
  const unnamed = before.unnamed + Math.max(0, all - ids.length) + (known === before.ids ? ids.length : 0);
  return { ids: known, unnamed };
};

/**
 * Counts what the stream brings to an open list of the query `word` instead of moving its rows; `counts` says which events count, the
 * others are passed over. Starts anew with another `view`, and when what waits is shown.
 */
export const useWaiting = (word: string, view: string | number, counts: (event: LiveEvent) => boolean) => {
  const live = useLive();
  const [held, setHeld] = useState({ view, waiting: NOTHING });
  const isCounted = useRef(counts);
  useEffect(() => {
    isCounted.current = counts;
  });
  useEffect(
    () =>
      live.hold(word, (event) => {
        if (!isCounted.current(event)) return;
        setHeld((before) => ({ view, waiting: waitingWith(before.view === view ? before.waiting : NOTHING, event) }));
      }),
    [live, word, view],
  );
  const clear = useCallback(() => setHeld({ view, waiting: NOTHING }), [view]);
  const { ids, unnamed } = held.view === view ? held.waiting : NOTHING;
  return { waiting: ids.size + unnamed, clear };
};

/** How many wait, and the way to them; it lies over the page's foot and moves nothing. */
export const WaitingButton = ({ text, onShow }: { text: string; onShow: () => void }) => (
  <button
    type="button"
    onClick={onShow}
    className={`mono fixed left-1/2 z-20 -translate-x-1/2 border border-accent bg-panel px-3 py-1 text-accent ${
      useStaleSince() === null ? "bottom-11" : "bottom-18"
    }`}
  >
    {text}
  </button>
);

/** `12 new, show`. */
export const newText = (waiting: number): string => say("{waiting} new, show", { waiting: count(waiting) });

/** `12 changed, show`. */
export const changedText = (waiting: number): string => say("{waiting} changed, show", { waiting: count(waiting) });
