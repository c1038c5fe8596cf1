import { useState } from "react";
import { say } from "./texts.ts";

const takeFocus = (element: HTMLElement | null): void => element?.focus();

/** A verb that asks once more, in place, before it acts. The question is said beside the answers; the keyboard stays where it asks. */
export const Confirm = ({ verb, question, onConfirm }: { verb: string; question: string; onConfirm: () => void }) => {
  const [state, setState] = useState<"new" | "asking" | "kept">("new");
  if (state !== "asking") {
    return (
      <button
        type="button"
        className="act"
        ref={state === "kept" ? takeFocus : null}
        onClick={() => setState("asking")}
      >
        {verb}
      </button>
    );
  }
  return (
    <span title={question} className="inline-flex gap-2">
      <button
        type="button"
        className="act font-semibold text-bad"
        onClick={() => {
          setState("new");
          onConfirm();
        }}
      >
        {say("Yes,")} {verb.charAt(0).toLowerCase() + verb.slice(1)}
      </button>
      <button type="button" className="act" ref={takeFocus} onClick={() => setState("kept")}>
        {say("No")}
      </button>
    </span>
  );
};
