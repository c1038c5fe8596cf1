import type { Tx } from "../../platform/db/index.ts";
import { COUNT_LIMIT } from "../assets/index.ts";
import type { TagState } from "./contract.ts";

/** A tag that was found in a registry. */
export interface TagRecord {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly scannedDigest: string | null;
  readonly state: TagState;
  readonly assetId: string | null;
  readonly error: string | null;
  readonly firstSeenAt: Date;
  readonly scannedAt: Date | null;
}

const COLUMNS = `t.repository, t.tag, t.digest, t.scanned_digest as "scannedDigest", t.state, a.id as "assetId", t.error,
  t.first_seen_at as "firstSeenAt", t.scanned_at as "scannedAt"`;
const FROM = `registry_tag t left join asset a on a.company_id = t.company_id and a.id = t.asset_id`;

/** What is known of a registry's tags. */
export const knownTags = (tx: Tx, companyId: number, registryId: string): Promise<TagRecord[]> =>
  tx.query(`select ${COLUMNS} from ${FROM} where t.company_id = $1 and t.registry_id = $2`, [companyId, registryId]);

/** A page of tags by repository and name, after the pair. */
export const tagsPage = (
  tx: Tx,
  companyId: number,
  registryId: string,
  page: { limit: number; after: [string, string] | null; state: TagState | undefined },
): Promise<TagRecord[]> =>
  tx.query(
    `select ${COLUMNS} from ${FROM}
     where t.company_id = $1 and t.registry_id = $2 and ($3::text is null or (t.repository, t.tag) > ($3, $4))
       and ($5::text is null or t.state = $5)
     order by t.repository, t.tag limit $6`,
    [companyId, registryId, page.after?.[0] ?? null, page.after?.[1] ?? null, page.state ?? null, page.limit],
  );

/** How many tags a registry has, counted up to COUNT_LIMIT. */
export const countRegistryTags = async (
  tx: Tx,
  companyId: number,
  registryId: string,
  state: TagState | undefined,
): Promise<number> =>
  (
    await tx.query<{ n: number }>(
      `select count(*)::int as n from (select 1 from registry_tag
         where company_id = $1 and registry_id = $2 and ($3::text is null or state = $3) limit $4) x`,
      [companyId, registryId, state ?? null, COUNT_LIMIT],
    )
  )[0]?.n ?? 0;

/** A tag as a look leaves it. */
export type TagChange = Pick<TagRecord, "repository" | "tag" | "digest" | "state">;

/** Writes what a look changes. */
export const writeTags = async (
  tx: Tx,
  companyId: number,
  registryId: string,
  changes: readonly TagChange[],
): Promise<void> => {
  if (changes.length === 0) return;
  await tx.query(
    `insert into registry_tag (company_id, registry_id, repository, tag, digest, state)
     select $1, $2, r, t, d, s from unnest($3::text[], $4::text[], $5::text[], $6::text[]) as c(r, t, d, s)
     on conflict (company_id, registry_id, repository, tag) do update set digest = excluded.digest,
       state = excluded.state, error = null`,
    [
      companyId,
      registryId,
      changes.map((c) => c.repository),
      changes.map((c) => c.tag),
      changes.map((c) => c.digest),
      changes.map((c) => c.state),
    ],
  );
};

/** Tags whose scan failed wait again. With `all`, those that were scanned too: they are to be made anew. */
export const waitAgain = async (tx: Tx, companyId: number, registryId: string, all: boolean): Promise<void> => {
  await tx.query(
    `update registry_tag set state = 'waiting', error = null, scanned_digest = case when $3 then null else scanned_digest end
     where company_id = $1 and registry_id = $2 and (state = 'failed' or ($3 and state in ('scanned', 'scanning')))`,
    [companyId, registryId, all],
  );
};

/**
 * Notes how the scans of a company's tags ended; answers how many did. One of which nobody knows any more waits again.
 */
export const settleTags = async (tx: Tx, companyId: number): Promise<number> => {
  const ended = await tx.query(
    `update registry_tag t set state = case u.state when 'done' then 'scanned' else 'failed' end,
       scanned_digest = case u.state when 'done' then t.digest else t.scanned_digest end,
       asset_id = coalesce(u.asset_id, t.asset_id), error = u.error, scanned_at = now()
     from upload u where t.company_id = $1 and t.state = 'scanning' and u.company_id = $1 and u.id = t.upload_id
       and u.state in ('done', 'failed')
     returning t.tag`,
    [companyId],
  );
  const lost = await tx.query(
    `update registry_tag t set state = 'waiting' where t.company_id = $1 and t.state = 'scanning'
       and not exists (select 1 from upload u where u.company_id = $1 and u.id = t.upload_id)
     returning t.tag`,
    [companyId],
  );
  return ended.length + lost.length;
};

/** A tag that waits to be scanned. */
export interface WaitingTag {
  readonly registryId: string;
  readonly registryName: string;
  readonly host: string;
  readonly platform: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

const WAITING_COLUMNS = `t.registry_id as "registryId", r.name as "registryName", r.host, r.platform, t.repository, t.tag,
  t.digest`;
const WAITING = `registry_tag t join registry r on r.company_id = t.company_id and r.id = t.registry_id`;
/** One whose former digest is still being scanned is left for later: the order of the two decides what its asset is. */
const IS_WAITING = `t.company_id = $1 and t.state = 'waiting' and not exists (
  select 1 from upload u where u.company_id = $1 and u.id = t.upload_id and u.state not in ('done', 'failed'))`;

/** Up to `limit` tags that wait, those that were found first first, locked. */
export const waitingTags = (tx: Tx, companyId: number, limit: number): Promise<WaitingTag[]> =>
  tx.query(
    `select ${WAITING_COLUMNS} from ${WAITING} where ${IS_WAITING}
     order by t.first_seen_at, t.repository, t.tag limit $2 for no key update of t skip locked`,
    [companyId, limit],
  );

/** Tags that wait although an asset was made of their digest for the same platform and still is what it was. */
export const copyableTags = (
  tx: Tx,
  companyId: number,
  limit: number,
): Promise<(WaitingTag & { readonly assetId: string })[]> =>
  tx.query(
    `select ${WAITING_COLUMNS}, known.id as "assetId" from ${WAITING}
     cross join lateral (
       select a.id from registry_tag o
       join registry p on p.company_id = o.company_id and p.id = o.registry_id and p.platform = r.platform
       join asset a on a.company_id = o.company_id and a.id = o.asset_id
         and a.facts -> 'image' ->> 'reference' like '%@' || t.digest
       where o.company_id = $1 and o.scanned_digest = t.digest order by a.id limit 1) known
     where ${IS_WAITING} order by t.first_seen_at, t.repository, t.tag limit $2`,
    [companyId, limit],
  );

/** Tags of a company that are being scanned. */
export const countScanning = async (tx: Tx, companyId: number): Promise<number> =>
  (
    await tx.query<{ n: number }>(
      "select count(*)::int as n from registry_tag where company_id = $1 and state = 'scanning'",
      [companyId],
    )
  )[0]?.n ?? 0;

type TagKey = Pick<WaitingTag, "registryId" | "repository" | "tag">;

/** Notes that a tag's scan was ordered. */
export const noteScanning = async (tx: Tx, companyId: number, key: TagKey, uploadId: string): Promise<void> => {
  await tx.query(
    `update registry_tag set state = 'scanning', upload_id = $5, error = null
     where company_id = $1 and registry_id = $2 and repository = $3 and tag = $4`,
    [companyId, key.registryId, key.repository, key.tag, uploadId],
  );
};

/** Notes that a tag's asset was made of what is known of its digest; false when the tag moved meanwhile. */
export const noteScanned = async (
  tx: Tx,
  companyId: number,
  key: TagKey & { readonly digest: string },
  assetId: string,
): Promise<boolean> => {
  const rows = await tx.query(
    `update registry_tag set state = 'scanned', scanned_digest = digest, asset_id = $5, error = null, scanned_at = now()
     where company_id = $1 and registry_id = $2 and repository = $3 and tag = $4 and digest = $6 and state = 'waiting'
     returning tag`,
    [companyId, key.registryId, key.repository, key.tag, assetId, key.digest],
  );
  return rows.length > 0;
};

/** Deletes tags that are gone and whose asset is gone too. */
export const forgetGone = async (tx: Tx, companyId: number, registryId: string): Promise<void> => {
  await tx.query(
    `delete from registry_tag t where t.company_id = $1 and t.registry_id = $2 and t.state = 'gone'
       and not exists (select 1 from asset a where a.company_id = $1 and a.id = t.asset_id)`,
    [companyId, registryId],
  );
};

/** Forgets every tag of a registry; their assets stay. */
export const forgetTags = async (tx: Tx, companyId: number, registryId: string): Promise<void> => {
  await tx.query("delete from registry_tag where company_id = $1 and registry_id = $2", [companyId, registryId]);
};
