import { Check, Copy as CopyIcon } from "lucide-react";
import { useCopy } from "./clipboard.ts";
import { decimal, exact, middle, relative } from "./format.ts";
import { useNow } from "./hooks.ts";
import { say } from "./texts.ts";

/** A moment, told against now; the exact one on hover and for readers of the markup. */
export const Time = ({ at, isDim = false }: { at: string | null; isDim?: boolean }) => {
  const now = useNow();
  if (!at) return <span className="text-dim">{say("never")}</span>;
  return (
    <time dateTime={at} title={exact(at)} className={isDim ? "whitespace-nowrap text-dim" : "whitespace-nowrap"}>
      {relative(at, now)}
    </time>
  );
};

/** Text that a click copies. `max` cuts it in the middle for the eye only. */
export const Copy = ({ text, max = 80, label }: { text: string; max?: number; label?: string }) => {
  const [copied, copy] = useCopy(text);
  return (
    <button
      type="button"
      onClick={copy}
      title={say("{text} (click to copy)", { text })}
      aria-label={say("Copy {label}", { label: label ?? text })}
      data-copied={copied ? "" : undefined}
      className="mono copies"
    >
      {middle(text, max)}
    </button>
  );
};

/** A command to run with a button that copies all of it: whole and wrapped, or cut where its line begins, as its end tells most. */
export const Command = ({ text, isCut = false }: { text: string; isCut?: boolean }) => (
  <Copyable text={text} isCommand isCut={isCut} />
);

/** An address to hand on, with a button that copies it. */
export const Address = ({ text }: { text: string }) => <Copyable text={text} isCommand={false} isCut={false} />;

const Copyable = ({ text, isCommand, isCut }: { text: string; isCommand: boolean; isCut: boolean }) => {
  const [copied, copy] = useCopy(text);
  return (
    <div className="flex items-stretch border border-line bg-page">
      <code
        title={isCut ? text : undefined}
        className={`flex min-w-0 flex-1 gap-2 px-2 py-1.5 leading-5 ${isCut ? "" : "wrap-anywhere"}`}
      >
        {isCommand && (
          <span className="shrink-0 text-accent select-none" aria-hidden="true">
            $
          </span>
        )}
        {isCut ? (
          <span className="min-w-0 truncate text-left [direction:rtl]">
            <bdi dir="ltr">{text}</bdi>
          </span>
        ) : (
          <span className="min-w-0">{text}</span>
        )}
      </code>
      <button
        type="button"
        onClick={copy}
        aria-label={copied ? say("Copied") : say(isCommand ? "Copy command: {text}" : "Copy address: {text}", { text })}
        className="flex w-9 shrink-0 items-center justify-center border-l border-line text-dim hover:text-accent"
      >
        {copied ? <Check className="size-4 text-accent" /> : <CopyIcon className="size-4" />}
      </button>
    </div>
  );
};

/** Risk 0..100 with its bar. */
export const Risk = ({ value }: { value: number }) => (
  <span className="mono inline-flex items-center gap-2" title={say("Risk {value} of 100", { value: decimal(value) })}>
    <span className="min-[1000px]:w-9 min-[1000px]:text-right">{decimal(value)}</span>
    <span
      className="part hidden w-10 text-text min-[1000px]:block"
      style={{ backgroundSize: `${Math.min(100, value)}% 100%` }}
      aria-hidden="true"
    />
  </span>
);

/** EPSS 0..1: a small bar and its number; what is not known is said. */
export const Epss = ({ value }: { value: number | null }) =>
  value === null ? (
    <span className="mono text-dim" title={say("No EPSS score from any source")}>
      –
    </span>
  ) : (
    <span
      className="mono inline-flex items-center gap-1.5"
      title={say("EPSS: {n} % chance of exploitation in 30 days", { n: decimal(value * 100, 2) })}
    >
      <span
        className="part w-6 text-dim"
        style={{ backgroundSize: `max(${value > 0 ? 1 : 0}px, ${value * 100}%) 100%` }}
        aria-hidden="true"
      />
      <span className="min-w-[5ch] text-right">{decimal(value * 100, value < 0.1 ? 1 : 0)} %</span>
    </span>
  );

/** A solid mark: known to be exploited. */
export const Kev = ({ at }: { at: string | null }) =>
  at === null ? null : (
    <span
      className="rounded-[2px] bg-text px-1 font-mono text-xs leading-4 font-bold text-page"
      title={say("Known to be exploited: in the KEV catalog since {at}", { at: exact(at).slice(0, 10) })}
    >
      {say("KEV")}
    </span>
  );

/** Online or not: a filled or a hollow dot and the word. */
export const Online = ({ online }: { online: boolean }) => (
  <span className="inline-flex items-center gap-1.5 text-sm">
    <span
      aria-hidden="true"
      className={`size-2 rounded-full border ${online ? "border-accent bg-accent" : "border-edge"}`}
    />
    {online ? say("online") : say("offline")}
  </span>
);
