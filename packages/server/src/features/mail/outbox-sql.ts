import type { MailKind } from "@zerotrace/core/mail/mail";
import type { Tx } from "../../platform/db/index.ts";

/** A mail in the outbox. */
export interface MailRecord {
  readonly id: string;
  readonly kind: MailKind | "test";
  readonly personId: string | null;
  readonly address: string | null;
  readonly about: readonly unknown[];
  readonly aboutCount: number;
  readonly link: string | null;
  readonly state: "waiting" | "sent" | "failed";
  readonly createdAt: Date;
  readonly attempts: number;
  readonly nextTryAt: Date;
  readonly triedAt: Date | null;
  readonly error: string | null;
}

const COLUMNS = `m.id, m.kind, m.person_id as "personId", m.address, m.about, m.about_count as "aboutCount", m.link, m.state,
  date_trunc('milliseconds', m.created_at) as "createdAt", m.attempts, m.next_try_at as "nextTryAt", m.tried_at as "triedAt",
  m.error`;

/** Puts a mail into the outbox in the transaction of what it tells of; null where a company has too many that wait. */
export const orderMail = async (
  tx: Tx,
  companyId: number,
  mail: {
    readonly id?: string;
    readonly kind: MailRecord["kind"];
    readonly personId: string | null;
    readonly address?: string | null;
    readonly about: readonly unknown[];
    readonly aboutCount?: number;
    readonly link?: string | null;
  },
): Promise<string | null> => {
  const [row] = await tx.query<{ id: string | null }>(
    "select order_mail($1, $2, $3::uuid, $4, $5::jsonb, $6, $7, $8::uuid) as id",
    [
      companyId,
      mail.kind,
      mail.personId,
      mail.address ?? null,
      JSON.stringify(mail.about),
      mail.aboutCount ?? mail.about.length,
      mail.link ?? null,
      mail.id ?? null,
    ],
  );
  return row?.id ?? null;
};

/** Whether a mail's time has come and the company's too. */
export const isAnyDue = async (tx: Tx, companyId: number): Promise<boolean> =>
  (
    await tx.prepared<{ due: boolean }>(
      "mail-due",
      `select exists (select 1 from mail where company_id = $1 and state = 'waiting' and next_try_at <= now())
         and not exists (select 1 from mail_company where company_id = $1 and next_try_at > now()) as due`,
      [companyId],
    )
  )[0]?.due ?? false;

/** Mails to everybody who may approve a decision, oldest first; locked, so that they are made into mails to people once. */
export const forApprovers = (tx: Tx, companyId: number): Promise<MailRecord[]> =>
  tx.query(
    `select ${COLUMNS} from mail m
     where m.company_id = $1 and m.kind = 'decision_waits' and m.person_id is null and m.state = 'waiting'
     order by m.created_at, m.id limit 100 for update`,
    [companyId],
  );

/** Takes mails whose time has come, oldest first: nobody else takes them for `leaseMs`. */
export const takeMails = async (
  tx: Tx,
  companyId: number,
  { limit, leaseMs }: { readonly limit: number; readonly leaseMs: number },
): Promise<MailRecord[]> => {
  const rows = await tx.query<MailRecord>(
    `with x as (
       select id from mail where company_id = $1 and state = 'waiting' and next_try_at <= now() and num_nonnulls(person_id, address) > 0
       order by created_at, id limit $2 for update skip locked)
     update mail m set attempts = m.attempts + 1, next_try_at = now() + make_interval(secs => $3::float8 / 1000)
     from x where m.company_id = $1 and m.id = x.id returning ${COLUMNS}`,
    [companyId, limit, leaseMs],
  );
  return rows.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1));
};

/** Notes that a mail was taken by the server; its link opens nothing for who reads this table later. */
export const noteSent = async (tx: Tx, companyId: number, id: string, address: string): Promise<void> => {
  await tx.query(
    `update mail set state = 'sent', address = $3, tried_at = now(), error = null, link = null
     where company_id = $1 and id = $2`,
    [companyId, id, address],
  );
};

/** Notes an attempt that failed: for good where `waitMs` is null. */
export const noteFailed = async (
  tx: Tx,
  companyId: number,
  id: string,
  failed: { readonly error: string; readonly waitMs: number | null },
): Promise<void> => {
  await tx.query(
    `update mail set state = case when $4::float8 is null then 'failed' else 'waiting' end, tried_at = now(), error = $3,
       link = case when $4 is null then null else link end,
       next_try_at = now() + make_interval(secs => coalesce($4, 0) / 1000)
     where company_id = $1 and id = $2`,
    [companyId, id, failed.error, failed.waitMs],
  );
};

/** Gives back what was taken and not tried. What came meanwhile waits beside it, so the attempt stays counted. */
export const giveBack = async (tx: Tx, companyId: number, ids: readonly string[]): Promise<void> => {
  if (ids.length === 0) return;
  await tx.query(
    "update mail set next_try_at = now() where company_id = $1 and id = any($2::uuid[]) and state = 'waiting'",
    [companyId, `{${ids.join(",")}}`],
  );
};

/** Takes a mail out that there is nothing to tell in any more. */
export const dropMail = async (tx: Tx, companyId: number, id: string): Promise<void> => {
  await tx.query("delete from mail where company_id = $1 and id = $2", [companyId, id]);
};

/** Takes out everything that waits: no mail server is set. */
export const dropWaiting = async (tx: Tx, companyId: number): Promise<void> => {
  await tx.query("delete from mail where company_id = $1 and state = 'waiting'", [companyId]);
};

/** How many mails were sent within an hour. */
export const sentLately = async (tx: Tx, companyId: number): Promise<number> =>
  (
    await tx.query<{ n: number }>(
      `select count(*)::int as n from mail
       where company_id = $1 and state = 'sent' and tried_at > now() - interval '1 hour'`,
      [companyId],
    )
  )[0]?.n ?? 0;

/** How many mails of some kinds came to be within an hour. */
export const askedLately = async (tx: Tx, companyId: number, kinds: readonly string[]): Promise<number> =>
  (
    await tx.query<{ n: number }>(
      `select count(*)::int as n from mail
       where company_id = $1 and kind = any($2) and created_at > now() - interval '1 hour'`,
      [companyId, kinds],
    )
  )[0]?.n ?? 0;

/** How many mails wait and how many were given up. */
export const mailCounts = async (tx: Tx, companyId: number): Promise<{ waiting: number; failed: number }> =>
  (
    await tx.query<{ waiting: number; failed: number }>(
      `select count(*) filter (where state = 'waiting')::int as waiting, count(*) filter (where state = 'failed')::int as failed
       from mail where company_id = $1`,
      [companyId],
    )
  )[0] ?? { waiting: 0, failed: 0 };

/** The newest mails with whom they go to. */
export const newestMails = (
  tx: Tx,
  companyId: number,
  limit: number,
): Promise<(MailRecord & { readonly email: string | null })[]> =>
  tx.query(
    `select ${COLUMNS}, coalesce(m.address, w.email) as email from mail m
     left join membership w on w.company_id = m.company_id and w.person_id = m.person_id
     where m.company_id = $1 order by m.created_at desc, m.id desc limit $2`,
    [companyId, limit],
  );

/** Links that wait, sealed. */
export const waitingLinks = (tx: Tx, companyId: number): Promise<{ id: string; link: string }[]> =>
  tx.query("select id, link from mail where company_id = $1 and link is not null order by id for update", [companyId]);

/** Puts a newly sealed link in its place. */
export const replaceLink = async (tx: Tx, companyId: number, id: string, link: string): Promise<void> => {
  await tx.query("update mail set link = $3 where company_id = $1 and id = $2", [companyId, id, link]);
};

/** Deletes mails older than so many days that wait no more, at most `limit`; answers how many. */
export const expireMails = async (tx: Tx, companyId: number, days: number, limit: number): Promise<number> =>
  (
    await tx.query(
      `delete from mail where company_id = $1 and id in (
         select id from mail where company_id = $1 and state <> 'waiting'
           and created_at < now() - make_interval(days => $2) limit $3)
       returning id`,
      [companyId, days, limit],
    )
  ).length;
