import type { MailKind, MailLanguage, MailText } from "@zerotrace/core/mail/mail";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Answer } from "@zerotrace/sdk";
import { call, contract } from "../../api.ts";
import { say } from "../../ui/texts.ts";

export type MailState = Answer<typeof contract.mail.getMail>;
export type MailRow = MailState["rows"][number];
export type MailTextRow = Answer<typeof contract.mail.listMailTexts>["rows"][number];
export type MailPreview = Answer<typeof contract.mail.previewMail>;
export type MyMail = Answer<typeof contract.mail.getMyMail>;

/** While mails wait, and while none do. */
const POLL_MS = { waiting: 3_000, idle: 30_000 };

/** What each kind is called. */
export const KIND_WORDS: Readonly<Record<MailKind | "test", string>> = {
  invitation: say("invitation"),
  password_reset: say("link for a new password"),
  password_forgotten: say("link for a forgotten password"),
  password_elsewhere: say("how to sign in without a password"),
  mention: say("mention in a comment"),
  fix_assigned: say("fix given to you"),
  fixes_due: say("your fixes that are due, once a day"),
  decision_waits: say("decision that waits for approval"),
  test: say("test"),
};

/** What the pages ask about mail. */
export const mailQueries = {
  state: () =>
    queryOptions({
      queryKey: ["mail"],
      queryFn: () => call(contract.mail.getMail),
      refetchInterval: (q) => ((q.state.data?.waitingCount ?? 0) > 0 ? POLL_MS.waiting : POLL_MS.idle),
    }),
  texts: () => queryOptions({ queryKey: ["mail", "texts"], queryFn: () => call(contract.mail.listMailTexts) }),
  preview: (kind: MailKind, language: MailLanguage, text: MailText) =>
    queryOptions({
      queryKey: ["mail", "preview", kind, language, text],
      queryFn: () => call(contract.mail.previewMail, { body: { kind, language, text } }),
      placeholderData: keepPreviousData,
      gcTime: 0,
    }),
  mine: () => queryOptions({ queryKey: ["my-mail"], queryFn: () => call(contract.mail.getMyMail) }),
};
