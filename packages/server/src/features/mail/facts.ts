import type { MailLanguage, OptionalMailKind } from "@zerotrace/core/mail/mail";
import { fillMail } from "@zerotrace/core/mail/mail";
import type { Tx } from "../../platform/db/index.ts";
import { fixesDue, fixIdOf } from "../fixes/index.ts";
import { assignedOf, type FixNamed, proposedOf, type Reader, unreadOf } from "./facts-sql.ts";
import type { MailLine } from "./render.ts";
import { dayIn, WORDS } from "./words.ts";

/** What a mail tells, as the one who reads it may see it. */
export interface Facts {
  readonly values: Readonly<Record<string, string>>;
  readonly lines: readonly MailLine[];
  readonly moreCount: number;
  /** Where the button leads, below the server's address. */
  readonly path: string;
}

/** What the facts of a mail are looked up by. */
export interface Asked {
  readonly personId: string;
  readonly reader: Reader;
  readonly language: MailLanguage;
  readonly about: readonly unknown[];
  readonly aboutCount: number;
  readonly publicUrl: string;
  readonly now: Date;
}

/** A fix is told of so many days before it is due. */
export const DUE_SOON_DAYS = 3;
const DAY_MS = 86_400_000;
/** Things that a mail tells (count), and letters of a comment. */
const LINES_MAX = 10;
const EXCERPT_CHARS = 240;
/** People whom a mail names as those who caused it (count). */
const NAMES_MAX = 3;

const namesOf = (names: readonly string[]): string => {
  const each = [...new Set(names)];
  return `${each.slice(0, NAMES_MAX).join(", ")}${each.length > NAMES_MAX ? ", …" : ""}`;
};

const strings = (about: readonly unknown[]): string[] => about.filter((one): one is string => typeof one === "string");

const factsFrom = (
  lines: readonly MailLine[],
  {
    path,
    count,
    ...values
  }: { readonly path: string; readonly count: number; readonly [name: string]: string | number },
): Facts => ({
  values: { ...Object.fromEntries(Object.entries(values).map(([k, v]) => [k, String(v)])), count: String(count) },
  lines: lines.slice(0, LINES_MAX),
  moreCount: Math.max(0, count - Math.min(lines.length, LINES_MAX)),
  path,
});

/** How many there are: beyond those that are named, as many as were counted; fewer where some of these are gone. */
const countOf = (found: number, { about, aboutCount }: Asked): number => found + Math.max(0, aboutCount - about.length);

const mentionFacts = async (tx: Tx, companyId: number, asked: Asked): Promise<Facts | null> => {
  const { personId, publicUrl } = asked;
  const found = await unreadOf(tx, companyId, { personId, ids: strings(asked.about), chars: EXCERPT_CHARS });
  if (found.length === 0) return null;
  const lines = found.map((m) => ({
    title: `${m.by}: ${m.advisory}, ${m.package}`,
    detail: m.text,
    url: `${publicUrl}/findings/${m.findingId}`,
  }));
  return factsFrom(lines, {
    path: "/mentions",
    count: countOf(found.length, asked),
    by: namesOf(found.map((m) => m.by)),
  });
};

const detailOf = (
  language: MailLanguage,
  fix: { readonly fixedIn: string | null; readonly findingCount: number | null; readonly assetCount: number | null },
  due: string | null,
): string => {
  const said = WORDS[language];
  const { fixedIn, findingCount, assetCount } = fix;
  return [
    fixedIn === null ? null : fillMail(said.to, { version: fixedIn }),
    findingCount === null || findingCount === 0
      ? null
      : fillMail(said.closes, { findings: String(findingCount), assets: String(assetCount ?? 0) }),
    due,
  ]
    .filter((part) => part !== null)
    .join("; ");
};

const isFix = (one: unknown): one is FixNamed => typeof (one as Partial<FixNamed> | null)?.package === "string";

const assignedFacts = async (tx: Tx, companyId: number, asked: Asked): Promise<Facts | null> => {
  const { personId, publicUrl, language } = asked;
  const found = await assignedOf(tx, companyId, personId, asked.about.filter(isFix));
  if (found.length === 0) return null;
  const lines = found.map((fix) => {
    const day = fix.dueOn === null ? null : dayIn(language, new Date(fix.dueOn));
    const due = day === null ? null : fillMail(WORDS[language].due, { day });
    return { title: fix.package, detail: detailOf(language, fix, due), url: `${publicUrl}/fixes/${fixIdOf(fix)}` };
  });
  const by = namesOf(found.map((fix) => fix.by));
  return factsFrom(lines, { path: "/fixes?view=work", count: countOf(found.length, asked), by });
};

const dueFacts = async (tx: Tx, companyId: number, asked: Asked): Promise<Facts | null> => {
  const { personId, publicUrl, language, now } = asked;
  const found = await fixesDue(tx, companyId, { personId, before: new Date(now.getTime() + DUE_SOON_DAYS * DAY_MS) });
  if (found.length === 0) return null;
  const said = WORDS[language];
  const lines = found.map((fix) => {
    const due = fillMail(fix.dueAt < now ? said.overdue : said.due, { day: dayIn(language, fix.dueAt) });
    return { title: fix.package, detail: detailOf(language, fix, due), url: `${publicUrl}/fixes/${fix.id}` };
  });
  const overdue = found.filter((fix) => fix.dueAt < now).length;
  return factsFrom(lines, { path: "/fixes?view=work", count: found.length, overdue });
};

const decisionFacts = async (tx: Tx, companyId: number, asked: Asked): Promise<Facts | null> => {
  const { publicUrl, language, reader } = asked;
  const waiting = await proposedOf(tx, companyId, strings(asked.about));
  // who proposed it is not the second person
  const found = waiting.filter((decision) => decision.createdBy !== reader.email);
  if (found.length === 0) return null;
  const said = WORDS[language];
  const lines = found.map((d) => ({
    title: `${said.decisions[d.kind]}: ${d.scope}`,
    detail: `${d.by}: ${d.reason} (${fillMail(said.until, { day: dayIn(language, d.expiresAt) })})`,
    url: `${publicUrl}/decisions?state=proposed`,
  }));
  const by = namesOf(found.map((d) => d.by));
  return factsFrom(lines, { path: "/decisions?state=proposed", count: countOf(found.length, asked), by });
};

/** What each kind tells a person at this moment, in a transaction of that person's scope; null where nothing is left to tell. */
export const FACTS: Readonly<
  Record<OptionalMailKind, (tx: Tx, companyId: number, asked: Asked) => Promise<Facts | null>>
> = {
  mention: mentionFacts,
  fix_assigned: assignedFacts,
  fixes_due: dueFacts,
  decision_waits: decisionFacts,
};
