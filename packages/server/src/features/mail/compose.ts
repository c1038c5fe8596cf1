import type { Brand } from "@zerotrace/core/brand/brand";
import {
  MAIL_KINDS,
  MAIL_LANGUAGES,
  OPTIONAL_MAIL_KINDS,
  type MailKind,
  type MailLanguage,
  type MailText,
  type OptionalMailKind,
} from "@zerotrace/core/mail/mail";
import { z } from "zod";
import type { CompanyKeys } from "../../platform/crypto/index.ts";
import type { Database, Tx } from "../../platform/db/index.ts";
import { brandOf } from "../settings/index.ts";
import { FACTS } from "./facts.ts";
import { readerOf } from "./facts-sql.ts";
import type { MailRecord } from "./outbox-sql.ts";
import { letterOf, type MailContent } from "./render.ts";
import { choiceOf, companyMail, companyNameOf, ownText } from "./sql.ts";
import type { Letter } from "./server.ts";
import { timeIn, WORDS } from "./words.ts";

/** Where a link that waits is sealed to. */
export const linkPlace = (id: string) => ({ table: "mail", column: "link", row: id });

export interface ComposeDeps {
  readonly db: Database;
  readonly keys: CompanyKeys;
  /** Without a slash at its end. */
  readonly publicUrl: string;
}

/** What every mail of a company has. */
interface Frame {
  readonly companyName: string;
  readonly brand: Brand;
  /** Of who chose none. */
  readonly language: MailLanguage;
}

/** Where a person chooses which mails to get. */
export const choicesUrlOf = (publicUrl: string): string => `${publicUrl}/me#mail`;

export const isOptional = (kind: string): kind is OptionalMailKind => OPTIONAL_MAIL_KINDS.some((one) => one === kind);

const frameOf = async (tx: Tx, companyId: number): Promise<Frame> => ({
  companyName: await companyNameOf(tx, companyId),
  brand: await brandOf(tx, companyId),
  language: (await companyMail(tx, companyId))?.language ?? "en",
});

/** The words of a kind: the company's own, else ours. */
const wordsOf = async (tx: Tx, companyId: number, kind: MailKind, language: MailLanguage): Promise<MailText> =>
  (await ownText(tx, companyId, { kind, language })) ?? WORDS[language].texts[kind];

/** What the maker of a link says of it. */
const linkFacts = z.object({ by: z.string(), role: z.string(), until: z.iso.datetime(), person: z.string() }).partial();
const testFacts = z.object({ kind: z.enum(MAIL_KINDS), language: z.enum(MAIL_LANGUAGES) });

/** What a mail says with made-up facts, in words that may not be stored yet. */
export const sampleOf = async (
  tx: Tx,
  companyId: number,
  asked: {
    readonly kind: MailKind;
    readonly language: MailLanguage;
    readonly words?: MailText;
    readonly publicUrl: string;
  },
): Promise<MailContent> => {
  const { kind, language, publicUrl } = asked;
  const { companyName, brand } = await frameOf(tx, companyId);
  const said = WORDS[language];
  const { person, by, role, comment } = said.sample;
  const url = `${publicUrl}/`;
  const until = timeIn(language, new Date("2030-01-31T12:00:00Z"));
  const values = { person, company: companyName, link: url, by, role, until, count: "2", overdue: "1" };
  const lines =
    kind === "mention"
      ? [{ title: `${by}: CVE-2021-44228, log4j-core`, detail: comment, url }]
      : isOptional(kind)
        ? [{ title: "openssl", detail: said.to.replace("{version}", "3.0.17"), url }]
        : [];
  return {
    kind,
    language,
    words: asked.words ?? (await wordsOf(tx, companyId, kind, language)),
    values,
    lines,
    moreCount: isOptional(kind) ? 1 : 0,
    url,
    companyName,
    brand,
    choicesUrl: isOptional(kind) ? choicesUrlOf(publicUrl) : null,
  };
};

/** A mail as it is handed over, and to whom. */
export type Composed = Omit<Letter, "messageId">;

/** An invitation, a link for a new password, or how somebody signs in who has none. */
const linkLetter = async (
  { keys }: Pick<ComposeDeps, "keys">,
  tx: Tx,
  companyId: number,
  mail: MailRecord & { readonly kind: Exclude<MailKind, OptionalMailKind> },
): Promise<Composed | null> => {
  if (mail.link === null || mail.address === null) return null;
  const { companyName, brand, language: usual } = await frameOf(tx, companyId);
  const choice = mail.personId === null ? null : await choiceOf(tx, companyId, mail.personId);
  const language = choice?.language ?? usual;
  const { by, role, until, person } = linkFacts.parse(mail.about[0] ?? {});
  if (until !== undefined && new Date(until) <= new Date()) return null;
  const link = await keys.open(tx, companyId, linkPlace(mail.id), mail.link);
  const values = {
    person: person ?? mail.address,
    company: companyName,
    link,
    by: by ?? WORDS[language].somebody,
    role: role ?? "",
    until: until === undefined ? "" : timeIn(language, new Date(until)),
  };
  const words = await wordsOf(tx, companyId, mail.kind, language);
  const frame = { kind: mail.kind, language, words, values, companyName, brand };
  const letter = letterOf({ ...frame, lines: [], moreCount: 0, url: link, choicesUrl: null });
  return { ...letter, to: { name: person ?? "", address: mail.address } };
};

/** What a person is told of. */
const personLetter = async (
  { db, publicUrl }: ComposeDeps,
  companyId: number,
  mail: MailRecord & { readonly kind: OptionalMailKind },
): Promise<Composed | null> => {
  const { personId, kind, about, aboutCount } = mail;
  if (personId === null) return null;
  const known = await db.withCompany(companyId, async (tx) => {
    const reader = await readerOf(tx, companyId, personId);
    const choice = await choiceOf(tx, companyId, personId);
    if (reader === null || choice.off.includes(kind)) return null;
    const frame = await frameOf(tx, companyId);
    const language = choice.language ?? frame.language;
    return { reader, ...frame, language, words: await wordsOf(tx, companyId, kind, language) };
  });
  if (known === null) return null;
  const { reader, words, language, companyName, brand } = known;
  const asked = { personId, reader, language, about, aboutCount, publicUrl, now: new Date() };
  // the database itself leaves out what the person may not see
  const facts = await db.withCompany(companyId, (tx) => FACTS[kind](tx, companyId, asked), reader.labels);
  if (facts === null) return null;
  const url = `${publicUrl}${facts.path}`;
  const values = { ...facts.values, person: reader.name, company: companyName, link: url };
  const { lines, moreCount } = facts;
  const choicesUrl = choicesUrlOf(publicUrl);
  const letter = letterOf({ kind, language, words, values, lines, moreCount, url, companyName, brand, choicesUrl });
  return { ...letter, to: { name: reader.name, address: reader.email } };
};

const testLetter = async (
  { db, publicUrl }: ComposeDeps,
  companyId: number,
  { personId, about }: MailRecord,
): Promise<Composed | null> =>
  db.withCompany(companyId, async (tx) => {
    const reader = personId === null ? null : await readerOf(tx, companyId, personId);
    const { kind, language } = testFacts.parse(about[0]);
    if (reader === null) return null;
    const letter = letterOf(await sampleOf(tx, companyId, { kind, language, publicUrl }));
    const subject = `${WORDS[language].test}${letter.subject}`;
    return { ...letter, subject, to: { name: reader.name, address: reader.email } };
  });

/** A mail in the words and with the facts of this moment; null where there is nothing to tell, or nobody who wants to hear it. */
export const compose = (deps: ComposeDeps, companyId: number, mail: MailRecord): Promise<Composed | null> => {
  const { kind } = mail;
  if (kind === "test") return testLetter(deps, companyId, mail);
  if (isOptional(kind)) return personLetter(deps, companyId, { ...mail, kind });
  return deps.db.withCompany(companyId, (tx) => linkLetter(deps, tx, companyId, { ...mail, kind }));
};
