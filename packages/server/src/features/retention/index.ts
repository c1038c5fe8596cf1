import { expireAccessTokens, expireCredentials } from "../../platform/auth/index.ts";
import type { Database, Tx } from "../../platform/db/index.ts";
import { enqueue } from "../../platform/queue/index.ts";
import type { CompanyKeys } from "../../platform/crypto/index.ts";
import { cutAudit, writeAudit } from "../audit/index.ts";
import { expireEntries, expireExports } from "../companies/index.ts";
import { companyIds } from "../feeds/index.ts";
import { measureStorage } from "../limits/index.ts";
import { expireDeltas } from "../inventory/index.ts";
import { expireMails } from "../mail/index.ts";
import { retentionOf, settingsOf } from "../settings/index.ts";
import { expireAssetDays, expireDays } from "../stats/index.ts";
import { expireUploads } from "../uploads/index.ts";
import { expireDeliveries } from "../webhooks/index.ts";
import { expireBulkActions, expireChanges, expireMentions } from "../work/index.ts";

/** Rows that one transaction deletes at most, so that nobody waits long for its locks. */
const BATCH_ROWS = 5_000;
/** Batches of one table in one run; what is left then is the next day's. */
const BATCHES_MAX = 1_000;
/** Days for which a token, a session or an export stays to be seen after it has ended. */
const CREDENTIAL_DAYS = 30;
/** Days for which an access token is remembered after it has ended. */
const ACCESS_TOKEN_DAYS = 1;
/** Days for which a webhook's messages can be looked at and sent again, and it is known what mails were sent. */
const MESSAGE_DAYS = 14;
/** Days after which a mention that was read is forgotten; one that nobody read is kept four times as long. */
const MENTION_DAYS = 90;
/** After everything that somebody waits for. */
const PRIORITY = 100;

export interface RetentionDeps {
  readonly db: Database;
  /** They sign what is left of the audit trail where it was cut. */
  readonly keys: CompanyKeys;
  /** Days that inventory changes and daily figures are kept at most; at least 30. A company may choose fewer. */
  readonly retentionDays: number;
  /** Days that the audit trail is kept at most; at least 30. */
  readonly auditRetentionDays: number;
  /** Rows a transaction; 5,000 when not given. */
  readonly batchRows?: number;
}

interface Rule {
  readonly table: string;
  readonly days: number;
  /** Deletes up to `limit` rows older than `days` and answers how many. */
  readonly expire: (tx: Tx, companyId: number, days: number, limit: number) => Promise<number>;
}

const rulesOf = (keys: CompanyKeys, { inventoryDays, auditDays }: ReturnType<typeof retentionOf>): Rule[] => [
  { table: "inventory_delta", days: inventoryDays, expire: expireDeltas },
  { table: "daily_stat", days: inventoryDays, expire: expireDays },
  { table: "asset_day", days: inventoryDays, expire: expireAssetDays },
  { table: "upload", days: inventoryDays, expire: expireUploads },
  { table: "credential", days: CREDENTIAL_DAYS, expire: expireCredentials },
  { table: "access_token", days: ACCESS_TOKEN_DAYS, expire: expireAccessTokens },
  { table: "company_export", days: CREDENTIAL_DAYS, expire: expireExports },
  { table: "webhook_delivery", days: MESSAGE_DAYS, expire: expireDeliveries },
  { table: "mail", days: MESSAGE_DAYS, expire: expireMails },
  { table: "finding_mention", days: MENTION_DAYS, expire: expireMentions },
  // who changed what, as the audit trail tells it
  { table: "finding_change", days: auditDays, expire: expireChanges },
  { table: "bulk_action", days: auditDays, expire: expireBulkActions },
  { table: "provider_entry", days: auditDays, expire: expireEntries },
  {
    table: "audit_event",
    days: auditDays,
    expire: (tx, companyId, days, limit) => cutAudit(keys, tx, companyId, { days, limit }),
  },
];

/** Orders a job for each company that deletes what is too old; joins those that wait already. One runs at a time. */
export const requestRetention = async (db: Database): Promise<void> => {
  await db.asService(async (tx) => {
    for (const companyId of await companyIds(tx)) {
      await enqueue(tx, {
        task: "retention",
        payload: { companyId },
        key: `retention:${companyId}`,
        queueName: "retention",
        priority: PRIORITY,
        maxAttempts: 3,
      });
    }
  });
};

/**
 * The job that deletes a company's old rows, in batches. Each batch is a transaction with an audit row that names the table, how
 * many rows and how old. Ends early when `signal` fires; what is left goes the next time.
 */
export const applyRetention = async (
  deps: RetentionDeps,
  { companyId }: { companyId: number },
  signal: AbortSignal,
): Promise<void> => {
  const limit = deps.batchRows ?? BATCH_ROWS;
  await deps.db.asServiceFor(companyId, (tx) => measureStorage(tx, companyId));
  const settings = await deps.db.withCompany(companyId, (tx) => settingsOf(tx, companyId));
  for (const { table, days, expire } of rulesOf(deps.keys, retentionOf(settings, deps))) {
    for (let batch = 0, count = limit; batch < BATCHES_MAX && count === limit && !signal.aborted; batch += 1) {
      count = await deps.db.asServiceFor(companyId, async (tx) => {
        const deleted = await expire(tx, companyId, days, limit);
        if (deleted > 0) await recordDeletion(tx, companyId, table, { count: deleted, olderThanDays: days });
        return deleted;
      });
    }
  }
};

const recordDeletion = async (tx: Tx, companyId: number, table: string, detail: Record<string, number>) =>
  writeAudit(tx, { companyId, actor: "server", action: "retention.delete", target: table, detail, ip: "" });
