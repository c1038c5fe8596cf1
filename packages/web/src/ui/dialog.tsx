import { type ReactNode, useEffect, useId, useState } from "react";
import { say } from "./texts.ts";

/**
 * A dialog over the page, drawn only while it is open: it takes the focus, and Escape or what its content is given closes it. Everything
 * that asks something is one of these.
 */
export const Dialog = ({
  title,
  width = "36rem",
  className = "overflow-y-auto",
  onClose,
  children,
}: {
  title: string;
  /** Most, in CSS. */
  width?: string;
  className?: string;
  onClose: () => void;
  children: (close: () => void) => ReactNode;
}) => {
  const [dialog, setDialog] = useState<HTMLDialogElement | null>(null);
  const heading = useId();
  useEffect(() => dialog?.showModal(), [dialog]);
  return (
    <dialog
      ref={setDialog}
      aria-labelledby={heading}
      onClose={onClose}
      style={{ width: `min(${width}, calc(100vw - 2rem))` }}
      className={`panel m-auto max-h-[calc(100dvh-2rem)] p-4 text-left text-base font-normal whitespace-normal text-text backdrop:bg-page/80 ${className}`}
    >
      <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
        <h2 id={heading} className="font-semibold wrap-anywhere">
          {title}
        </h2>
        {children(() => dialog?.close())}
      </div>
    </dialog>
  );
};

/** The answer that changes nothing has the focus as the dialog opens. */
const takesFocus = (button: HTMLButtonElement | null): void => button?.setAttribute("autofocus", "");

/** Asks whether something is removed: what that does stands above the two answers, of which the first acts. */
export const Removal = ({
  title,
  verb,
  mayAct,
  onAct,
  onClose,
  keep = say("Keep it"),
  children,
}: {
  title: string;
  verb: string;
  mayAct: boolean;
  onAct: (close: () => void) => void;
  onClose: () => void;
  keep?: string;
  children: ReactNode;
}) => (
  <Dialog title={title} width="32rem" onClose={onClose}>
    {(close) => (
      <>
        <div className="grid content-start gap-2" aria-live="polite">
          {children}
        </div>
        <div className="mt-1 flex flex-wrap gap-2">
          <button type="button" className="button border-bad text-bad" disabled={!mayAct} onClick={() => onAct(close)}>
            {verb}
          </button>
          <button type="button" className="button" ref={takesFocus} onClick={close}>
            {keep}
          </button>
        </div>
      </>
    )}
  </Dialog>
);
