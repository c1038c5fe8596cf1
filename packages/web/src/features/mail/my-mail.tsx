import { MAIL_LANGUAGES, type MailLanguage, OPTIONAL_MAIL_KINDS } from "@zerotrace/core/mail/mail";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { call, contract } from "../../api.ts";
import { Check, Choice } from "../../ui/field.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Block, ErrorPanel } from "../../ui/states.tsx";
import { LANGUAGES, say } from "../../ui/texts.ts";
import { KIND_WORDS, mailQueries, type MyMail } from "./queries.ts";

/** Where mails lead who want fewer of them. */
const HASH = "#mail";

const Choices = ({ mine }: { mine: MyMail }) => {
  const client = useQueryClient();
  const put = useMutation({
    mutationFn: (body: { language?: MailLanguage | null; off?: MyMail["off"] }) =>
      call(contract.mail.putMyMail, { body }),
    onSuccess: (answer) => client.setQueryData(mailQueries.mine().queryKey, answer),
  });
  return (
    <div className="grid gap-4">
      {!mine.isOn && <p className="text-dim">{say("No mail server is set: no mails are sent now.")}</p>}
      <fieldset className="grid gap-2" disabled={put.isPending}>
        <legend className="mb-2 text-sm text-dim">{say("sent to {email}", { email: mine.email })}</legend>
        {OPTIONAL_MAIL_KINDS.map((kind) => (
          <Check
            key={kind}
            checked={!mine.off.includes(kind)}
            onChange={(isOn) =>
              put.mutate({ off: isOn ? mine.off.filter((one) => one !== kind) : [...mine.off, kind] })
            }
          >
            {KIND_WORDS[kind]}
          </Check>
        ))}
      </fieldset>
      <Choice
        label={say("language of mails")}
        frame="max-w-60"
        value={mine.language ?? ""}
        options={[
          ["", say("as the company: {language}", { language: LANGUAGES[mine.companyLanguage] })],
          ...MAIL_LANGUAGES.map((one) => [one, LANGUAGES[one]] as const),
        ]}
        onChange={(one) => put.mutate({ language: one || null })}
      />
      {put.error && <ErrorPanel error={put.error} />}
    </div>
  );
};

/** Which mails of this company one gets, and in which language. */
export const MyMailPanel = () => {
  const mine = useQuery(mailQueries.mine());
  const place = useRef<HTMLDivElement>(null);
  const isThere = mine.data !== undefined;
  useEffect(() => {
    if (isThere && location.hash === HASH) place.current?.scrollIntoView();
  }, [isThere]);
  return (
    <div id={HASH.slice(1)} ref={place} className="min-w-0">
      <Panel title={say("Mails")} aside={say("of this company")}>
        {mine.data ? (
          <Choices mine={mine.data} />
        ) : mine.error ? (
          <ErrorPanel error={mine.error} />
        ) : (
          <Block className="h-24" />
        )}
      </Panel>
    </div>
  );
};
