import { useEffect, useRef } from "react";
import { say } from "./texts.ts";

const KEYS: readonly (readonly [string, string])[] = [
  ["/", say("to the prompt")],
  ["Ctrl K", say("commands: any page, view, asset, package, advisory")],
  ["j  k", say("next and previous row")],
  ["e  Enter", say("open the row")],
  ["x", say("select the row")],
  ["g o", say("overview")],
  ["g f", say("findings")],
  ["g a", say("assets")],
  ["g c", say("components")],
  ["g v", say("advisories")],
  ["t", say("next theme")],
  ["?", say("this help")],
  ["Esc", say("close, or leave the prompt")],
];

const PROMPTS: readonly (readonly [string, string])[] = [
  ["severity:critical,high", say("one or more of critical, high, medium, low, none, unknown")],
  ["kev:true", say("known to be exploited")],
  ["fix:yes", say("a fixed version exists")],
  ["ssvc>=attend", say("what CISA's tree decides: track, track*, attend, act")],
  ["exposure:internet", say("on an asset that is rated so; criticality: too")],
  ["status:fixed", say("open unless said; open, fixed, accepted, not_affected, all")],
  ["ecosystem:Debian:12", say("one ecosystem")],
  ["package:openssl", say("exact source or package name")],
  ["advisory:CVE-2024-3094", say("any of its names")],
  ["openssl", say("part of a package, advisory or alias")],
];

const Rows = ({ rows }: { rows: readonly (readonly [string, string])[] }) => (
  <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
    {rows.map(([key, says]) => (
      <div key={key} className="contents">
        <dt className="mono text-accent">{key}</dt>
        <dd className="text-dim">{says}</dd>
      </div>
    ))}
  </dl>
);

/** Keys and the prompt's words, over the page. */
export const Help = ({ open, onClose }: { open: boolean; onClose: () => void }) => {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      onClose={onClose}
      aria-label={say("Help")}
      className="panel m-auto max-h-[90dvh] w-[min(720px,calc(100vw-24px))] p-5 text-text backdrop:bg-black/60"
    >
      <div className="grid gap-6 sm:grid-cols-2">
        <section>
          <h2 className="mb-2 font-semibold">{say("Keys")}</h2>
          <Rows rows={KEYS} />
        </section>
        <section>
          <h2 className="mb-2 font-semibold">{say("The prompt")}</h2>
          <Rows rows={PROMPTS} />
        </section>
      </div>
      <button type="button" className="button mt-5" onClick={onClose}>
        {say("Close")}
      </button>
    </dialog>
  );
};
