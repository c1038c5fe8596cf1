import { AppError, messageOf } from "@zerotrace/core";
import { BUILT_IN_ROLES, isBuiltInRole } from "@zerotrace/core/schema";
import type { z } from "zod";
import { type Identity, mustSeeAll } from "../../platform/auth/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import type { routes } from "./contract.ts";
import type { SsoDeps } from "./deps.ts";
import { type IdpMetadata, certificateOf, pemOf, readIdpMetadata } from "./saml-metadata.ts";
import { ownRole, type Provider, type SamlSettings } from "./sql.ts";

/** A provider as somebody wants it. */
export type Wish = z.output<typeof routes.createIdentityProvider.body>;

const bad = (detail: string, field: string, cause?: unknown): AppError =>
  new AppError("BAD_REQUEST", detail, { field, cause });

/** What a provider's own metadata says; null where none is given. Throws BAD_REQUEST. */
const metadataOf = async ({ fetch }: SsoDeps, saml: NonNullable<Wish["saml"]>): Promise<IdpMetadata | null> => {
  const isWhole = saml.issuer !== undefined && saml.entryPoint !== undefined && saml.certificates !== undefined;
  try {
    if (saml.metadata !== undefined) return readIdpMetadata(saml.metadata);
    return isWhole || saml.metadataUrl === null ? null : readIdpMetadata(await fetchMetadata(fetch, saml.metadataUrl));
  } catch (cause) {
    throw bad(`The identity provider's metadata cannot be used: ${messageOf(cause)}.`, "saml.metadata", cause);
  }
};

/** A provider's metadata from its address. Throws what is wrong. */
export const fetchMetadata = async (get: typeof fetch, url: string): Promise<string> => {
  const answer = await get(url);
  if (answer.status !== 200) throw new Error(`${url} answers ${answer.status}`);
  return answer.text();
};

const samlSettings = async (deps: SsoDeps, saml: NonNullable<Wish["saml"]>): Promise<SamlSettings> => {
  const published = await metadataOf(deps, saml);
  const { metadata: _, ...rest } = saml;
  const issuer = saml.issuer ?? published?.issuer;
  const entryPoint = saml.entryPoint ?? published?.entryPoint;
  const certificates = saml.certificates ?? published?.certificates;
  if (issuer === undefined || entryPoint === undefined || certificates === undefined) {
    throw bad("Give the issuer, entryPoint and certificates, or the provider's metadata.", "saml");
  }
  if (!/^https?:\/\//.test(entryPoint)) throw bad("The entry point is no address.", "saml.entryPoint");
  try {
    for (const certificate of certificates) certificateOf(certificate);
  } catch (cause) {
    throw bad(`A certificate cannot be used: ${messageOf(cause)}.`, "saml.certificates", cause);
  }
  return { ...rest, issuer, entryPoint, certificates: certificates.map(pemOf) };
};

const samlOrOidc = async (
  deps: SsoDeps,
  { saml, oidc, clientSecret }: Wish,
): Promise<Pick<Provider, "kind" | "config">> => {
  if (saml !== undefined && oidc === undefined) {
    if (clientSecret !== undefined) throw bad("SAML has no client secret: leave it out.", "clientSecret");
    return { kind: "saml", config: await samlSettings(deps, saml) };
  }
  if (oidc !== undefined && saml === undefined) return { kind: "oidc", config: oidc };
  throw bad("Give either oidc or saml.", "oidc");
};

/** Why one with labels keeps no identity provider. */
export const ALL = "identity providers say who sees which part";

/** Throws unless every role that the groups give is there, and its maker could give it: nobody makes more than they are. */
const checkRoles = async (tx: Tx, identity: Identity, wish: Wish): Promise<void> => {
  mustSeeAll(identity, ALL);
  const roles = new Set([...wish.mappings.map(({ role }) => role), ...(wish.defaultRole ? [wish.defaultRole] : [])]);
  for (const role of roles) {
    const permissions = isBuiltInRole(role)
      ? BUILT_IN_ROLES[role].permissions
      : await ownRole(tx, identity.companyId, role);
    if (permissions === null) throw bad(`There is no role ${role} in the company.`, "mappings");
    const above = permissions.find((one) => !identity.permissions.includes(one));
    if (above !== undefined) {
      throw new AppError("FORBIDDEN", `You cannot give the role ${role}: it holds ${above}, and you do not.`, {
        field: "mappings",
      });
    }
  }
};

/** A provider as it will be kept, but for its id and secret. Throws BAD_REQUEST or FORBIDDEN. */
export const providerOf = async (
  deps: SsoDeps,
  tx: Tx,
  identity: Identity,
  wish: Wish,
): Promise<Omit<Provider, "id" | "secret">> => {
  await checkRoles(tx, identity, wish);
  const { name, domains, mappings, defaultRole, defaultLabels, createsMembers, enabled } = wish;
  const common = { name, domains: [...new Set(domains)].sort(), mappings, defaultRole, defaultLabels };
  return { ...common, createsMembers, enabled, ...(await samlOrOidc(deps, wish)) };
};
