import { useCopy } from "../../ui/clipboard.ts";
import { say } from "../../ui/texts.ts";

const download = (codes: readonly string[]): void => {
  const text = `${say("Recovery codes of {host}, each good once\n\n{codes}", { host: window.location.host, codes: codes.join("\n") })}
`;
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = "zerotrace-recovery-codes.txt";
  link.click();
  URL.revokeObjectURL(url);
};

/** Recovery codes, shown this once. */
export const RecoveryCodes = ({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) => {
  const [copied, copy] = useCopy(codes.join("\n"));
  return (
    <section aria-label={say("Recovery codes")} className="grid justify-items-start gap-3">
      <p>
        <strong>{say("Keep these recovery codes.")}</strong>{" "}
        {say(
          "Each signs you in once where your authenticator app or passkey is not at hand. They are not shown again.",
        )}
      </p>
      <ul className="mono grid gap-x-8 gap-y-1 border border-line bg-page px-4 py-3 sm:grid-cols-2">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-3">
        <button type="button" className="button" onClick={copy}>
          {copied ? say("Copied") : say("Copy")}
        </button>
        <button type="button" className="button" onClick={() => download(codes)}>
          {say("Download")}
        </button>
        <button type="button" className="button button-primary" onClick={onKept}>
          {say("I have kept them")}
        </button>
      </div>
    </section>
  );
};
