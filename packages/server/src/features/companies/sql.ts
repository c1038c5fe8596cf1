import type { CompanyState } from "../../platform/auth/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { COUNT_LIMIT } from "../assets/index.ts";

/** The id of the company of this name; made when there is none. The first of all runs the platform. */
export const insertCompany = async (tx: Tx, name: string): Promise<number> => {
  await tx.query(
    `insert into company (name, is_provider) values ($1, not exists (select 1 from company where is_provider))
     on conflict (name) do nothing`,
    [name],
  );
  const rows = await tx.query<{ id: number }>("select id from company where name = $1", [name]);
  return (rows[0] as { id: number }).id;
};

/** A company as the provider sees it. */
export interface Company {
  readonly id: number;
  readonly name: string;
  readonly isProvider: boolean;
  readonly state: CompanyState;
  readonly stateReason: string | null;
  readonly createdAt: Date;
  readonly deleteAt: Date | null;
}

const COLUMNS = `id, name, is_provider as "isProvider", state, state_reason as "stateReason", created_at as "createdAt",
  delete_at as "deleteAt"`;

/** Companies by their number, after one. Service role. */
export const companiesPage = (tx: Tx, page: { limit: number; after: number }): Promise<Company[]> =>
  tx.query<Company>(`select ${COLUMNS} from company where id > $1 and canary is null order by id limit $2`, [
    page.after,
    page.limit,
  ]);

/** How many companies there are. Service role. */
export const countCompanies = async (tx: Tx): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    "select count(*)::int as n from (select 1 from company where canary is null limit $1) x",
    [COUNT_LIMIT],
  );
  return row?.n ?? 0;
};

/** One company, or null; locked until the transaction ends where asked. Service role sees all, a company itself. */
export const companyById = async (tx: Tx, id: number, lock: "for update" | "" = ""): Promise<Company | null> =>
  (await tx.query<Company>(`select ${COLUMNS} from company where id = $1 ${lock}`, [id]))[0] ?? null;

/** The company that runs the platform. Service role. */
export const providerId = async (tx: Tx): Promise<number> => {
  const [row] = await tx.query<{ id: number }>("select id from company where is_provider");
  return (row as { id: number }).id;
};

/** Makes a company; null when there is one of this name. Service role. */
export const insertNewCompany = async (tx: Tx, name: string): Promise<number | null> => {
  const [row] = await tx.query<{ id: number }>(
    "insert into company (name) values ($1) on conflict (name) do nothing returning id",
    [name],
  );
  return row?.id ?? null;
};

/** Renames a company; false when another has this name. Service role. */
export const setName = async (tx: Tx, id: number, name: string): Promise<boolean> => {
  const rows = await tx.query(
    `update company set name = $2 where id = $1 and not exists (select 1 from company where name = $2 and id <> $1)
     returning id`,
    [id, name],
  );
  return rows.length === 1;
};

/** What is to be known of a deletion until it is done. */
export interface Deletion {
  readonly askedBy: string;
  readonly askedAt: string;
  readonly reason: string;
  readonly startedAt?: string;
  /** Rows by table when the job began. */
  readonly before?: Readonly<Record<string, number>>;
  /** Rows by table that are gone. */
  readonly deleted?: Readonly<Record<string, number>>;
  readonly files?: number;
  readonly jobs?: number;
  /** Who was a member when the job began. */
  readonly people?: readonly string[];
  /** The newest link of the audit trail that goes. */
  readonly trailHead?: { readonly seq: number; readonly hash: string } | null;
}

/** Puts a company into a state. Service role. */
export const setState = async (
  tx: Tx,
  id: number,
  to: { state: CompanyState; reason: string | null; deleteAt?: Date; deletion?: Deletion },
): Promise<void> => {
  await tx.query("update company set state = $2, state_reason = $3, delete_at = $4, deletion = $5 where id = $1", [
    id,
    to.state,
    to.reason,
    to.deleteAt ?? null,
    to.deletion ?? null,
  ]);
};

/** What a company has, each counted up to COUNT_LIMIT. */
export interface CompanyCounts {
  readonly agentCount: number;
  readonly assetCount: number;
  readonly findingCount: number;
  readonly personCount: number;
  readonly lastActivityAt: Date | null;
}

const upTo = (from: string): string => `(select count(*)::int from (select 1 from ${from} limit ${COUNT_LIMIT}) x)`;

/** Counts a company's rows within its own scope. Cost: bounded by COUNT_LIMIT rows of each table. */
export const companyCounts = async (tx: Tx, companyId: number): Promise<CompanyCounts> => {
  const [row] = await tx.prepared<CompanyCounts>(
    "company_counts",
    `select ${upTo("credential where company_id = $1 and kind = 'device' and revoked_at is null")} as "agentCount",
       ${upTo("asset where company_id = $1")} as "assetCount",
       ${upTo("finding where company_id = $1 and status = 'open'")} as "findingCount",
       ${upTo("membership where company_id = $1 and deactivated_at is null")} as "personCount",
       greatest((select max(last_seen_at) from asset where company_id = $1),
         (select max(at) from audit_event where company_id = $1)) as "lastActivityAt"`,
    [companyId],
  );
  return row as CompanyCounts;
};
