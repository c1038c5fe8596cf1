import { MAIL_LANGUAGES, type MailLanguage } from "@zerotrace/core/mail/mail";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call, contract } from "../../api.ts";
import { Choice } from "../../ui/field.tsx";
import { plural } from "../../ui/format.ts";
import { Time } from "../../ui/marks.tsx";
import { Facts, Panel } from "../../ui/panel.tsx";
import { Block, ErrorPanel, Notice } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { LANGUAGES, say } from "../../ui/texts.ts";
import { MailWords } from "./mail-words.tsx";
import { KIND_WORDS, mailQueries, type MailRow, type MailState } from "./queries.ts";

const CompanyLanguage = ({ state }: { state: MailState }) => {
  const client = useQueryClient();
  const put = useMutation({
    mutationFn: (language: MailLanguage) => call(contract.mail.putMail, { body: { language } }),
    onSuccess: (answer) => client.setQueryData(mailQueries.state().queryKey, answer),
  });
  return (
    <div className="grid justify-items-start gap-1">
      <Choice
        label={say("language of who chose none")}
        value={state.language}
        options={MAIL_LANGUAGES.map((one) => [one, LANGUAGES[one]])}
        disabled={put.isPending}
        onChange={(one) => put.mutate(one)}
      />
      {put.error && <ErrorPanel error={put.error} />}
    </div>
  );
};

const Result = ({ mail: m }: { mail: MailRow }) => {
  if (m.error !== null) {
    return (
      <span className={m.state === "failed" ? "text-bad" : "text-warn"} title={m.error}>
        {m.error}
      </span>
    );
  }
  return <span>{m.state === "sent" ? say("sent") : say("waits")}</span>;
};

const COLUMNS: readonly Column<MailRow>[] = [
  { head: "Mail", width: "240px", className: "full", cell: (m) => KIND_WORDS[m.kind] },
  { head: "To", width: "220px", label: say("goes to"), cell: (m) => <span title={m.to ?? ""}>{m.to ?? ""}</span> },
  { head: "Made", width: "110px", label: say("made"), cell: (m) => <Time at={m.createdAt} /> },
  { head: "Result", cell: (m) => <Result mail={m} /> },
];

const Fares = ({ state }: { state: MailState }) => (
  <div className="grid gap-4 p-4">
    {!state.isOn && (
      <Notice>
        {say(
          "No mail server is set: ZeroTrace sends no mail, and whoever makes a link hands it over. The operator of the server sets mailUrl and mailFrom.",
        )}
      </Notice>
    )}
    {state.failingSince !== null && (
      <Notice>
        {say("The mail server takes nothing: {error}. What waits is tried again.", { error: state.lastError })}
      </Notice>
    )}
    {(state.from !== null || state.isOn) && (
      <Facts
        rows={[
          ...(state.from === null ? [] : ([[say("sent from"), state.from]] as const)),
          ...(state.isOn
            ? ([
                [
                  say("in the last hour"),
                  say("{sent} of at most {most}", { sent: state.sentLastHour, most: state.hourMax }),
                ],
                [say("waiting"), plural(state.waitingCount, "mail")],
                [say("given up"), plural(state.failedCount, "mail")],
                [say("last sent"), state.sentAt === null ? say("never") : <Time key="sent" at={state.sentAt} />],
              ] as const)
            : []),
        ]}
      />
    )}
    <CompanyLanguage state={state} />
  </div>
);

/** Whether mail is sent and how it fares, and the company's own words. */
export const MailSettings = () => {
  const state = useQuery(mailQueries.state());
  return (
    <>
      <Panel title={say("Mail")} flush>
        {state.data ? (
          <>
            <Fares state={state.data} />
            {state.data.rows.length > 0 && (
              <Table
                label={say("The newest mails")}
                columns={COLUMNS}
                rows={state.data.rows}
                keyOf={(m) => m.id}
                cardHeight={104}
              />
            )}
          </>
        ) : state.error ? (
          <ErrorPanel error={state.error} retry={() => void state.refetch()} />
        ) : (
          <Block className="h-24" />
        )}
      </Panel>
      <MailWords isOn={state.data?.isOn ?? false} />
    </>
  );
};
