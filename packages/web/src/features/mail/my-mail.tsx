import { MAIL_LANGUAGES, type MailLanguage, OPTIONAL_MAIL_KINDS } from "@zerotrace/core/mail/mail";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { call, contract } from "../../api.ts";
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
          <label key={kind} className="flex items-center gap-2 text-sm">
            <input
              type="checkbox"
              className="accent-accent"
              checked={!mine.off.includes(kind)}
              onChange={(e) =>
                put.mutate({ off: e.target.checked ? mine.off.filter((one) => one !== kind) : [...mine.off, kind] })
              }
            />
            {KIND_WORDS[kind]}
          </label>
        ))}
      </fieldset>
      <label className="grid max-w-60 gap-1 text-sm">
        <span className="text-dim">{say("language of mails")}</span>
        <select
          className="field w-full"
          value={mine.language ?? ""}
          onChange={(e) => put.mutate({ language: e.target.value === "" ? null : (e.target.value as MailLanguage) })}
        >
          <option value="">{say("as the company: {language}", { language: LANGUAGES[mine.companyLanguage] })}</option>
          {MAIL_LANGUAGES.map((one) => (
            <option key={one} value={one}>
              {LANGUAGES[one]}
            </option>
          ))}
        </select>
      </label>
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
