import type { Tx } from "../../platform/db/index.ts";
import type { Rules, TagState } from "./contract.ts";

/** A registry that a company watches. */
export interface RegistryRecord {
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly rules: Rules;
  readonly platform: string;
  readonly user: string;
  /** Sealed. */
  readonly secret: string | null;
  readonly intervalMinutes: number;
  readonly nextLookAt: Date;
  readonly lookingSince: Date | null;
  readonly lastLookedAt: Date | null;
  readonly lastError: string | null;
  readonly problems: string[];
  readonly repositoryCount: number;
  readonly requestCount: number;
  readonly createdAt: Date;
  readonly createdBy: string;
}

const COLUMNS = `id, name, host, rules, platform, user_name as "user", secret, interval_minutes as "intervalMinutes",
  next_look_at as "nextLookAt", looking_since as "lookingSince", last_looked_at as "lastLookedAt", last_error as "lastError",
  problems, repository_count as "repositoryCount", request_count as "requestCount", created_at as "createdAt",
  created_by as "createdBy"`;

/** A company's registries by name. */
export const listRegistries = (tx: Tx, companyId: number): Promise<RegistryRecord[]> =>
  tx.query(`select ${COLUMNS} from registry where company_id = $1 order by name, id`, [companyId]);

/** One registry, or null. With `lock` nobody else changes it until the transaction ends. */
export const registryById = async (
  tx: Tx,
  companyId: number,
  id: string,
  lock = false,
): Promise<RegistryRecord | null> => {
  const sql = `select ${COLUMNS} from registry where company_id = $1 and id = $2${lock ? " for no key update" : ""}`;
  return (await tx.query<RegistryRecord>(sql, [companyId, id]))[0] ?? null;
};

/** What somebody sets of a registry. */
export type RegistrySettings = Pick<
  RegistryRecord,
  "name" | "host" | "rules" | "platform" | "user" | "secret" | "intervalMinutes"
>;

/** Stores a registry; false when the company has one of this name. */
export const insertRegistry = async (
  tx: Tx,
  companyId: number,
  r: RegistrySettings & Pick<RegistryRecord, "id" | "createdBy">,
): Promise<boolean> => {
  const rows = await tx.query(
    `insert into registry (company_id, id, name, host, rules, platform, user_name, secret, interval_minutes, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing returning id`,
    [companyId, r.id, r.name, r.host, r.rules, r.platform, r.user, r.secret, r.intervalMinutes, r.createdBy],
  );
  return rows.length > 0;
};

/** Changes a registry. Throws PostgreSQL's 23505 when another has the name: ask `isNameTaken` first. */
export const updateRegistry = async (tx: Tx, companyId: number, id: string, r: RegistrySettings): Promise<void> => {
  await tx.query(
    `update registry set name = $3, host = $4, rules = $5, platform = $6, user_name = $7, secret = $8,
       interval_minutes = $9, last_error = null
     where company_id = $1 and id = $2`,
    [companyId, id, r.name, r.host, r.rules, r.platform, r.user, r.secret, r.intervalMinutes],
  );
};

/** Whether another registry of the company has the name. */
export const isNameTaken = async (tx: Tx, companyId: number, id: string, name: string): Promise<boolean> =>
  (await tx.query("select id from registry where company_id = $1 and name = $2 and id <> $3", [companyId, name, id]))
    .length > 0;

/** Deletes a registry with its tags; null when there is none of this id. */
export const deleteRegistry = async (tx: Tx, companyId: number, id: string): Promise<RegistryRecord | null> =>
  (
    await tx.query<RegistryRecord>(`delete from registry where company_id = $1 and id = $2 returning ${COLUMNS}`, [
      companyId,
      id,
    ])
  )[0] ?? null;

/** Notes that a look is ordered now; false when there is no such registry. */
export const noteOrdered = async (tx: Tx, companyId: number, id: string): Promise<boolean> => {
  const rows = await tx.query(
    `update registry set looking_since = now(), next_look_at = now() + make_interval(mins => interval_minutes)
     where company_id = $1 and id = $2 returning id`,
    [companyId, id],
  );
  return rows.length > 0;
};

/** Registries whose time has come; their next time is set. */
export const takeDue = async (tx: Tx, companyId: number): Promise<string[]> => {
  const rows = await tx.prepared<{ id: string }>(
    "registry-due",
    `update registry set looking_since = now(), next_look_at = now() + make_interval(mins => interval_minutes)
     where company_id = $1 and next_look_at <= now() returning id`,
    [companyId],
  );
  return rows.map(({ id }) => id);
};

/** How a look ended. Counts that are not given stay as they were. */
export const noteLooked = async (
  tx: Tx,
  companyId: number,
  id: string,
  end: { error: string | null; problems: readonly string[]; repositoryCount?: number; requestCount?: number },
): Promise<void> => {
  await tx.query(
    `update registry set looking_since = null, last_looked_at = now(), last_error = $3, problems = $4,
       repository_count = coalesce($5, repository_count), request_count = coalesce($6, request_count)
     where company_id = $1 and id = $2`,
    [companyId, id, end.error, end.problems, end.repositoryCount ?? null, end.requestCount ?? null],
  );
};

/** Puts a newly sealed secret in the place of the one that it was made from. */
export const replaceSecret = async (
  tx: Tx,
  companyId: number,
  id: string,
  change: { from: string; to: string },
): Promise<void> => {
  await tx.query("update registry set secret = $4 where company_id = $1 and id = $2 and secret = $3", [
    companyId,
    id,
    change.from,
    change.to,
  ]);
};

/** Registries of a host that have a credential, by name; the one that ordered this upload first. */
export const registriesOfHost = (
  tx: Tx,
  companyId: number,
  host: string,
  uploadId: string,
): Promise<RegistryRecord[]> =>
  tx.query(
    `select ${COLUMNS} from registry r where r.company_id = $1 and r.host = $2 and r.secret is not null
     order by not exists (select 1 from registry_tag t
       where t.company_id = $1 and t.upload_id = $3 and t.registry_id = r.id), name, id`,
    [companyId, host, uploadId],
  );

/** Tags of each registry by state. */
export const countTags = async (
  tx: Tx,
  companyId: number,
): Promise<{ registryId: string; state: TagState; count: number }[]> =>
  tx.query(
    `select registry_id as "registryId", state, count(*)::int as count from registry_tag where company_id = $1
     group by 1, 2`,
    [companyId],
  );
