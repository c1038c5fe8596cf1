import { AppError } from "@zerotrace/core";
import {
  MAIL_KINDS,
  MAIL_LANGUAGES,
  type MailKind,
  type MailText,
  unknownPlaceholder,
} from "@zerotrace/core/mail/mail";
import type { Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { wholeCompany } from "../settings/index.ts";
import { choiceRoutes, memberWho } from "./choices.ts";
import { sampleOf } from "./compose.ts";
import { routes } from "./contract.ts";
import { mailCounts, type MailRecord, newestMails, orderMail, sentLately } from "./outbox-sql.ts";
import { letterOf, partsOf } from "./render.ts";
import { HOUR_MAX, orderSending } from "./send.ts";
import type { MailServer } from "./server.ts";
import { companyMail, ownText, ownTexts, putLanguage, putText, removeText, type TextRecord } from "./sql.ts";
import { WORDS } from "./words.ts";

export { expireMails } from "./outbox-sql.ts";
export { mailLinkOf } from "./post.ts";
export { requestMails, resealMails, type SendDeps, sendMails } from "./send.ts";
export { createSender, type MailConfig, MailRefused, type MailServer, mailServerOf, type Sender } from "./server.ts";

export interface MailDeps {
  /** Null: no mail server is set. */
  readonly server: Pick<MailServer, "from" | "publicUrl"> | null;
  /** Where links lead where no mail server is set. */
  readonly publicUrl: () => string;
}

/** Newest mails that are shown (count). */
const SHOWN_MAX = 20;

const timeOf = (at: Date | null | undefined): string | null => at?.toISOString() ?? null;

const shownMail = (m: MailRecord & { readonly email: string | null }) => ({
  id: m.id,
  kind: m.kind,
  to: m.email,
  state: m.state,
  createdAt: m.createdAt.toISOString(),
  attempts: m.attempts,
  triedAt: timeOf(m.triedAt),
  nextTryAt: m.state === "waiting" ? m.nextTryAt.toISOString() : null,
  error: m.error,
});

const stateOf = async (tx: Tx, companyId: number, { server }: MailDeps) => {
  const mail = await companyMail(tx, companyId);
  const { waiting, failed } = await mailCounts(tx, companyId);
  return {
    isOn: server !== null,
    from: server?.from ?? null,
    language: mail?.language ?? ("en" as const),
    waitingCount: waiting,
    failedCount: failed,
    failingSince: timeOf(mail?.failingSince),
    lastError: mail?.lastError ?? null,
    lastErrorAt: timeOf(mail?.lastErrorAt),
    sentAt: timeOf(mail?.sentAt),
    sentLastHour: await sentLately(tx, companyId),
    hourMax: HOUR_MAX,
    rows: (await newestMails(tx, companyId, SHOWN_MAX)).map(shownMail),
  };
};

const PARTS = ["subject", "opening", "closing"] as const;

/** Throws BAD_REQUEST naming the first name in braces that has no value. */
const mustBeKnown = (kind: MailKind, text: MailText): void => {
  for (const field of PARTS) {
    const unknown = unknownPlaceholder(text[field], kind, field);
    if (unknown === null) continue;
    throw new AppError("BAD_REQUEST", `There is no value for {${unknown}} here: correct its name or take it out.`, {
      field,
    });
  }
};

const toTextRow = (kind: MailKind, language: TextRecord["language"], own: TextRecord | undefined | null) => {
  const { subject, opening, closing } = own ?? WORDS[language].texts[kind];
  const changed = { changedAt: timeOf(own?.changedAt), changedBy: own?.changedBy ?? null };
  return { kind, language, subject, opening, closing, isOwn: (own ?? null) !== null, ...changed };
};

const toldText = ({ subject, opening, closing }: MailText): MailText => ({ subject, opening, closing });

const putMail = (deps: MailDeps): Endpoint =>
  implement(routes.putMail, {
    audit: "mail.change",
    run: async (context, { body: { language } }) => {
      const { companyId, labels } = context.identity;
      wholeCompany(labels);
      const before = (await companyMail(context.tx, companyId))?.language ?? "en";
      await putLanguage(context.tx, companyId, language);
      context.note("mail", {}, { before: { language: before }, after: { language } });
      return stateOf(context.tx, companyId, deps);
    },
  });

const putMailText: Endpoint = implement(routes.putMailText, {
  audit: "mail_text.change",
  run: async (context, { params, body }) => {
    const { tx, identity } = context;
    const { companyId, subject: changedBy, labels } = identity;
    wholeCompany(labels);
    mustBeKnown(params.kind, body);
    const before = (await ownText(tx, companyId, params)) ?? WORDS[params.language].texts[params.kind];
    await putText(tx, companyId, { ...params, ...body, changedBy });
    const change = { before: toldText(before), after: toldText(body) };
    context.note(`${params.kind}/${params.language}`, {}, change);
    return toTextRow(params.kind, params.language, await ownText(tx, companyId, params));
  },
});

const deleteMailText: Endpoint = implement(routes.deleteMailText, {
  audit: "mail_text.reset",
  run: async (context, { params }) => {
    const { tx, identity } = context;
    wholeCompany(identity.labels);
    const before = await ownText(tx, identity.companyId, params);
    await removeText(tx, identity.companyId, params);
    const after = WORDS[params.language].texts[params.kind];
    const change = { before: toldText(before ?? after), after: toldText(after) };
    context.note(`${params.kind}/${params.language}`, {}, change);
    return {};
  },
});

const previewMail = (deps: MailDeps): Endpoint =>
  implement(routes.previewMail, {
    // it reads, and what is asked for is not kept
    audit: "none",
    run: async ({ tx, identity: { companyId } }, { body: { kind, language, text } }) => {
      if (text !== undefined) mustBeKnown(kind, text);
      const publicUrl = deps.server?.publicUrl ?? deps.publicUrl().replace(/\/+$/, "");
      const asked = { kind, language, publicUrl, ...(text === undefined ? {} : { words: text }) };
      const content = await sampleOf(tx, companyId, asked);
      const letter = letterOf(content);
      const { fromName, subject, lines, action, ...parts } = partsOf(content);
      const shownLines = lines.map(({ title, detail }) => ({ title, detail }));
      const shown = { ...parts, lines: shownLines, action: action.label };
      return { fromName, subject, text: letter.text, html: letter.html, parts: shown };
    },
  });

const testMail = (deps: MailDeps): Endpoint =>
  implement(routes.testMail, {
    audit: "mail.test",
    run: async (context, { body }) => {
      const { tx, identity } = context;
      const { companyId } = identity;
      if (deps.server === null) throw new AppError("CONFLICT", "No mail server is set: the operator sets mailUrl.");
      const { personId, email: to } = await memberWho(tx, identity);
      const id = await orderMail(tx, companyId, { kind: "test", personId, about: [body] });
      if (id === null) throw new AppError("CONFLICT", "Too many mails wait already: see why they are not sent.");
      await orderSending(tx, companyId);
      context.note(id, { ...body });
      return { id, to };
    },
  });

/** The routes of mails, of a company's own words and of what people want to get. */
export const mailRoutes = (deps: MailDeps): Endpoint[] => [
  implement(routes.getMail, {
    audit: "none",
    run: async ({ tx, identity: { companyId, labels } }) => {
      wholeCompany(labels);
      return stateOf(tx, companyId, deps);
    },
  }),
  putMail(deps),
  implement(routes.listMailTexts, {
    audit: "none",
    run: async ({ tx, identity: { companyId } }) => {
      const own = await ownTexts(tx, companyId);
      const ownOf = (kind: string, language: string) => own.find((t) => t.kind === kind && t.language === language);
      const rows = MAIL_KINDS.flatMap((kind) =>
        MAIL_LANGUAGES.map((language) => toTextRow(kind, language, ownOf(kind, language))),
      );
      return { rows };
    },
  }),
  putMailText,
  deleteMailText,
  previewMail(deps),
  testMail(deps),
  ...choiceRoutes(deps),
];
