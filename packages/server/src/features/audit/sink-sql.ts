import type { Tx } from "../../platform/db/index.ts";

/** A receiver of a company's trail. */
export interface Sink {
  readonly id: string;
  readonly name: string;
  readonly kind: "http" | "syslog";
  readonly url: string;
  readonly format: "cef" | "json";
  /** Sealed. */
  readonly secret: string | null;
  readonly sentSeq: number;
  readonly sentAt: Date | null;
  readonly failureCount: number;
  readonly nextTryAt: Date;
  readonly lastError: string | null;
  readonly createdAt: Date;
  readonly createdBy: string;
}

const COLUMNS = `id, name, kind, url, format, secret, sent_seq as "sentSeq", sent_at as "sentAt", failure_count as "failureCount",
  next_try_at as "nextTryAt", last_error as "lastError", created_at as "createdAt", created_by as "createdBy"`;

const sinkOf = (row: Omit<Sink, "sentSeq"> & { sentSeq: number | string }): Sink => ({
  ...row,
  sentSeq: Number(row.sentSeq),
});

/** A company's receivers, by name. */
export const listSinks = async (tx: Tx, companyId: number): Promise<Sink[]> =>
  (await tx.query<Sink>(`select ${COLUMNS} from audit_sink where company_id = $1 order by name, id`, [companyId])).map(
    sinkOf,
  );

/** Whether a receiver's turn has come and something waits for it. */
export const hasDueSink = async (tx: Tx, companyId: number): Promise<boolean> => {
  const [row] = await tx.prepared<{ due: boolean }>(
    "audit-sink-due",
    `select exists (select 1 from audit_sink s where s.company_id = $1 and s.next_try_at <= now()
       and s.sent_seq < (select max(l.seq) from audit_link l where l.company_id = $1)) as due`,
    [companyId],
  );
  return row?.due ?? false;
};

/** Stores a receiver; null when the company has one of this name. */
export const insertSink = async (
  tx: Tx,
  companyId: number,
  sink: Pick<Sink, "id" | "name" | "kind" | "url" | "format" | "secret" | "sentSeq" | "createdBy">,
): Promise<string | null> => {
  const [row] = await tx.query<{ id: string }>(
    `insert into audit_sink (company_id, id, name, kind, url, format, secret, sent_seq, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (company_id, name) do nothing returning id`,
    [companyId, sink.id, sink.name, sink.kind, sink.url, sink.format, sink.secret, sink.sentSeq, sink.createdBy],
  );
  return row?.id ?? null;
};

/** Deletes a receiver; null when the company has none of this id. */
export const deleteSink = async (tx: Tx, companyId: number, id: string): Promise<Sink | null> => {
  const [row] = await tx.query<Sink>(`delete from audit_sink where company_id = $1 and id = $2 returning ${COLUMNS}`, [
    companyId,
    id,
  ]);
  return row === undefined ? null : sinkOf(row);
};

/** Notes that links up to a number arrived; false when another process noted some meanwhile. */
export const noteSent = async (tx: Tx, companyId: number, id: string, from: number, to: number): Promise<boolean> => {
  const rows = await tx.query(
    `update audit_sink set sent_seq = $4, sent_at = now(), failure_count = 0, last_error = null, next_try_at = now()
     where company_id = $1 and id = $2 and sent_seq = $3 returning id`,
    [companyId, id, from, to],
  );
  return rows.length === 1;
};

/** Notes a failure, and when it is tried again. */
export const noteFailure = async (
  tx: Tx,
  companyId: number,
  id: string,
  failure: { error: string; waitMs: number },
): Promise<void> => {
  await tx.query(
    `update audit_sink set failure_count = failure_count + 1, last_error = $3,
       next_try_at = now() + make_interval(secs => $4::float8 / 1000)
     where company_id = $1 and id = $2`,
    [companyId, id, failure.error, failure.waitMs],
  );
};

/** Puts a newly sealed secret in the place of the one that it was made from. */
export const replaceSecret = async (
  tx: Tx,
  companyId: number,
  id: string,
  change: { from: string; to: string },
): Promise<void> => {
  await tx.query(`update audit_sink set secret = $4 where company_id = $1 and id = $2 and secret = $3`, [
    companyId,
    id,
    change.from,
    change.to,
  ]);
};
