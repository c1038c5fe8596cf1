import { ApiError } from "@zerotrace/sdk";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { Refused } from "./field.tsx";
import { ErrorPanel } from "./states.tsx";
import { say } from "./texts.ts";

/** What a form sends: a mutation, or what looks like one. */
interface Sent {
  readonly error: Error | null;
  readonly isPending: boolean;
}

const TONES = { primary: "button-primary", plain: "", bad: "border-bad text-bad" } as const;

/**
 * A form that does one thing: its fields, what was refused (the field that the server names is marked and has the focus), and the verb
 * with the way back. What was typed stays.
 */
export const Form = ({
  of,
  onSend,
  verb,
  isOff = false,
  tone = "primary",
  onCancel,
  cancel = say("Cancel"),
  more,
  row = false,
  sticks = false,
  className = "",
  children,
}: {
  of: Sent;
  onSend: () => void;
  verb: string;
  /** Nothing can be sent as it is. */
  isOff?: boolean;
  tone?: keyof typeof TONES;
  onCancel?: (() => void) | undefined;
  cancel?: string;
  /** What else stands beside the verb. */
  more?: ReactNode;
  /** Fields and verb in one line, where there is room. */
  row?: boolean;
  /** The verb stays in view below a form that is higher than the window. */
  sticks?: boolean;
  className?: string;
  children: ReactNode;
}) => {
  const says = useId();
  const form = useRef<HTMLFormElement>(null);
  const { error } = of;
  const field = error instanceof ApiError ? error.field : undefined;
  useEffect(() => {
    const named = error !== null && field !== undefined ? form.current?.elements.namedItem(field) : null;
    if (named instanceof HTMLElement) named.focus();
  }, [error, field]);
  const foot = (
    <>
      <button type="submit" className={`button ${TONES[tone]}`} disabled={isOff || of.isPending}>
        {verb}
      </button>
      {onCancel && (
        <button type="button" className="button" onClick={onCancel}>
          {cancel}
        </button>
      )}
      {more}
    </>
  );
  return (
    <form
      ref={form}
      className={`grid grid-cols-[minmax(0,1fr)] gap-4 ${className}`}
      onSubmit={(e) => {
        e.preventDefault();
        onSend();
      }}
    >
      <Refused value={{ field, says }}>
        {row ? (
          <div className="flex flex-wrap items-end gap-4">
            {children}
            {foot}
          </div>
        ) : (
          children
        )}
      </Refused>
      {error && (
        <div id={says}>
          <ErrorPanel error={error} />
        </div>
      )}
      {!row && (
        <div
          className={`flex flex-wrap items-center gap-2 ${sticks ? "panel sticky bottom-11 z-10 border-edge bg-raised p-3" : ""}`}
        >
          {foot}
        </div>
      )}
    </form>
  );
};
