import type { MailKind, MailLanguage, MailText } from "@zerotrace/core/mail/mail";
import { DE } from "./words-de.ts";
import { EN } from "./words-en.ts";

/** Everything that mails say in one language. */
export interface Words {
  /** What companies can put in other words. */
  readonly texts: Readonly<Record<MailKind, MailText>>;
  /** On the button. */
  readonly actions: Readonly<Record<MailKind, string>>;
  readonly decisions: Readonly<Record<"accept_risk" | "false_positive" | "not_affected" | "deferred", string>>;
  /** Where nobody's name is known. */
  readonly somebody: string;
  readonly more: string;
  readonly closes: string;
  readonly to: string;
  readonly due: string;
  readonly overdue: string;
  readonly until: string;
  /** Below, before the link to the choice of mails. */
  readonly choices: string;
  /** Before the subject of a test. */
  readonly test: string;
  readonly sample: { readonly person: string; readonly by: string; readonly role: string; readonly comment: string };
}

/** The words of each language. */
export const WORDS: Readonly<Record<MailLanguage, Words>> = { en: EN, de: DE };

const LOCALES: Readonly<Record<MailLanguage, string>> = { en: "en-US", de: "de-DE" };

/** A day as people of a language write it, in UTC. */
export const dayIn = (language: MailLanguage, at: Date): string =>
  new Intl.DateTimeFormat(LOCALES[language], { dateStyle: "long", timeZone: "UTC" }).format(at);

/** A time to the minute, in UTC, which it says. */
export const timeIn = (language: MailLanguage, at: Date): string => {
  const time = new Intl.DateTimeFormat(LOCALES[language], { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  return `${time.format(at)} UTC`;
};
