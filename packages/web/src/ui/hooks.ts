import { useEffect, useState, useSyncExternalStore } from "react";
import { flushSync } from "react-dom";
import { say } from "./texts.ts";

const TICK_MS = 10_000;
let nowMs = Date.now();
const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | null = null;

const watchClock = (watcher: () => void) => {
  watchers.add(watcher);
  timer ??= setInterval(() => {
    nowMs = Date.now();
    for (const w of watchers) w();
  }, TICK_MS);
  return () => {
    watchers.delete(watcher);
    if (watchers.size === 0 && timer) {
      clearInterval(timer);
      timer = null;
    }
  };
};

/** Now in epoch milliseconds, moving every ten seconds for all that shows a time. */
export const useNow = (): number => useSyncExternalStore(watchClock, () => nowMs);

/** Whether a media query holds, kept current. */
export const useMedia = (query: string): boolean => {
  const [matches, setMatches] = useState(() => window.matchMedia(query).matches);
  useEffect(() => {
    const media = window.matchMedia(query);
    const change = () => setMatches(media.matches);
    change();
    media.addEventListener("change", change);
    return () => media.removeEventListener("change", change);
  }, [query]);
  return matches;
};

/** Whether the page is being printed: what only paper shows is made for it alone, before the browser lays it out. */
export const usePrinting = (): boolean => {
  const [isPrinting, setPrinting] = useState(false);
  useEffect(() => {
    const begin = () => flushSync(() => setPrinting(true));
    const end = () => setPrinting(false);
    window.addEventListener("beforeprint", begin);
    window.addEventListener("afterprint", end);
    return () => {
      window.removeEventListener("beforeprint", begin);
      window.removeEventListener("afterprint", end);
    };
  }, []);
  return isPrinting;
};

/** The page's title in the browser, while the component is shown. */
export const useTitle = (title: string): void => {
  useEffect(() => {
    document.title = title === "" ? "ZeroTrace" : say("{title} · ZeroTrace", { title });
  }, [title]);
};

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Runs what a key is bound to, unless something is being typed or a modifier is held. Answer true to take the key. */
export const useKeys = (onKey: (key: string, event: KeyboardEvent) => boolean): void => {
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      if (document.querySelector("dialog[open]")) return;
      if (onKey(event.key, event)) event.preventDefault();
    };
    window.addEventListener("keydown", hear);
    return () => window.removeEventListener("keydown", hear);
  }, [onKey]);
};
