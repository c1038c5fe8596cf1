import { z } from "zod";

/** What a mail can be about. */
export const MAIL_KINDS = [
  "invitation",
  "password_reset",
  "password_forgotten",
  "password_elsewhere",
  "mention",
  "fix_assigned",
  "fixes_due",
  "decision_waits",
] as const;
export type MailKind = (typeof MAIL_KINDS)[number];

/** Those that a person can do without; the others are asked for. */
export const OPTIONAL_MAIL_KINDS = ["mention", "fix_assigned", "fixes_due", "decision_waits"] as const;
export type OptionalMailKind = (typeof OPTIONAL_MAIL_KINDS)[number];

/** Languages that mails are written in. */
export const MAIL_LANGUAGES = ["en", "de"] as const;
export type MailLanguage = (typeof MAIL_LANGUAGES)[number];

/** What may stand in braces in each kind's words. `person` is whom it is sent to, `by` who caused it. */
export const MAIL_PLACEHOLDERS: Readonly<Record<MailKind, readonly string[]>> = {
  invitation: ["person", "company", "link", "by", "role", "until"],
  password_reset: ["person", "company", "link", "until"],
  password_forgotten: ["person", "company", "link", "until"],
  password_elsewhere: ["person", "company", "link"],
  mention: ["person", "company", "link", "by", "count"],
  fix_assigned: ["person", "company", "link", "by", "count"],
  fixes_due: ["person", "company", "link", "count", "overdue"],
  decision_waits: ["person", "company", "link", "by", "count"],
};

/** Letters of a subject, and of the words before and after what a mail tells. */
export const MAIL_SUBJECT_MAX = 150;
export const MAIL_WORDS_MAX = 2_000;

// oxlint-disable-next-line no-control-regex -- these are what must not be in it
const CONTROLS = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;
// oxlint-disable-next-line no-control-regex -- as above, but for line feed
const CONTROLS_BUT_LINES = /[\u0000-\u0009\u000b-\u001f\u007f]/;

const words = z
  .string()
  .max(MAIL_WORDS_MAX)
  .transform((text) => text.replaceAll("\r\n", "\n").trim())
  .refine((text) => !CONTROLS_BUT_LINES.test(text), "must have no control characters");

/** The words of one kind in one language, with names in braces where values go. */
export const mailText = z.object({
  subject: z
    .string()
    .trim()
    .min(1)
    .max(MAIL_SUBJECT_MAX)
    .refine((text) => !CONTROLS.test(text), "must be one line"),
  opening: words,
  closing: words,
});
export type MailText = z.infer<typeof mailText>;

const PLACEHOLDER = /\{([^{}\n]{0,60})\}/g;

/** What may stand in braces in a part of a kind's words. A link opens something, and a subject is read by many: it holds none. */
export const placeholdersOf = (kind: MailKind, part: keyof MailText): readonly string[] =>
  MAIL_PLACEHOLDERS[kind].filter((name) => part !== "subject" || name !== "link");

/** The first name in braces that a part of a kind's words has no value for; null where there is none. */
export const unknownPlaceholder = (text: string, kind: MailKind, part: keyof MailText): string | null => {
  const known = placeholdersOf(kind, part);
  for (const [, name = ""] of text.matchAll(PLACEHOLDER)) {
    if (!known.includes(name)) return name;
  }
  return null;
};

/** Puts values in the places of their names; what is in a value is never taken for a name. */
export const fillMail = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replaceAll(PLACEHOLDER, (whole, name: string) => (Object.hasOwn(values, name) ? (values[name] ?? "") : whole));
