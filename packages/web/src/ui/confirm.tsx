import { useState } from "react";

/** A verb that asks once more, in place, before it acts. */
export const Confirm = ({ verb, question, onConfirm }: { verb: string; question: string; onConfirm: () => void }) => {
  const [asking, setAsking] = useState(false);
  if (!asking) {
    return (
      <button type="button" className="act" onClick={() => setAsking(true)}>
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
          setAsking(false);
          onConfirm();
        }}
      >
        {verb} for good
      </button>
      <button type="button" className="act" onClick={() => setAsking(false)}>
        Keep
      </button>
    </span>
  );
};
