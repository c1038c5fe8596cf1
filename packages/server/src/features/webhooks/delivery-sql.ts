import type { Tx } from "../../platform/db/index.ts";

/** A message to a webhook. */
export interface DeliveryRecord {
  readonly id: string;
  readonly webhookId: string;
  readonly kind: string;
  readonly createdAt: Date;
  readonly body: string;
  readonly state: "waiting" | "sent" | "failed";
  readonly attempts: number;
  readonly nextTryAt: Date;
  readonly triedAt: Date | null;
  readonly durationMs: number | null;
  readonly status: number | null;
  readonly answer: string | null;
  readonly error: string | null;
}

const COLUMNS = `d.id, d.webhook_id as "webhookId", d.kind, date_trunc('milliseconds', d.created_at) as "createdAt", d.body,
  d.state, d.attempts, d.next_try_at as "nextTryAt", d.tried_at as "triedAt", d.duration_ms as "durationMs", d.status,
  d.answer, d.error`;

/** Stores messages. */
export const insertDeliveries = async (
  tx: Tx,
  companyId: number,
  rows: readonly Pick<DeliveryRecord, "id" | "webhookId" | "kind" | "body">[],
): Promise<void> => {
  for (const row of rows) {
    await tx.prepared(
      "webhook-delivery-insert",
      "insert into webhook_delivery (company_id, id, webhook_id, kind, body) values ($1, $2, $3, $4, $5)",
      [companyId, row.id, row.webhookId, row.kind, row.body],
    );
  }
};

/**
 * Takes messages of a webhook whose time has come, oldest first, for so many milliseconds: nobody else takes them meanwhile, and
 * after a crash they are due again.
 */
export const takeDeliveries = async (
  tx: Tx,
  companyId: number,
  webhookId: string,
  { limit, leaseMs }: { limit: number; leaseMs: number },
): Promise<DeliveryRecord[]> => {
  const rows = await tx.query<DeliveryRecord>(
    `update webhook_delivery d set attempts = d.attempts + 1, next_try_at = now() + make_interval(secs => $4::float8 / 1000)
     from (select id from webhook_delivery
       where company_id = $1 and webhook_id = $2 and state = 'waiting' and next_try_at <= now()
       order by created_at, id limit $3 for update skip locked) x
     where d.company_id = $1 and d.id = x.id returning ${COLUMNS}`,
    [companyId, webhookId, limit, leaseMs],
  );
  return rows.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1));
};

/** What became of an attempt. */
export interface Outcome {
  readonly state: DeliveryRecord["state"];
  readonly waitMs: number;
  readonly durationMs: number | null;
  readonly status: number | null;
  readonly answer: string | null;
  readonly error: string | null;
}

/** Notes an attempt. */
export const noteAttempt = async (tx: Tx, companyId: number, id: string, o: Outcome): Promise<void> => {
  await tx.query(
    `update webhook_delivery set state = $3, next_try_at = now() + make_interval(secs => $4::float8 / 1000), tried_at = now(),
       duration_ms = $5, status = $6, answer = $7, error = $8
     where company_id = $1 and id = $2`,
    [companyId, id, o.state, o.waitMs, o.durationMs, o.status, o.answer, o.error],
  );
};

/** Gives back what was taken and not tried. */
export const giveBack = async (tx: Tx, companyId: number, ids: readonly string[]): Promise<void> => {
  await tx.query(
    `update webhook_delivery set attempts = attempts - 1, next_try_at = now()
     where company_id = $1 and id = any($2::uuid[]) and state = 'waiting'`,
    [companyId, ids],
  );
};

/** A page of a webhook's messages after the pair (created, id), newest first. */
export const deliveriesPage = (
  tx: Tx,
  companyId: number,
  webhookId: string,
  page: { limit: number; after: [string, string] | null },
): Promise<DeliveryRecord[]> =>
  tx.query(
    `select ${COLUMNS} from webhook_delivery d where d.company_id = $1 and d.webhook_id = $2
       and ($3::timestamptz is null or (date_trunc('milliseconds', d.created_at), d.id) < ($3, $4::uuid))
     order by date_trunc('milliseconds', d.created_at) desc, d.id desc limit $5`,
    [companyId, webhookId, page.after?.[0] ?? null, page.after?.[1] ?? null, page.limit],
  );

/** How many messages a webhook has, at most 10,000. */
export const countDeliveries = async (tx: Tx, companyId: number, webhookId: string): Promise<number> =>
  (
    await tx.query<{ n: number }>(
      `select count(*)::int as n from (
         select 1 from webhook_delivery where company_id = $1 and webhook_id = $2 limit 10000) x`,
      [companyId, webhookId],
    )
  )[0]?.n ?? 0;

/** One message of a webhook, or null. */
export const deliveryById = async (
  tx: Tx,
  companyId: number,
  { id, webhookId }: { id: string; webhookId: string },
): Promise<DeliveryRecord | null> =>
  (
    await tx.query<DeliveryRecord>(
      `select ${COLUMNS} from webhook_delivery d where d.company_id = $1 and d.id = $2 and d.webhook_id = $3`,
      [companyId, id, webhookId],
    )
  )[0] ?? null;

/** Puts a message into the queue again, under the same id. */
export const sendAgain = async (tx: Tx, companyId: number, id: string): Promise<void> => {
  await tx.query(
    "update webhook_delivery set state = 'waiting', attempts = 0, next_try_at = now() where company_id = $1 and id = $2",
    [companyId, id],
  );
};

/** Deletes messages older than so many days that wait no more, at most `limit`; answers how many. */
export const expireDeliveries = async (tx: Tx, companyId: number, days: number, limit: number): Promise<number> =>
  (
    await tx.query(
      `delete from webhook_delivery where company_id = $1 and id in (
         select id from webhook_delivery where company_id = $1 and created_at < now() - make_interval(days => $2) limit $3)
       returning id`,
      [companyId, days, limit],
    )
  ).length;

/** Keeps the newest messages of a webhook that wait no more, and those that wait. */
export const trimLog = async (tx: Tx, companyId: number, webhookId: string, kept: number): Promise<void> => {
  await tx.query(
    `delete from webhook_delivery d where d.company_id = $1 and d.webhook_id = $2 and d.state <> 'waiting'
       and (d.created_at, d.id) < (
         select created_at, id from webhook_delivery where company_id = $1 and webhook_id = $2
         order by created_at desc, id desc offset $3 limit 1)`,
    [companyId, webhookId, kept],
  );
};
