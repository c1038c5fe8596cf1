import {
  MAIL_KINDS,
  MAIL_LANGUAGES,
  MAIL_SUBJECT_MAX,
  MAIL_WORDS_MAX,
  mailText,
  OPTIONAL_MAIL_KINDS,
} from "@zerotrace/core/mail/mail";
import { route } from "@zerotrace/core/schema";
import { z } from "zod";

const kind = z.enum(MAIL_KINDS);
const language = z.enum(MAIL_LANGUAGES);
const which = z.object({ kind, language });

const textRow = z.object({
  kind,
  language,
  subject: z.string().max(MAIL_SUBJECT_MAX),
  opening: z.string().max(MAIL_WORDS_MAX),
  closing: z.string().max(MAIL_WORDS_MAX),
  /** The company's own words; else ours. */
  isOwn: z.boolean(),
  changedAt: z.string().nullable(),
  changedBy: z.string().nullable(),
});

const mailRow = z.object({
  id: z.uuid(),
  kind: z.enum([...MAIL_KINDS, "test"]),
  /** Whom it goes to; null: whoever may approve, or somebody who is gone. */
  to: z.string().nullable(),
  state: z.enum(["waiting", "sent", "failed"]),
  createdAt: z.string(),
  attempts: z.number().int(),
  triedAt: z.string().nullable(),
  nextTryAt: z.string().nullable(),
  error: z.string().nullable(),
});

const state = z.object({
  /** Whether a mail server is set; without one nothing is sent, and links are handed over by people. */
  isOn: z.boolean(),
  /** The address that mails come from. */
  from: z.string().nullable(),
  /** Of people who chose none. */
  language,
  waitingCount: z.number().int(),
  failedCount: z.number().int(),
  failingSince: z.string().nullable(),
  lastError: z.string().nullable(),
  lastErrorAt: z.string().nullable(),
  sentAt: z.string().nullable(),
  /** Mails of the last hour, and how many there may be. */
  sentLastHour: z.number().int(),
  hourMax: z.number().int(),
  /** The newest mails. */
  rows: z.array(mailRow),
});

const choices = z.object({
  isOn: z.boolean(),
  email: z.string(),
  /** Null: the company's. */
  language: language.nullable(),
  companyLanguage: language,
  /** Kinds that are not wanted. */
  off: z.array(z.enum(OPTIONAL_MAIL_KINDS)),
});

export const getMail = route({
  method: "GET",
  path: "/api/v1/mail",
  summary: "Whether mail is sent, how it fares and the newest mails, without what they say",
  permission: "config:modify",
  answer: state,
});

export const putMail = route({
  method: "PUT",
  path: "/api/v1/mail",
  summary: "Choose the language of mails to people who chose none",
  permission: "config:modify",
  body: z.object({ language }),
  answer: state,
});

export const listMailTexts = route({
  method: "GET",
  path: "/api/v1/mail/texts",
  summary: "The words of every kind of mail in every language: the company's own, else the usual ones",
  permission: "config:modify",
  answer: z.object({ rows: z.array(textRow) }),
});

export const putMailText = route({
  method: "PUT",
  path: "/api/v1/mail/texts/:kind/:language",
  summary: "Say it in the company's own words; names in braces such as {person} stand for values",
  permission: "config:modify",
  params: which,
  body: mailText,
  answer: textRow,
});

export const deleteMailText = route({
  method: "DELETE",
  path: "/api/v1/mail/texts/:kind/:language",
  summary: "Go back to the usual words",
  permission: "config:modify",
  params: which,
});

export const previewMail = route({
  method: "POST",
  path: "/api/v1/mail/preview",
  summary: "A mail with made-up facts, in words that need not be stored; nothing is sent",
  permission: "config:modify",
  body: which.extend({ text: mailText.optional().describe("Else the words in force") }),
  answer: z.object({
    fromName: z.string(),
    subject: z.string(),
    /** As it is sent. */
    text: z.string(),
    html: z.string(),
    /** The same in its parts, as a page shows it. */
    parts: z.object({
      opening: z.string(),
      lines: z.array(z.object({ title: z.string(), detail: z.string() })),
      more: z.string().nullable(),
      action: z.string(),
      closing: z.string(),
      footer: z.string().nullable(),
      accent: z.string(),
      onAccent: z.string(),
    }),
  }),
});

export const testMail = route({
  method: "POST",
  path: "/api/v1/mail/test",
  summary: "Send a mail with made-up facts to oneself; what became of it stands among the newest mails",
  permission: "config:modify",
  status: 202,
  body: which,
  answer: z.object({ id: z.uuid(), to: z.string() }),
});

export const getMyMail = route({
  method: "GET",
  path: "/api/v1/me/mail",
  summary: "Which mails of this company one gets, and in which language",
  permission: "signed-in",
  answer: choices,
});

export const putMyMail = route({
  method: "PUT",
  path: "/api/v1/me/mail",
  summary: "Choose which mails of this company one gets, and in which language",
  permission: "signed-in",
  body: z.object({
    language: language.nullable().optional(),
    off: z.array(z.enum(OPTIONAL_MAIL_KINDS)).max(OPTIONAL_MAIL_KINDS.length).optional(),
  }),
  answer: choices,
});

export const routes = {
  getMail,
  putMail,
  listMailTexts,
  putMailText,
  deleteMailText,
  previewMail,
  testMail,
  getMyMail,
  putMyMail,
};
