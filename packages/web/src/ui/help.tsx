import { useEffect, useRef } from "react";

const KEYS: readonly (readonly [string, string])[] = [
  ["/", "to the prompt"],
  ["Ctrl K", "commands: any page, view, asset, package, advisory"],
  ["j  k", "next and previous row"],
  ["e  Enter", "open the row"],
  ["x", "select the row"],
  ["g o", "overview"],
  ["g f", "findings"],
  ["g a", "assets"],
  ["g c", "components"],
  ["g v", "advisories"],
  ["t", "next theme"],
  ["?", "this help"],
  ["Esc", "close, or leave the prompt"],
];

const PROMPTS: readonly (readonly [string, string])[] = [
  ["severity:critical,high", "one or more of critical, high, medium, low, none, unknown"],
  ["kev:true", "known to be exploited"],
  ["fix:yes", "a fixed version exists"],
  ["status:fixed", "open unless said; open, fixed, accepted, not_affected, all"],
  ["ecosystem:Debian:12", "one ecosystem"],
  ["package:openssl", "exact source or package name"],
  ["advisory:CVE-2024-3094", "any of its names"],
  ["openssl", "part of a package, advisory or alias"],
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
      aria-label="Help"
      className="panel m-auto max-h-[90dvh] w-[min(720px,calc(100vw-24px))] p-5 text-text backdrop:bg-black/60"
    >
      <div className="grid gap-6 sm:grid-cols-2">
        <section>
          <h2 className="mb-2 font-semibold">Keys</h2>
          <Rows rows={KEYS} />
        </section>
        <section>
          <h2 className="mb-2 font-semibold">The prompt</h2>
          <Rows rows={PROMPTS} />
        </section>
      </div>
      <button type="button" className="button mt-5" onClick={onClose}>
        Close
      </button>
    </dialog>
  );
};
