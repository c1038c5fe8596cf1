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
import { useState } from "react";
import { call, contract } from "../../api.ts";
import { Choice, Field, TextField } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
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
  const hint = (
    <span className="mono text-xs">
      {placeholdersOf(kind, part)
        .map((name) => `{${name}}`)
        .join(" ")}
    </span>
  );
  const both = { label: PART_WORDS[part], hint, name: part, value, onChange };
  return part === "subject" ? (
    <Field {...both} required maxLength={MAIL_SUBJECT_MAX} />
  ) : (
    <TextField {...both} rows={4} maxLength={MAIL_WORDS_MAX} />
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
      <Form
        className="content-start"
        of={{ error: save.error ?? reset.error, isPending: save.isPending }}
        onSend={() => save.mutate()}
        verb={say("Save")}
        isOff={!isChanged}
        more={
          <>
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
          </>
        }
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
      </Form>
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
        <Choice
          label={say("kind")}
          value={kind}
          options={MAIL_KINDS.map((one) => [one, `${KIND_WORDS[one]}${ownMark(rows, one, language)}`])}
          onChange={setKind}
        />
        <Choice
          label={say("language")}
          value={language}
          options={MAIL_LANGUAGES.map((one) => [one, `${LANGUAGES[one]}${ownMark(rows, kind, one)}`])}
          onChange={setLanguage}
        />
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
