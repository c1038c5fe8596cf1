import { useSyncExternalStore } from "react";
import { say } from "./texts.ts";

/** What is said at the edge of the page for a while, with one thing that can be done about it. */
export interface Toast {
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** How long one is shown, in ms: long enough to be read and reached by keyboard. */
const SHOWN_MS = 15_000;

interface Shown extends Toast {
  readonly id: number;
}

let shown: Shown | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

const show = (next: Shown | null): void => {
  clearTimeout(timer);
  shown = next;
  for (const listener of listeners) listener();
};

/** Says something; what was said before goes. */
export const toast = (said: Toast): void => {
  show({ ...said, id: (shown?.id ?? 0) + 1 });
  timer = setTimeout(() => show(null), SHOWN_MS);
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Where it is said. It stays while the pointer or the focus is on it. */
export const Toasts = () => {
  const now = useSyncExternalStore(subscribe, () => shown);
  const hold = () => clearTimeout(timer);
  const release = () => {
    clearTimeout(timer);
    timer = setTimeout(() => show(null), SHOWN_MS);
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- reading it holds it; nothing is done by that
    <output
      className="fixed inset-x-4 bottom-11 z-50 mx-auto w-fit max-w-[calc(100vw-2rem)]"
      onPointerEnter={hold}
      onPointerLeave={release}
      onFocus={hold}
      onBlur={release}
    >
      {now && (
        <div key={now.id} className="flex flex-wrap items-center gap-3 border border-accent bg-raised px-4 py-2">
          <span className="min-w-0 wrap-anywhere">{now.text}</span>
          {now.action && (
            <button
              type="button"
              className="button"
              onClick={() => {
                const { action } = now;
                show(null);
                action?.run();
              }}
            >
              {now.action.label}
            </button>
          )}
          <button type="button" className="act" onClick={() => show(null)}>
            {say("Close")}
          </button>
        </div>
      )}
    </output>
  );
};
