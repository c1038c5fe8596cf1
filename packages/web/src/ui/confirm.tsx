import { useRef, useState } from "react";
import { Removal } from "./dialog.tsx";
import { say } from "./texts.ts";

/** A verb that asks before it acts: the question says in words and numbers what it does. The focus comes back to the verb. */
export const Confirm = ({ verb, question, onConfirm }: { verb: string; question: string; onConfirm: () => void }) => {
  const [isAsking, setAsking] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const done = () => {
    setAsking(false);
    button.current?.focus();
  };
  return (
    <>
      <button type="button" className="act" ref={button} onClick={() => setAsking(true)}>
        {verb}
      </button>
      {isAsking && (
        <Removal
          title={verb}
          verb={verb}
          keep={say("Cancel")}
          mayAct
          onAct={(close) => {
            close();
            onConfirm();
          }}
          onClose={done}
        >
          <p>{question}</p>
        </Removal>
      )}
    </>
  );
};
