import { AppError } from "@zerotrace/core";
import { randomUUID } from "node:crypto";
import { mustSeeAll, revokeSessionsOf } from "../../platform/auth/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { newEncryptionKey } from "../../platform/pki/index.ts";
import { routes } from "./contract.ts";
import { addressesOf, samlKeys, secretPlace, type SsoDeps } from "./deps.ts";
import { deleteLink, peopleOfProvider } from "./link-sql.ts";
import { certificateOf } from "./saml-metadata.ts";
import {
  deleteProvider,
  insertProvider,
  listProviders,
  type Provider,
  providerById,
  type ProviderRow,
  type SamlSettings,
  updateProvider,
} from "./sql.ts";
import { ALL, providerOf, type Wish } from "./wish.ts";

/** Providers that a company may have. */
const PROVIDERS_MAX = 10;

const missing = (): AppError => new AppError("NOT_FOUND", "There is no identity provider with this id.");
const taken = (): AppError =>
  new AppError("CONFLICT", "There is an identity provider of this name already.", { field: "name" });

const found = async (tx: Tx, companyId: number, id: string): Promise<ProviderRow> => {
  const row = await providerById(tx, companyId, id);
  if (row === null) throw missing();
  return row;
};

const settingsOf = ({ ownCertificates: _, ...config }: SamlSettings) => ({
  ...config,
  certificates: [...config.certificates],
});

const shown = (publicUrl: string, companyId: number, row: ProviderRow) => {
  const { id, kind, name, domains, mappings, defaultRole, defaultLabels, createsMembers, enabled } = row;
  const isSaml = kind === "saml";
  const at = addressesOf(publicUrl, companyId, id);
  return {
    id,
    kind,
    name,
    domains: [...domains],
    mappings: mappings.map(({ group, role, labels }) => ({ group, role, labels: labels && [...labels] })),
    defaultRole,
    defaultLabels: defaultLabels && [...defaultLabels],
    createsMembers,
    enabled,
    oidc: row.kind === "oidc" ? { signsOut: false, ...row.config, scopes: [...row.config.scopes] } : null,
    saml: row.kind === "saml" ? settingsOf(row.config) : null,
    ownCertificates: row.kind === "saml" ? [...(row.config.ownCertificates ?? [])] : [],
    hasSecret: row.secret !== null,
    startUrl: at.start,
    redirectUrl: isSaml ? at.acs : at.callback,
    signOutUrl: isSaml ? null : at.signedOut,
    entityId: isSaml ? at.metadata : null,
    metadataUrl: isSaml ? at.metadata : null,
    peopleCount: row.peopleCount,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdBy,
  };
};

/** What the trail tells of a provider: everything but its secret. */
const told = ({
  kind,
  name,
  config,
  domains,
  mappings,
  defaultRole,
  defaultLabels,
  createsMembers,
  enabled,
}: Provider) => ({
  kind,
  name,
  config,
  domains,
  mappings,
  defaultRole,
  defaultLabels,
  createsMembers,
  enabled,
});

const list = (deps: SsoDeps): Endpoint =>
  implement(routes.listIdentityProviders, {
    audit: "none",
    run: async ({ tx, identity: { companyId } }) => ({
      rows: (await listProviders(tx, companyId)).map((row) => shown(deps.publicUrl(), companyId, row)),
    }),
  });

/** The secret to keep, sealed: the new one, the former one of the same kind, or none. */
const secretFor = async (
  { keys }: SsoDeps,
  tx: Tx,
  companyId: number,
  of: { id: string; wish: Wish; before: ProviderRow | null },
): Promise<string | null> => {
  const { id, wish, before } = of;
  if (wish.clientSecret !== undefined) return keys.seal(tx, companyId, secretPlace(id), wish.clientSecret);
  if (before?.kind === "saml" && wish.saml !== undefined) return before.secret;
  if (before?.kind !== "oidc" || wish.oidc === undefined) return null;
  // a secret goes to the issuer and the client that it was given for, and to no other
  const isSame = before.config.issuer === wish.oidc.issuer && before.config.clientId === wish.oidc.clientId;
  return isSame ? before.secret : null;
};

const create = (deps: SsoDeps): Endpoint =>
  implement(routes.createIdentityProvider, {
    audit: "identity_provider.create",
    run: async (context, { body }) => {
      const { tx, identity } = context;
      const { companyId, subject } = identity;
      if ((await listProviders(tx, companyId)).length >= PROVIDERS_MAX) {
        throw new AppError("CONFLICT", `A company has at most ${PROVIDERS_MAX} identity providers: remove one first.`);
      }
      const id = randomUUID();
      const secret = await secretFor(deps, tx, companyId, { id, wish: body, before: null });
      const made = { id, secret, ...(await providerOf(deps, tx, identity, body)) } as Provider;
      if (!(await insertProvider(tx, companyId, made, subject))) throw taken();
      context.note(id, { hasSecret: secret !== null }, { after: told(made) });
      return shown(deps.publicUrl(), companyId, await found(tx, companyId, id));
    },
  });

/** Ends the sessions that a provider's people have by single sign-on; call `forget` on each after the commit. */
const endSessions = async (tx: Tx, companyId: number, providerId: string, now: Date): Promise<string[]> =>
  revokeSessionsOf(tx, companyId, await peopleOfProvider(tx, companyId, providerId), { now, method: "sso" });

/** What a change of a SAML provider keeps: our certificates for it. */
const withOwn = (after: Provider, before: ProviderRow): Provider =>
  after.kind === "saml" && before.kind === "saml" && before.config.ownCertificates !== undefined
    ? { ...after, config: { ...after.config, ownCertificates: before.config.ownCertificates } }
    : after;

const update = (deps: SsoDeps): Endpoint =>
  implement(routes.updateIdentityProvider, {
    audit: "identity_provider.update",
    transaction: "none",
    run: async (context, { params: { id }, body }) => {
      const { db, identity, now } = context;
      const { companyId, subject: actor } = identity;
      const { answer, ended } = await db.withCompany(companyId, async (tx) => {
        const before = await found(tx, companyId, id);
        const secret = await secretFor(deps, tx, companyId, { id, wish: body, before });
        const after = withOwn({ id, secret, ...(await providerOf(deps, tx, identity, body)) } as Provider, before);
        if (!(await updateProvider(tx, companyId, after))) throw taken();
        const sessions = after.enabled ? [] : await endSessions(tx, companyId, id, now);
        const detail = { hasSecret: secret !== null, newSecret: body.clientSecret !== undefined };
        const change = { before: told(before), after: told(after) };
        await context.record(tx, { companyId, actor, target: id, detail, ...change });
        return { ended: sessions, answer: shown(deps.publicUrl(), companyId, await found(tx, companyId, id)) };
      });
      for (const session of ended) deps.forget(session);
      return answer;
    },
  });

const remove = (deps: SsoDeps): Endpoint =>
  implement(routes.deleteIdentityProvider, {
    audit: "identity_provider.delete",
    transaction: "none",
    run: async (context, { params: { id } }) => {
      const { db, identity, now } = context;
      mustSeeAll(identity, ALL);
      const { companyId, subject: actor } = identity;
      const ended = await db.withCompany(companyId, async (tx) => {
        const before = await found(tx, companyId, id);
        const sessions = await endSessions(tx, companyId, id, now);
        await deleteProvider(tx, companyId, id);
        const detail = { people: before.peopleCount, sessions: sessions.length };
        await context.record(tx, { companyId, actor, target: id, detail, before: told(before) });
        return sessions;
      });
      for (const session of ended) deps.forget(session);
      return {};
    },
  });

const unlink = (deps: SsoDeps): Endpoint =>
  implement(routes.unlinkIdentity, {
    audit: "identity_provider.unlink",
    transaction: "none",
    run: async (context, { params: { id, personId } }) => {
      const { db, identity, now } = context;
      mustSeeAll(identity, ALL);
      const { companyId, subject: actor } = identity;
      const ended = await db.withCompany(companyId, async (tx) => {
        const subject = await deleteLink(tx, companyId, id, personId);
        if (subject === null) throw new AppError("NOT_FOUND", "The person has no identity at this provider.");
        const before = { personId, subject };
        await context.record(tx, { companyId, actor, target: id, detail: { personId }, before });
        return revokeSessionsOf(tx, companyId, [personId], { now, method: "sso" });
      });
      for (const session of ended) deps.forget(session);
      return {};
    },
  });

/** Keys for which a provider may encrypt at one time: the newest, and the one that it knew before. */
const ENCRYPTION_KEYS = 2;

const renewKey = (deps: SsoDeps): Endpoint =>
  implement(routes.renewEncryptionKey, {
    audit: "identity_provider.renew_key",
    run: async (context, { params: { id } }) => {
      const { tx, identity, now } = context;
      mustSeeAll(identity, ALL);
      const { companyId } = identity;
      const before = await found(tx, companyId, id);
      if (before.kind !== "saml") throw new AppError("BAD_REQUEST", "Only SAML encrypts assertions.", { field: "id" });
      const made = await newEncryptionKey(`Single sign-on ${id}`, now);
      const keys = [made.key, ...(await samlKeys(deps, tx, companyId, before))].slice(0, ENCRYPTION_KEYS);
      const own = [made.certificate, ...(before.config.ownCertificates ?? [])].slice(0, ENCRYPTION_KEYS);
      const secret = await deps.keys.seal(tx, companyId, secretPlace(id), JSON.stringify(keys));
      await updateProvider(tx, companyId, { ...before, secret, config: { ...before.config, ownCertificates: own } });
      context.note(id, { certificate: certificateOf(made.certificate).fingerprint });
      return shown(deps.publicUrl(), companyId, await found(tx, companyId, id));
    },
  });

/** The routes by which identity providers are kept. */
export const manageRoutes = (deps: SsoDeps): Endpoint[] => [
  list(deps),
  create(deps),
  update(deps),
  remove(deps),
  renewKey(deps),
  unlink(deps),
];
