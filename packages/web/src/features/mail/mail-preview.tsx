import type { MailKind, MailLanguage, MailText } from "@zerotrace/core/mail/mail";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useBrand } from "../../ui/brand.ts";
import { Block, ErrorPanel } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";
import { mailQueries, type MailPreview } from "./queries.ts";

/** A pause in typing after which the preview follows. */
const PAUSE_MS = 400;

/** As mails are: no theme reaches them. */
const PAPER = { background: "#ffffff", color: "#14201b" };

/** A value once it has not changed for a moment. */
const useSettled = <T,>(value: T): T => {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
};

const Words = ({ text }: { text: string }) =>
  text === "" ? null : <p className="wrap-anywhere whitespace-pre-line">{text}</p>;

/** A mail as mail programs show it: on white, whatever the theme. */
const Sheet = ({ preview: { fromName, subject, parts }, logo }: { preview: MailPreview; logo: string | null }) => (
  <div style={PAPER} className="grid gap-4 rounded border border-line p-4 text-sm">
    <p className="font-semibold wrap-anywhere">{subject}</p>
    {logo === null ? (
      <strong style={{ color: parts.accent }}>{fromName}</strong>
    ) : (
      <img src={logo} alt={fromName} className="h-8 max-w-40 object-contain object-left" />
    )}
    <Words text={parts.opening} />
    {parts.lines.length > 0 && (
      <ul className="grid list-disc gap-1 pl-5">
        {parts.lines.map((line) => (
          <li key={line.title} className="wrap-anywhere">
            <strong>{line.title}</strong>
            <br />
            {line.detail}
          </li>
        ))}
      </ul>
    )}
    {parts.more !== null && <p>{parts.more}</p>}
    <p>
      <span className="inline-block rounded px-4 py-2" style={{ background: parts.accent, color: parts.onAccent }}>
        {parts.action}
      </span>
    </p>
    <Words text={parts.closing} />
    {parts.footer !== null && <p className="text-xs wrap-anywhere">{parts.footer}</p>}
  </div>
);

/** What a mail looks like with made-up facts, in words that may not be stored yet. */
export const Preview = (props: { kind: MailKind; language: MailLanguage; text: MailText }) => {
  const { kind, language } = props;
  const [isText, setText] = useState(false);
  const settled = useSettled(props.text);
  const { logo } = useBrand();
  const preview = useQuery(mailQueries.preview(kind, language, settled));
  return (
    <section aria-label={say("Preview")} className="grid min-w-0 content-start gap-2">
      <div className="flex items-center gap-4 text-sm text-dim">
        <span>{say("Preview with made-up facts")}</span>
        <button type="button" className="act ml-auto" onClick={() => setText(!isText)}>
          {isText ? say("As it looks") : say("As text")}
        </button>
      </div>
      {preview.error ? (
        <ErrorPanel error={preview.error} />
      ) : preview.data === undefined ? (
        <Block className="h-64" />
      ) : isText ? (
        <pre className="mono rounded border border-line p-4 text-xs wrap-anywhere whitespace-pre-wrap">
          {preview.data.text}
        </pre>
      ) : (
        <Sheet preview={preview.data} logo={logo} />
      )}
    </section>
  );
};
