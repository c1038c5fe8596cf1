import { lazy, Suspense, useEffect, useState } from "react";
import type { Session } from "../api.ts";
import { say } from "./texts.ts";

/** Loaded when it is asked for the first time: the first page does not wait for it. */
const load = async () => ({ default: (await import("../features/palette/palette.tsx")).Palette });
const Palette = lazy(load);

const isPaletteKey = (e: KeyboardEvent): boolean =>
  (e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && e.key.toLowerCase() === "k";

/** The button of the palette and its key, Ctrl-K or Cmd-K, which works while something is being typed too. */
export const PaletteKey = ({ session }: { session: Session }) => {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      // who holds the first of the two keys may go on to the second, and then types at once
      if (event.key === "Control" || event.key === "Meta") void load();
      if (!isPaletteKey(event)) return;
      event.preventDefault();
      if (!document.querySelector("dialog[open]")) setOpen(true);
    };
    window.addEventListener("keydown", hear);
    return () => window.removeEventListener("keydown", hear);
  }, []);
  return (
    <>
      <button type="button" onClick={() => setOpen(true)} className="ml-auto shrink-0 px-3 text-dim hover:text-accent">
        <kbd className="text-xs text-text">Ctrl K</kbd> {say("commands")}
      </button>
      {isOpen && (
        <Suspense fallback={null}>
          <Palette session={session} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
};
