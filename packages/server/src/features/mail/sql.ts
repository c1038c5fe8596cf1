import type { MailKind, MailLanguage, MailText, OptionalMailKind } from "@zerotrace/core/mail/mail";
import type { Tx } from "../../platform/db/index.ts";

/** A company's own words for a kind of mail in a language. */
export interface TextRecord extends MailText {
  readonly kind: MailKind;
  readonly language: MailLanguage;
  readonly changedAt: Date;
  readonly changedBy: string;
}

const TEXT = 'kind, language, subject, opening, closing, changed_at as "changedAt", changed_by as "changedBy"';

/** Every text that a company put in its own words. */
export const ownTexts = (tx: Tx, companyId: number): Promise<TextRecord[]> =>
  tx.query(`select ${TEXT} from mail_text where company_id = $1 order by kind, language`, [companyId]);

/** A company's own words for one; null where it uses ours. */
export const ownText = async (
  tx: Tx,
  companyId: number,
  { kind, language }: Pick<TextRecord, "kind" | "language">,
): Promise<TextRecord | null> =>
  (
    await tx.query<TextRecord>(`select ${TEXT} from mail_text where company_id = $1 and kind = $2 and language = $3`, [
      companyId,
      kind,
      language,
    ])
  )[0] ?? null;

/** Stores a company's own words. */
export const putText = async (tx: Tx, companyId: number, text: Omit<TextRecord, "changedAt">): Promise<void> => {
  await tx.query(
    `insert into mail_text (company_id, kind, language, subject, opening, closing, changed_by)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (company_id, kind, language) do update set subject = excluded.subject, opening = excluded.opening,
       closing = excluded.closing, changed_at = now(), changed_by = excluded.changed_by`,
    [companyId, text.kind, text.language, text.subject, text.opening, text.closing, text.changedBy],
  );
};

/** Goes back to our words. */
export const removeText = async (
  tx: Tx,
  companyId: number,
  { kind, language }: Pick<TextRecord, "kind" | "language">,
): Promise<void> => {
  await tx.query("delete from mail_text where company_id = $1 and kind = $2 and language = $3", [
    companyId,
    kind,
    language,
  ]);
};

/** What a person chose. */
export interface Choice {
  readonly language: MailLanguage | null;
  readonly off: readonly OptionalMailKind[];
}

/** What a person chose of a company's mails; everything and its language where nothing was chosen. */
export const choiceOf = async (tx: Tx, companyId: number, personId: string): Promise<Choice> =>
  (
    await tx.query<Choice>("select language, off from mail_choice where company_id = $1 and person_id = $2", [
      companyId,
      personId,
    ])
  )[0] ?? { language: null, off: [] };

/** Stores what a person chose. */
export const putChoice = async (tx: Tx, companyId: number, personId: string, choice: Choice): Promise<void> => {
  await tx.query(
    `insert into mail_choice (company_id, person_id, language, off) values ($1, $2, $3, $4)
     on conflict (company_id, person_id) do update set language = excluded.language, off = excluded.off, changed_at = now()`,
    [companyId, personId, choice.language, choice.off],
  );
};

/** How a company's mail fares. */
export interface CompanyMail {
  readonly language: MailLanguage | null;
  readonly failingSince: Date | null;
  readonly lastError: string | null;
  readonly lastErrorAt: Date | null;
  readonly nextTryAt: Date;
  readonly sentAt: Date | null;
}

/** How a company's mail fares; null where none was ever sent or chosen. */
export const companyMail = async (tx: Tx, companyId: number): Promise<CompanyMail | null> =>
  (
    await tx.query<CompanyMail>(
      `select language, failing_since as "failingSince", last_error as "lastError", last_error_at as "lastErrorAt",
         next_try_at as "nextTryAt", sent_at as "sentAt"
       from mail_company where company_id = $1`,
      [companyId],
    )
  )[0] ?? null;

/** Chooses the language of who chose none; null for English. */
export const putLanguage = async (tx: Tx, companyId: number, language: MailLanguage | null): Promise<void> => {
  await tx.query(
    `insert into mail_company (company_id, language) values ($1, $2)
     on conflict (company_id) do update set language = excluded.language`,
    [companyId, language],
  );
};

/** Notes that the server takes a company's mail. */
export const noteWell = async (tx: Tx, companyId: number): Promise<void> => {
  await tx.query(
    `insert into mail_company (company_id, sent_at) values ($1, now())
     on conflict (company_id) do update set sent_at = now(), failing_since = null, next_try_at = now()`,
    [companyId],
  );
};

/** Notes what went wrong. `waitMs`: for so long nothing of the company is tried; null where it concerns one mail alone. */
export const noteWrong = async (
  tx: Tx,
  companyId: number,
  { error, waitMs }: { readonly error: string; readonly waitMs: number | null },
): Promise<void> => {
  await tx.query(
    `insert into mail_company as c (company_id, last_error, last_error_at, failing_since, next_try_at)
     values ($1, $2, now(), case when $3::float8 is not null then now() end, now() + make_interval(secs => coalesce($3, 0) / 1000))
     on conflict (company_id) do update set last_error = excluded.last_error, last_error_at = now(),
       failing_since = coalesce(c.failing_since, excluded.failing_since),
       next_try_at = case when $3 is null then c.next_try_at else excluded.next_try_at end`,
    [companyId, error, waitMs],
  );
};

/** Takes a day's reminders in hand; false where that was done. */
export const takeDigest = async (tx: Tx, companyId: number, day: string): Promise<boolean> =>
  (
    await tx.query(
      `insert into mail_company as c (company_id, digest_on) values ($1, $2::date)
       on conflict (company_id) do update set digest_on = excluded.digest_on
         where c.digest_on is null or c.digest_on < excluded.digest_on returning 1`,
      [companyId, day],
    )
  ).length > 0;

/** Whether a day's reminders were not made yet. */
export const isDigestDue = async (tx: Tx, companyId: number, now: Date): Promise<boolean> =>
  (
    await tx.prepared<{ due: boolean }>(
      "mail-digest-due",
      `select not exists (select 1 from mail_company where company_id = $1 and digest_on >= $2::date)
         and exists (select 1 from fix_work where company_id = $1 and assignee_id is not null and state <> 'done') as due`,
      [companyId, now.toISOString().slice(0, 10)],
    )
  )[0]?.due ?? false;

/** The name of a company. */
export const companyNameOf = async (tx: Tx, companyId: number): Promise<string> =>
  (await tx.query<{ name: string }>("select name from company where id = $1", [companyId]))[0]?.name ?? "";
