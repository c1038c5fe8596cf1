import {
  MAIL_KINDS,
  MAIL_LANGUAGES,
  MAIL_SUBJECT_MAX,
  MAIL_WORDS_MAX,
  type MailKind,
  type MailLanguage,
  type MailText,
  placeholdersOf,
} from "@zerotrace/core/mail/mail";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { call, contract } from "../../api.ts";
import { Time } from "../../ui/marks.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Block, ErrorPanel } from "../../ui/states.tsx";
import { language as pageLanguage, LANGUAGES, say } from "../../ui/texts.ts";
import { Preview } from "./mail-preview.tsx";
import { KIND_WORDS, mailQueries, type MailTextRow } from "./queries.ts";

const PARTS = ["subject", "opening", "closing"] as const;
const PART_WORDS: Readonly<Record<(typeof PARTS)[number], string>> = {
  subject: say("subject"),
  opening: say("words before what it tells"),
  closing: say("words after it"),
};

/** Sends the stored words to oneself. */
const Test = ({ kind, language, isChanged }: { kind: MailKind; language: MailLanguage; isChanged: boolean }) => {
  const client = useQueryClient();
  const test = useMutation({
    mutationFn: () => call(contract.mail.testMail, { body: { kind, language } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["mail"], exact: true }),
  });
  return (
    <>
      <button type="button" className="button" disabled={test.isPending || isChanged} onClick={() => test.mutate()}>
        {say("Send me a test mail")}
      </button>
      {test.data && (
        <output className="text-sm text-dim">
          {say("On its way to {to}: see the newest mails", { to: test.data.to })}
        </output>
      )}
      {test.error && <ErrorPanel error={test.error} />}
    </>
  );
};

const Part = (props: {
  part: (typeof PARTS)[number];
  kind: MailKind;
  value: string;
  onChange: (value: string) => void;
}) => {
  const { part, kind, value, onChange } = props;
  const id = useId();
  return (
    <div className="grid gap-1 text-sm">
      <label htmlFor={id} className="text-dim">
        {PART_WORDS[part]}
      </label>
      {part === "subject" ? (
        <input
          id={id}
          className="field w-full"
          required
          maxLength={MAIL_SUBJECT_MAX}
          value={value}
          onChange={(e) => onChange(e.target.value)}
        />
      ) : (
        <textarea
          id={id}
          className="field h-auto w-full py-2"
          rows={4}
          maxLength={MAIL_WORDS_MAX}
          value={value}
          onChange={(e) => onChange(e.target.value)}
        />
      )}
      <p className="mono text-xs text-dim">
        {placeholdersOf(kind, part)
          .map((name) => `{${name}}`)
          .join(" ")}
      </p>
    </div>
  );
};

const Editor = ({ row, isOn }: { row: MailTextRow; isOn: boolean }) => {
  const client = useQueryClient();
  const { kind, language } = row;
  const [draft, setDraft] = useState<Partial<MailText>>({});
  const text: MailText = { subject: row.subject, opening: row.opening, closing: row.closing, ...draft };
  const done = () => {
    setDraft({});
    return client.invalidateQueries({ queryKey: ["mail", "texts"] });
  };
  const save = useMutation({
    mutationFn: () => call(contract.mail.putMailText, { params: { kind, language }, body: text }),
    onSuccess: done,
  });
  const reset = useMutation({
    mutationFn: () => call(contract.mail.deleteMailText, { params: { kind, language } }),
    onSuccess: done,
  });
  const isChanged = PARTS.some((part) => text[part] !== row[part]);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6 wide:grid-cols-2">
      <form
        className="grid content-start gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          save.mutate();
        }}
      >
        {PARTS.map((part) => (
          <Part
            key={part}
            part={part}
            kind={kind}
            value={text[part]}
            onChange={(value) => setDraft({ ...draft, [part]: value })}
          />
        ))}
        {row.isOwn && row.changedAt !== null && (
          <p className="text-xs text-dim">
            {say("Your own words, by {changedBy}", { changedBy: row.changedBy })} <Time at={row.changedAt} />
          </p>
        )}
        {save.error && <ErrorPanel error={save.error} />}
        {reset.error && <ErrorPanel error={reset.error} />}
        <div className="flex flex-wrap items-center gap-4">
          <button type="submit" className="button button-primary" disabled={save.isPending || !isChanged}>
            {say("Save")}
          </button>
          {isChanged && (
            <button type="button" className="act" onClick={() => setDraft({})}>
              {say("Discard the change")}
            </button>
          )}
          {row.isOwn && !isChanged && (
            <button type="button" className="act" disabled={reset.isPending} onClick={() => reset.mutate()}>
              {say("Back to the usual words")}
            </button>
          )}
          {isOn && <Test kind={kind} language={language} isChanged={isChanged} />}
          {save.isSuccess && !isChanged && <output className="text-sm text-dim">{say("Saved")}</output>}
        </div>
      </form>
      <Preview kind={kind} language={language} text={text} />
    </div>
  );
};

const ownMark = (rows: readonly MailTextRow[], kind: MailKind, language: MailLanguage): string =>
  rows.some((row) => row.kind === kind && row.language === language && row.isOwn) ? " *" : "";

/** A company's own words for each kind of mail, with a preview. */
export const MailWords = ({ isOn }: { isOn: boolean }) => {
  const texts = useQuery(mailQueries.texts());
  const [kind, setKind] = useState<MailKind>("invitation");
  const [language, setLanguage] = useState<MailLanguage>(pageLanguage);
  const row = texts.data?.rows.find((one) => one.kind === kind && one.language === language);
  const rows = texts.data?.rows ?? [];
  return (
    <Panel title={say("What mails say")} aside={say("names in braces stand for values; * your own words")}>
      <div className="mb-4 flex flex-wrap gap-4">
        <label className="grid max-w-full grid-cols-[minmax(0,1fr)] gap-1 text-sm">
          <span className="text-dim">{say("kind")}</span>
          <select className="field w-full min-w-0" value={kind} onChange={(e) => setKind(e.target.value as MailKind)}>
            {MAIL_KINDS.map((one) => (
              <option key={one} value={one}>{`${KIND_WORDS[one]}${ownMark(rows, one, language)}`}</option>
            ))}
          </select>
        </label>
        <label className="grid gap-1 text-sm">
          <span className="text-dim">{say("language")}</span>
          <select className="field" value={language} onChange={(e) => setLanguage(e.target.value as MailLanguage)}>
            {MAIL_LANGUAGES.map((one) => (
              <option key={one} value={one}>{`${LANGUAGES[one]}${ownMark(rows, kind, one)}`}</option>
            ))}
          </select>
        </label>
      </div>
      {texts.error ? (
        <ErrorPanel error={texts.error} retry={() => void texts.refetch()} />
      ) : row === undefined ? (
        <Block className="h-64" />
      ) : (
        <Editor key={`${kind}/${language}`} row={row} isOn={isOn} />
      )}
    </Panel>
  );
};
