import type { Tx } from "../../platform/db/index.ts";
import type { Certificate } from "./certificate.ts";
import type { Deletion } from "./sql.ts";

/** A company whose time to undo its deletion is over. */
export interface Doomed {
  readonly id: number;
  readonly name: string;
  readonly deleteAt: Date;
  readonly deletion: Deletion;
}

/** The companies whose rows may go now. Service role. */
export const companiesToDelete = async (tx: Tx): Promise<number[]> =>
  (
    await tx.query<{ id: number }>("select id from company where state = 'deleting' and delete_at <= now() order by id")
  ).map(({ id }) => id);

/** A company whose rows may go now; null for any other. Locked until the transaction ends where asked. Service role. */
export const doomedCompany = async (tx: Tx, id: number, lock: "for update" | "" = ""): Promise<Doomed | null> =>
  (
    await tx.query<Doomed>(
      `select id, name, delete_at as "deleteAt", deletion from company
       where id = $1 and state = 'deleting' and delete_at <= now() ${lock}`,
      [id],
    )
  )[0] ?? null;

/** Keeps how far a deletion is. Service role. */
export const keepDeletion = async (tx: Tx, id: number, deletion: Deletion): Promise<void> => {
  await tx.query("update company set deletion = $2 where id = $1", [id, deletion]);
};

/** Deletes up to `most` rows of one table of a company; answers how many. Service role in its scope. */
export const deleteRows = async (tx: Tx, id: number, table: string, most: number): Promise<number> => {
  const [row] = await tx.query<{ n: number }>("select delete_company_rows($1, $2, $3) as n", [id, table, most]);
  return row?.n ?? 0;
};

/** How many rows of one table a company has, in its scope. `table` comes from the catalog. */
export const countRows = async (tx: Tx, id: number, table: string): Promise<number> => {
  const sql = `select count(*)::float8 as n from public."${table.replaceAll('"', '""')}" where company_id = $1`;
  return (await tx.query<{ n: number }>(sql, [id]))[0]?.n ?? 0;
};

/** The newest link of a company's audit trail. */
export const trailHead = async (tx: Tx, id: number): Promise<{ seq: number; hash: string } | null> => {
  const [row] = await tx.query<{ seq: number; hash: string }>(
    `select seq::float8 as seq, encode(hash, 'hex') as hash from audit_link where company_id = $1 order by seq desc limit 1`,
    [id],
  );
  return row ?? null;
};

/** Everybody who is or was a member. */
export const memberIds = async (tx: Tx, id: number): Promise<string[]> =>
  (
    await tx.query<{ id: string }>("select person_id as id from membership where company_id = $1 order by person_id", [
      id,
    ])
  ).map((row) => row.id);

/** Deletes the company itself, whose rows are gone. Service role. */
export const deleteCompanyRow = async (tx: Tx, id: number): Promise<void> => {
  await tx.query("delete from company where id = $1", [id]);
};

/** A deletion in the trail of the company that runs the platform. */
export interface Proof {
  readonly target: string;
  readonly at: Date;
  readonly name: string;
  readonly rowCount: number;
  readonly certificate: Certificate;
}

/** The action that a finished deletion is recorded under. */
export const DELETED = "company.deleted";

/** The proofs in the trail, newest first; of one company where it is named. */
export const proofs = (tx: Tx, provider: number, limit: number, target: string | null): Promise<Proof[]> =>
  tx.query<Proof>(
    `select target, at, detail ->> 'name' as name, (detail ->> 'rowCount')::float8 as "rowCount",
       detail -> 'certificate' as certificate
     from audit_event where company_id = $1 and action = $2 and ($4::text is null or target = $4)
     order by at desc, id desc limit $3`,
    [provider, DELETED, limit, target],
  );
