import type { Permission } from "@zerotrace/core/schema";
import type { Tx } from "../../platform/db/index.ts";
import type { Granting, Mapping } from "./rules.ts";

export interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly emailClaim: string;
  readonly nameClaim: string;
  readonly groupsClaim: string;
  /** Who signs out here signs out there too. Absent: no. */
  readonly signsOut?: boolean;
}

export interface SamlSettings {
  readonly issuer: string;
  readonly entryPoint: string;
  readonly certificates: readonly string[];
  readonly metadataUrl: string | null;
  readonly emailAttribute: string | null;
  readonly nameAttribute: string | null;
  readonly groupsAttribute: string;
  /** PEM of our certificates for which it may encrypt, newest first; their keys are in `secret`. Absent: none was made. */
  readonly ownCertificates?: readonly string[];
}

interface Common extends Granting {
  readonly id: string;
  readonly name: string;
  /** Sealed: the client's, or of SAML the private keys of `ownCertificates` as a list in JSON. */
  readonly secret: string | null;
  readonly domains: readonly string[];
  readonly createsMembers: boolean;
  readonly enabled: boolean;
}

/** Who vouches for people of a company. */
export type Provider = Common &
  ({ readonly kind: "oidc"; readonly config: OidcConfig } | { readonly kind: "saml"; readonly config: SamlSettings });
export type OidcProvider = Extract<Provider, { kind: "oidc" }>;
export type SamlProvider = Extract<Provider, { kind: "saml" }>;

/** A provider as it is kept. */
export type ProviderRow = Provider & {
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly changedAt: Date;
  readonly peopleCount: number;
  readonly lastUsedAt: Date | null;
};

const COLUMNS = `p.id, p.kind, p.name, p.config, p.secret, p.domains, p.mappings, p.default_role as "defaultRole",
  p.default_labels as "defaultLabels", p.creates_members as "createsMembers", p.enabled, p.created_at as "createdAt",
  p.created_by as "createdBy", p.changed_at as "changedAt"`;

/** The providers of a company by name, or the one with an id. */
export const listProviders = (tx: Tx, companyId: number, id: string | null = null): Promise<ProviderRow[]> =>
  tx.query<ProviderRow>(
    `select ${COLUMNS}, count(l.subject)::int as "peopleCount", max(l.last_used_at) as "lastUsedAt"
     from identity_provider p left join identity_link l on l.company_id = p.company_id and l.provider_id = p.id
     where p.company_id = $1 and ($2::uuid is null or p.id = $2)
     group by p.company_id, p.id order by p.name, p.id`,
    [companyId, id],
  );

/** A provider of a company; null when it has none of this id. */
export const providerById = async (tx: Tx, companyId: number, id: string): Promise<ProviderRow | null> =>
  (await listProviders(tx, companyId, id))[0] ?? null;

const valuesOf = (p: Provider): unknown[] => [
  p.id,
  p.kind,
  p.name,
  p.config,
  p.secret,
  p.domains,
  JSON.stringify(p.mappings),
  p.defaultRole,
  p.defaultLabels,
  p.createsMembers,
  p.enabled,
];

/** Stores a provider; false when the company has one of this name. */
export const insertProvider = async (tx: Tx, companyId: number, p: Provider, createdBy: string): Promise<boolean> => {
  const rows = await tx.query(
    `insert into identity_provider (company_id, id, kind, name, config, secret, domains, mappings, default_role, default_labels,
       creates_members, enabled, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict (company_id, name) do nothing returning id`,
    [companyId, ...valuesOf(p), createdBy],
  );
  return rows.length === 1;
};

/** Changes everything of a provider; false when another has its name. */
export const updateProvider = async (tx: Tx, companyId: number, p: Provider): Promise<boolean> => {
  const rows = await tx.query(
    `update identity_provider p set kind = $3, name = $4, config = $5, secret = $6, domains = $7, mappings = $8, default_role = $9,
       default_labels = $10, creates_members = $11, enabled = $12, changed_at = now()
     where p.company_id = $1 and p.id = $2 and not exists (
       select 1 from identity_provider o where o.company_id = $1 and o.name = $4 and o.id <> $2) returning p.id`,
    [companyId, ...valuesOf(p)],
  );
  return rows.length === 1;
};

/** Deletes a provider and its links; false when the company has none of this id. */
export const deleteProvider = async (tx: Tx, companyId: number, id: string): Promise<boolean> =>
  (await tx.query(`delete from identity_provider where company_id = $1 and id = $2 returning id`, [companyId, id]))
    .length === 1;

/** Puts a newly sealed secret in the place of the one that it was made from. */
export const replaceSecret = async (
  tx: Tx,
  companyId: number,
  id: string,
  change: { from: string; to: string },
): Promise<void> => {
  await tx.query(`update identity_provider set secret = $4 where company_id = $1 and id = $2 and secret = $3`, [
    companyId,
    id,
    change.from,
    change.to,
  ]);
};

/** Enabled providers of all active companies that named a domain; by the service role, with no company set. */
export const providersOfDomain = (
  tx: Tx,
  domain: string,
): Promise<{ companyId: number; companyName: string; id: string; name: string; kind: "oidc" | "saml" }[]> =>
  tx.query(
    `select p.company_id as "companyId", c.name as "companyName", p.id, p.name, p.kind
     from identity_provider p join company c on c.id = p.company_id and c.state = 'active'
     where p.domains @> array[$1::text] and p.enabled order by c.name, p.name limit 20`,
    [domain],
  );

/** Whether a company is there and neither suspended nor about to be deleted. */
export const isCompanyActive = async (tx: Tx, companyId: number): Promise<boolean> =>
  (await tx.query(`select id from company where id = $1 and state = 'active'`, [companyId])).length === 1;

/** A role of the company's own: its permissions, or null where there is none. */
export const ownRole = async (tx: Tx, companyId: number, role: string): Promise<Permission[] | null> => {
  const [row] = await tx.query<{ permissions: Permission[] }>(
    `select permissions from role where company_id = $1 and id::text = $2`,
    [companyId, role],
  );
  return row?.permissions ?? null;
};

/** What decides the roles of groups that a directory sends: the mappings of all enabled providers by name, one after another. */
export const companyGranting = async (tx: Tx, companyId: number): Promise<Granting> => {
  const rows = await tx.query<{ mappings: Mapping[]; defaultRole: string | null; defaultLabels: string[] | null }>(
    `select mappings, default_role as "defaultRole", default_labels as "defaultLabels"
     from identity_provider where company_id = $1 and enabled order by name, id`,
    [companyId],
  );
  const first = rows.find(({ defaultRole }) => defaultRole !== null);
  return {
    mappings: rows.flatMap(({ mappings }) => mappings),
    defaultRole: first?.defaultRole ?? null,
    defaultLabels: first?.defaultLabels ?? null,
  };
};

/** Remembers that something was used, until it ends by itself; false when it was used before. */
export const useOnce = async (tx: Tx, companyId: number, id: Buffer, expiresAt: Date): Promise<boolean> => {
  await tx.query(
    `delete from sso_seen where company_id = $1 and id in (
       select id from sso_seen where company_id = $1 and expires_at < now() limit 100)`,
    [companyId],
  );
  const rows = await tx.query(
    `insert into sso_seen (company_id, id, expires_at) values ($1, $2, $3) on conflict do nothing returning id`,
    [companyId, id, expiresAt],
  );
  return rows.length === 1;
};
