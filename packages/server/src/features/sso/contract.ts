import { idParam, label, LABELS_MAX, route } from "@zerotrace/core/schema";
import { z } from "zod";

const TEXT_CHARS_MAX = 512;
const METADATA_CHARS_MAX = 200_000;
const DOMAINS_MAX = 50;
const MAPPINGS_MAX = 64;
const CERTIFICATES_MAX = 4;
/** The largest form that an identity provider posts, bytes. */
const RESPONSE_BYTES_MAX = 256 * 1024;

const text = z.string().trim().min(1).max(TEXT_CHARS_MAX);
const address = z.url({ protocol: /^https?$/ }).max(2048);
const labels = z.array(label).max(LABELS_MAX).nullable();

const mapping = z
  .object({
    /** A group as the provider names it: a name, or the object id that Entra sends. */
    group: text,
    role: text,
    /** Null: every asset. */
    labels: labels.default(null),
  })
  .strict();

const oidcConfig = z
  .object({
    issuer: address,
    clientId: text,
    scopes: z.array(text).max(16).default(["openid", "email", "profile"]),
    emailClaim: text.default("email"),
    nameClaim: text.default("name"),
    groupsClaim: text.default("groups"),
    signsOut: z.boolean().default(false).describe("Who signs out here signs out at the provider too"),
  })
  .strict();

const samlConfig = z
  .object({
    /** The provider's entity id. */
    issuer: text,
    /** Where it takes requests by redirect. */
    entryPoint: address,
    /** PEM, or its base64 alone. */
    certificates: z.array(z.string().min(64).max(10_000)).min(1).max(CERTIFICATES_MAX),
    /** Asked by a test; null where the provider publishes none. */
    metadataUrl: address.nullable().default(null),
    emailAttribute: text.nullable().default(null).describe("Null: the name id is the email"),
    nameAttribute: text.nullable().default(null),
    groupsAttribute: text.default("groups"),
  })
  .strict();
/** As it is given: what the provider's metadata says may be left out where they are given or can be fetched. */
const samlGiven = samlConfig
  .partial({ issuer: true, entryPoint: true, certificates: true })
  .extend({ metadata: z.string().max(METADATA_CHARS_MAX).optional() })
  .strict();

const settings = {
  name: text,
  domains: z
    .array(
      z
        .string()
        .trim()
        .toLowerCase()
        .regex(/^(?=.{3,253}$)[a-z0-9-]+(\.[a-z0-9-]+)+$/, "A domain, such as example.com"),
    )
    .min(1)
    .max(DOMAINS_MAX)
    .describe("Emails of other domains are refused"),
  mappings: z.array(mapping).max(MAPPINGS_MAX).default([]).describe("The first whose group the person is in decides"),
  defaultRole: text.nullable().default(null).describe("Of whom no mapping fits; null refuses them"),
  defaultLabels: labels.default(null),
  createsMembers: z.boolean().default(false).describe("A person who is no member yet becomes one"),
  enabled: z.boolean().default(true),
};

const given = z.object({
  ...settings,
  oidc: oidcConfig.optional(),
  clientSecret: z.string().min(1).max(4096).optional().describe("Of OpenID Connect; kept sealed and never shown"),
  saml: samlGiven.optional(),
});

const provider = z.object({
  id: z.string(),
  kind: z.enum(["oidc", "saml"]),
  name: z.string(),
  domains: z.array(z.string()),
  mappings: z.array(z.object({ group: z.string(), role: z.string(), labels: z.array(z.string()).nullable() })),
  defaultRole: z.string().nullable(),
  defaultLabels: z.array(z.string()).nullable(),
  createsMembers: z.boolean(),
  enabled: z.boolean(),
  oidc: oidcConfig.nullable(),
  saml: samlConfig.nullable(),
  hasSecret: z.boolean(),
  /** The first is in our metadata; what was encrypted for the other is opened too. */
  ownCertificates: z
    .array(z.string())
    .describe("SAML: our certificates for which assertions may be encrypted, newest first (PEM)"),
  /** What is entered at the provider. */
  startUrl: z.string(),
  redirectUrl: z.string().describe("OpenID Connect: redirect URI. SAML: assertion consumer service"),
  signOutUrl: z.string().nullable().describe("OpenID Connect: where the provider sends who signed out there"),
  entityId: z.string().nullable(),
  metadataUrl: z.string().nullable(),
  peopleCount: z.number().int(),
  lastUsedAt: z.string().nullable(),
  createdAt: z.string(),
  createdBy: z.string(),
});

const ofCompany = z.object({ company: z.coerce.number().int().min(1).max(2_147_483_647), id: z.uuid() });
/** What providers add to an address is theirs to choose. */
const anyQuery = z.record(z.string().max(100), z.string().max(8192));

export const listIdentityProviders = route({
  method: "GET",
  path: "/api/v1/identity-providers",
  summary: "The identity providers of the company, without their secrets",
  permission: "sso:manage",
  answer: z.object({ rows: z.array(provider) }),
});

export const createIdentityProvider = route({
  method: "POST",
  path: "/api/v1/identity-providers",
  summary: "Add an identity provider: OpenID Connect or SAML 2.0",
  permission: "sso:manage",
  status: 201,
  bodyLimitBytes: RESPONSE_BYTES_MAX,
  body: given,
  answer: provider,
});

export const updateIdentityProvider = route({
  method: "PUT",
  path: "/api/v1/identity-providers/:id",
  summary:
    "Change an identity provider; a client secret that is left out stays. One that is disabled ends the sessions it opened",
  permission: "sso:manage",
  bodyLimitBytes: RESPONSE_BYTES_MAX,
  params: idParam,
  body: given,
  answer: provider,
});

export const deleteIdentityProvider = route({
  method: "DELETE",
  path: "/api/v1/identity-providers/:id",
  summary: "Remove an identity provider and end the sessions it opened; its people stay members",
  permission: "sso:manage",
  params: idParam,
});

export const testIdentityProvider = route({
  method: "POST",
  path: "/api/v1/identity-providers/:id/test",
  summary: "Ask an identity provider for its discovery document or metadata, and say what is wrong",
  permission: "sso:manage",
  params: idParam,
  answer: z.object({
    ok: z.boolean(),
    checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
  }),
});

export const renewEncryptionKey = route({
  method: "POST",
  path: "/api/v1/identity-providers/:id/encryption-key",
  summary:
    "Make another key for which a SAML provider encrypts its assertions; the former opens them too until the next",
  permission: "sso:manage",
  params: idParam,
  answer: provider,
});

export const unlinkIdentity = route({
  method: "DELETE",
  path: "/api/v1/identity-providers/:id/people/:personId",
  summary: "Forget which identity of a provider a person has, so that another may take its place",
  permission: "sso:manage",
  params: z.object({ id: z.uuid(), personId: z.uuid() }),
});

export const signInOptions = route({
  method: "GET",
  path: "/api/v1/sign-in/options",
  summary: "The ways to sign in for the domain of an email; says nothing of whether the account exists",
  permission: "public",
  query: z.object({ email: z.email().max(254) }),
  answer: z.object({
    password: z.boolean(),
    providers: z.array(
      z.object({ name: z.string(), companyName: z.string(), kind: z.enum(["oidc", "saml"]), startUrl: z.string() }),
    ),
  }),
});

export const startSignIn = route({
  method: "GET",
  path: "/api/v1/sso/:company/:id/start",
  summary: "Begin to sign in at an identity provider: redirects there",
  permission: "public",
  status: 303,
  params: ofCompany,
  query: z.object({ return: z.string().max(2048).optional().describe("A path of the dashboard to come back to") }),
  contentType: "text/html",
});

export const oidcCallback = route({
  method: "GET",
  path: "/api/v1/sso/callback",
  summary: "Where an OpenID provider sends the browser back to",
  permission: "public",
  status: 303,
  query: anyQuery,
  contentType: "text/html",
});

export const samlMetadata = route({
  method: "GET",
  path: "/api/v1/sso/:company/:id/metadata",
  summary: "Our side of SAML 2.0, for the identity provider",
  permission: "public",
  params: ofCompany,
  contentType: "application/samlmetadata+xml",
});

export const samlResponse = route({
  method: "POST",
  path: "/api/v1/sso/:company/:id/acs",
  summary: "Where a SAML identity provider has the browser post its response",
  permission: "public",
  status: 303,
  params: ofCompany,
  mediaTypes: ["application/x-www-form-urlencoded"],
  bodyLimitBytes: RESPONSE_BYTES_MAX,
  body: z.object({ SAMLResponse: z.string().min(1), RelayState: z.string().max(2048).optional() }),
  contentType: "text/html",
});

export const finishSignIn = route({
  method: "GET",
  path: "/api/v1/sso/finish",
  summary: "End of a sign-in by SAML, in the browser that began it",
  permission: "public",
  status: 303,
  query: z.object({ ticket: z.string().max(16_000) }),
  contentType: "text/html",
});

export const getSignOutElsewhere = route({
  method: "GET",
  path: "/api/v1/sso/elsewhere",
  summary: "Where a browser goes after signing out here, so that its session at the identity provider ends too",
  permission: "signed-in",
  answer: z.object({ url: z.string().nullable().describe("Null: there is nothing to end elsewhere") }),
});

export const routes = {
  listIdentityProviders,
  createIdentityProvider,
  updateIdentityProvider,
  deleteIdentityProvider,
  testIdentityProvider,
  renewEncryptionKey,
  unlinkIdentity,
  signInOptions,
  startSignIn,
  oidcCallback,
  samlMetadata,
  samlResponse,
  finishSignIn,
  getSignOutElsewhere,
};
