import type { Widget } from "@zerotrace/core/dashboard/widget";
import { Maximize, X } from "lucide-react";
import { useEffect, useRef } from "react";
import { useNow } from "../../ui/hooks.ts";
import { say } from "../../ui/texts.ts";
import { Board } from "./board.tsx";

const nothing = (): void => undefined;

/** The dashboard alone, large, for a screen on a wall. The rest of the page is out of reach until it is left; Escape leaves it. */
export const Wall = ({ name, widgets, onClose }: { name: string; widgets: readonly Widget[]; onClose: () => void }) => {
  const dialog = useRef<HTMLDialogElement>(null);
  const screen = useRef<HTMLDivElement>(null);
  const now = useNow();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={onClose} aria-label={say("{name} on a wall", { name })} className="wall">
      <div ref={screen} className="min-h-full bg-page p-4">
        <header className="mb-3 flex items-center gap-3">
          <h1 tabIndex={-1} autoFocus className="min-w-0 flex-1 truncate text-lg font-semibold outline-none">
            {name}
          </h1>
          <span className="mono text-dim">
            {new Date(now).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}
          </span>
          <button
            type="button"
            className="button"
            aria-label={say("Fill the screen")}
            onClick={() => {
              void screen.current?.requestFullscreen().catch(nothing);
            }}
          >
            <Maximize className="size-4" aria-hidden="true" />
          </button>
          <button type="button" className="button" aria-label={say("Leave the wall")} onClick={onClose}>
            <X className="size-4" aria-hidden="true" />
          </button>
        </header>
        <Board widgets={widgets} isEditing={false} onChange={nothing} onEdit={nothing} onRemove={nothing} />
      </div>
    </dialog>
  );
};
