import type { Tx } from "../../platform/db/index.ts";

/** A link with what it links: `content` is the very text that was hashed; null when the row is gone. */
export interface Link {
  readonly seq: number;
  readonly previous: string;
  readonly hash: string;
  readonly content: string | null;
}

/** As a subquery, each row is looked up by its key: a join would read the whole trail for every page. */
const CONTENT = `(select audit_content(e.company_id, e.id, e.at, e.actor, e.action, e.target, e.detail, e.before, e.after, e.ip)
  from audit_event e where e.company_id = l.company_id and e.id = l.event_id)`;

/** Links after a number, in their order. */
export const linksAfter = async (tx: Tx, companyId: number, seq: number, limit: number): Promise<Link[]> => {
  const rows = await tx.query<Omit<Link, "seq"> & { seq: string }>(
    `select l.seq, encode(l.previous, 'hex') as previous, encode(l.hash, 'hex') as hash, ${CONTENT} as content
     from audit_link l where l.company_id = $1 and l.seq > $2 order by l.seq limit $3`,
    [companyId, seq, limit],
  );
  return rows.map((row) => ({ ...row, seq: Number(row.seq) }));
};

/** The number of the newest link; where all is cut off, of the newest checkpoint; 0 for an empty trail. */
export const lastSeq = async (tx: Tx, companyId: number): Promise<number> => {
  const [row] = await tx.query<{ seq: string }>(
    `select greatest((select max(seq) from audit_link where company_id = $1),
       (select max(seq) from audit_checkpoint where company_id = $1), 0) as seq`,
    [companyId],
  );
  return Number(row?.seq ?? 0);
};

/** How many rows of the trail have no link: none, unless the database's own trigger was taken away. */
export const countUnlinked = async (tx: Tx, companyId: number): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `select count(*)::int as n from audit_event e where company_id = $1
       and not exists (select 1 from audit_link l where l.company_id = e.company_id and l.event_id = e.id)`,
    [companyId],
  );
  return row?.n ?? 0;
};

/** What a cut of the chain leaves; times in ISO 8601 with milliseconds, the rest in hex. */
export interface Checkpoint {
  readonly seq: number;
  readonly hash: string;
  readonly count: number;
  readonly before: string;
  readonly at: string;
  readonly keyId: string;
  readonly publicKey: string;
  readonly signature: string;
}

const MS = `at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;

/** The newest checkpoint; null while nothing was cut off. */
export const newestCheckpoint = async (tx: Tx, companyId: number): Promise<Checkpoint | null> => {
  const [row] = await tx.query<Checkpoint & { seq: string }>(
    `select seq, encode(hash, 'hex') as hash, count, to_char(before ${MS}) as before, to_char(at ${MS}) as at,
       key_id as "keyId", encode(public_key, 'hex') as "publicKey", encode(signature, 'hex') as signature
     from audit_checkpoint where company_id = $1 order by seq desc limit 1`,
    [companyId],
  );
  return row === undefined ? null : { ...row, seq: Number(row.seq) };
};

/** Stores a checkpoint: from then on the database lets go of the links up to it. Service role. */
export const insertCheckpoint = async (tx: Tx, companyId: number, c: Checkpoint): Promise<void> => {
  await tx.query(
    `insert into audit_checkpoint (company_id, seq, hash, count, before, at, key_id, public_key, signature)
     values ($1, $2, decode($3, 'hex'), $4, $5, $6, $7, decode($8, 'hex'), decode($9, 'hex'))`,
    [companyId, c.seq, c.hash, c.count, c.before, c.at, c.keyId, c.publicKey, c.signature],
  );
};

/** The first links of the chain, up to `limit`, with whether each one's row lies before a time. */
export const firstLinks = async (tx: Tx, companyId: number, before: string, limit: number) => {
  const rows = await tx.query<{ seq: string; hash: string; eventId: string; isOld: boolean }>(
    `select l.seq, encode(l.hash, 'hex') as hash, l.event_id::text as "eventId", coalesce((
       select e.at < $2::timestamptz from audit_event e
       where e.company_id = l.company_id and e.id = l.event_id), false) as "isOld"
     from audit_link l where l.company_id = $1 order by l.seq limit $3`,
    [companyId, before, limit],
  );
  return rows.map((row) => ({ ...row, seq: Number(row.seq) }));
};

/** Deletes the links up to a number and their rows. The database refuses what is above a checkpoint or of the last 30 days. */
export const deleteLinks = async (
  tx: Tx,
  companyId: number,
  seq: number,
  eventIds: readonly string[],
): Promise<void> => {
  await tx.query("delete from audit_link where company_id = $1 and seq <= $2", [companyId, seq]);
  await tx.query("delete from audit_event where company_id = $1 and id = any($2::bigint[])", [companyId, eventIds]);
};
