import type { Tx } from "../../platform/db/index.ts";
import type { WebhookKind } from "./contract.ts";

/** What a webhook is told to be. */
export interface WebhookWish {
  readonly name: string;
  readonly url: string;
  readonly kinds: readonly WebhookKind[];
  readonly query: string;
}

/** A webhook as stored; its secrets are sealed. */
export interface WebhookRecord extends WebhookWish {
  readonly id: string;
  readonly labels: string[] | null;
  readonly secret: string;
  readonly previousSecret: string | null;
  readonly previousUntil: Date | null;
  readonly isOn: boolean;
  readonly note: string | null;
  readonly failingSince: Date | null;
  readonly nextTryAt: Date;
  readonly sentAt: Date | null;
  readonly createdAt: Date;
  readonly createdBy: string;
}

const COLUMNS = `w.id, w.name, w.url, w.kinds, w.query, w.labels, w.secret, w.previous_secret as "previousSecret",
  w.previous_until as "previousUntil", w.is_on as "isOn", w.note, w.failing_since as "failingSince",
  w.next_try_at as "nextTryAt", w.sent_at as "sentAt", w.created_at as "createdAt", w.created_by as "createdBy"`;

/** A company's webhooks that the caller's scope shows, by name. */
export const webhooksOf = (tx: Tx, companyId: number): Promise<WebhookRecord[]> =>
  tx.query(`select ${COLUMNS} from webhook w where w.company_id = $1 order by lower(w.name), w.id`, [companyId]);

/** The same with how many messages wait and what went wrong last. */
export const shownWebhooks = (
  tx: Tx,
  companyId: number,
): Promise<(WebhookRecord & { readonly waitingCount: number; readonly lastError: string | null })[]> =>
  tx.query(
    `select ${COLUMNS}, (select count(*) from webhook_delivery d
         where d.company_id = w.company_id and d.webhook_id = w.id and d.state = 'waiting')::int as "waitingCount",
       case when w.failing_since is null then null else (select d.error from webhook_delivery d
         where d.company_id = w.company_id and d.webhook_id = w.id and d.error is not null
         order by d.tried_at desc limit 1) end as "lastError"
     from webhook w where w.company_id = $1 order by lower(w.name), w.id`,
    [companyId],
  );

/** One webhook, locked until the transaction ends; null when there is none. */
export const lockWebhook = async (tx: Tx, companyId: number, id: string): Promise<WebhookRecord | null> =>
  (
    await tx.query<WebhookRecord>(`select ${COLUMNS} from webhook w where w.company_id = $1 and w.id = $2 for update`, [
      companyId,
      id,
    ])
  )[0] ?? null;

/** Stores a webhook; false when the company has one of this name. */
export const insertWebhook = async (
  tx: Tx,
  companyId: number,
  row: WebhookWish & Pick<WebhookRecord, "id" | "labels" | "secret" | "createdBy">,
): Promise<boolean> =>
  (
    await tx.query(
      `insert into webhook (company_id, id, name, url, kinds, query, labels, secret, created_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (company_id, name) do nothing returning id`,
      [companyId, row.id, row.name, row.url, row.kinds, row.query, row.labels, row.secret, row.createdBy],
    )
  ).length > 0;

/** Changes a webhook; one that is turned on begins anew. False when another has the name. */
export const updateWebhook = async (
  tx: Tx,
  companyId: number,
  row: WebhookWish & { readonly id: string; readonly isOn: boolean },
): Promise<boolean> => {
  const [other] = await tx.query("select 1 from webhook where company_id = $1 and name = $2 and id <> $3", [
    companyId,
    row.name,
    row.id,
  ]);
  if (other !== undefined) return false;
  await tx.query(
    `update webhook set name = $3, url = $4, kinds = $5, query = $6, is_on = $7, note = null,
       failing_since = case when $7 and not is_on then null else failing_since end,
       next_try_at = case when $7 and not is_on then now() else next_try_at end
     where company_id = $1 and id = $2`,
    [companyId, row.id, row.name, row.url, row.kinds, row.query, row.isOn],
  );
  return true;
};

/** Deletes a webhook with its log. */
export const removeWebhook = async (tx: Tx, companyId: number, id: string): Promise<void> => {
  await tx.query("delete from webhook where company_id = $1 and id = $2", [companyId, id]);
};

/** Puts a new secret in place; the one before signs too for so many hours. Answers until when. */
export const rotateSecret = async (
  tx: Tx,
  companyId: number,
  change: { readonly id: string; readonly secret: string; readonly previous: string; readonly overlapHours: number },
): Promise<Date> => {
  const [row] = await tx.query<{ until: Date }>(
    `update webhook set secret = $3, previous_secret = $4, previous_until = now() + make_interval(hours => $5)
     where company_id = $1 and id = $2 returning previous_until as until`,
    [companyId, change.id, change.secret, change.previous, change.overlapHours],
  );
  return (row as { until: Date }).until;
};

/** Puts newly sealed secrets in the place of those that they were made from. */
export const replaceSecrets = async (
  tx: Tx,
  companyId: number,
  change: { readonly id: string; readonly from: string; readonly secret: string; readonly previous: string | null },
): Promise<void> => {
  await tx.query(
    "update webhook set secret = $4, previous_secret = $5 where company_id = $1 and id = $2 and secret = $3",
    [companyId, change.id, change.from, change.secret, change.previous],
  );
};

/** Notes that a webhook takes messages. */
export const noteWell = async (tx: Tx, companyId: number, id: string): Promise<void> => {
  await tx.query(
    `update webhook set sent_at = now(), failing_since = null, next_try_at = now() where company_id = $1 and id = $2`,
    [companyId, id],
  );
};

/** Notes that it does not, and when it is asked again; answers since when. */
export const noteFailing = async (tx: Tx, companyId: number, id: string, waitMs: number): Promise<Date> => {
  const [row] = await tx.query<{ since: Date }>(
    `update webhook set failing_since = coalesce(failing_since, now()),
       next_try_at = now() + make_interval(secs => $3::float8 / 1000)
     where company_id = $1 and id = $2 returning failing_since as since`,
    [companyId, id, waitMs],
  );
  return row?.since ?? new Date();
};

/** Turns a webhook off and says why. */
export const turnOff = async (tx: Tx, companyId: number, id: string, note: string): Promise<void> => {
  await tx.query("update webhook set is_on = false, note = $3 where company_id = $1 and id = $2", [
    companyId,
    id,
    note,
  ]);
};
