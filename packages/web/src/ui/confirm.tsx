import { useState } from "react";

/** A verb that asks once more, in place, before it acts. */
export const Confirm = ({ verb, question, onConfirm }: { verb: string; question: string; onConfirm: () => void }) => {
  const [asking, setAsking] = useState(false);
  const plain = "text-sm underline decoration-edge underline-offset-3 hover:text-accent";
  if (!asking) {
    return (
      <button type="button" className={plain} onClick={() => setAsking(true)}>
        {verb}
      </button>
    );
  }
  return (
    <span role="group" aria-label={question} className="inline-flex gap-2">
      <button
        type="button"
        className={`${plain} font-semibold text-bad`}
        onClick={() => {
          setAsking(false);
          onConfirm();
        }}
      >
        {verb} for good
      </button>
      <button type="button" className={plain} onClick={() => setAsking(false)}>
        Keep
      </button>
    </span>
  );
};
