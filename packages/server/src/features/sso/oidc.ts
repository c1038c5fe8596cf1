import { AppError, messageOf } from "@zerotrace/core";
import { LRUCache } from "lru-cache";
import type { ClientAuth, Configuration } from "openid-client";
import type { Claimed } from "./admit.ts";
import type { SsoDeps } from "./deps.ts";
import { addressesOf, secretPlace } from "./deps.ts";
import { groupsOf, refused } from "./rules.ts";
import { ANSWER_MS } from "./small-fetch.ts";
import type { OidcProvider, ProviderRow } from "./sql.ts";
import type { Transaction } from "./transaction.ts";

/** Discovery documents and keys that are held, and for how long. */
const HELD_MAX = 200;
const HELD_MS = 10 * 60_000;
/** By how much clocks may differ. */
const TOLERANCE_SECONDS = 60;

type Kept = OidcProvider & Pick<ProviderRow, "changedAt">;

/** How we prove ourselves to a provider: as its discovery document says, the Authorization header where it says nothing. */
const clientAuth = (oidc: typeof import("openid-client"), secret: string | null): ClientAuth => {
  if (secret === null) return oidc.None();
  const [basic, post] = [oidc.ClientSecretBasic(secret), oidc.ClientSecretPost(secret)];
  return (server, client, body, headers) => {
    const methods = server.token_endpoint_auth_methods_supported;
    const isPost = methods !== undefined && !methods.includes("client_secret_basic");
    return (isPost ? post : basic)(server, client, body, headers);
  };
};

const discover = async (deps: SsoDeps, { config }: OidcProvider, secret: string | null): Promise<Configuration> => {
  const oidc = await import("openid-client");
  const issuer = new URL(config.issuer);
  return oidc.discovery(
    issuer,
    config.clientId,
    { [oidc.clockTolerance]: TOLERANCE_SECONDS },
    clientAuth(oidc, secret),
    {
      [oidc.customFetch]: (url, { body, ...init }) =>
        deps.fetch(url, { ...init, ...(body === undefined || body === null ? {} : { body: body as URLSearchParams }) }),
      timeout: ANSWER_MS / 1000,
      // the token's own signature is checked, and not only from whom it came
      execute: [
        oidc.enableNonRepudiationChecks,
        // without TLS only where the operator allowed the host: the guarded fetch sees to it
        // oxlint-disable-next-line typescript/no-deprecated -- marked so to be noticed, not because it goes
        ...(issuer.protocol === "http:" ? [oidc.allowInsecureRequests] : []),
      ],
    },
  );
};

/** What a provider says of somebody, and the token that says so. */
export interface Vouched {
  readonly claimed: Claimed;
  readonly idToken: string | null;
}

/** Speaks OpenID Connect with the providers of the companies. */
export interface Oidc {
  /** Where the browser goes, and what it keeps meanwhile. Throws AppError where the provider cannot be asked. */
  start(companyId: number, provider: Kept, callbackUrl: string): Promise<{ url: string; kept: OidcKept }>;
  /** What the provider says of who came back. Throws UNAUTHENTICATED for everything that is not as it must be. */
  finish(companyId: number, provider: Kept, came: CameBack): Promise<Vouched>;
  /** Where a session at the provider ends; null where it has no such address, or cannot be asked now. */
  endUrl(companyId: number, provider: Kept, idToken: string | null): Promise<string | null>;
  /** Asks for the discovery document anew; throws what is wrong. */
  probe(companyId: number, provider: OidcProvider): Promise<{ name: string; detail: string }[]>;
}
export type OidcKept = Pick<Extract<Transaction, { kind: "oidc" }>, "state" | "nonce" | "verifier">;

/** The address by which the browser came back, and what it had kept. */
interface CameBack {
  readonly url: URL;
  readonly begun: OidcKept;
}

/** The claims of the token, with those that only the provider's user info has. */
const claimsOf = async (
  config: Configuration,
  tokens: { access_token: string; claims(): Record<string, unknown> | undefined },
  wanted: readonly string[],
): Promise<Record<string, unknown>> => {
  const own = tokens.claims();
  const subject = own?.["sub"];
  if (own === undefined || typeof subject !== "string") throw new Error("there is no id token");
  const hasAll = wanted.every((name) => own[name] !== undefined);
  if (hasAll || config.serverMetadata().userinfo_endpoint === undefined) return own;
  const oidc = await import("openid-client");
  return { ...(await oidc.fetchUserInfo(config, tokens.access_token, subject)), ...own };
};

const begin = async (config: Configuration, scopes: readonly string[], callbackUrl: string) => {
  const oidc = await import("openid-client");
  const kept = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() };
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: callbackUrl,
    scope: [...new Set(["openid", ...scopes])].join(" "),
    state: kept.state,
    nonce: kept.nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(kept.verifier),
    code_challenge_method: "S256",
  });
  return { url: url.href, kept };
};

const end = async (config: Configuration, provider: OidcProvider, { url, begun }: CameBack): Promise<Vouched> => {
  const oidc = await import("openid-client");
  const { emailClaim, nameClaim, groupsClaim } = provider.config;
  const tokens = await oidc.authorizationCodeGrant(config, url, {
    expectedState: begun.state,
    expectedNonce: begun.nonce,
    pkceCodeVerifier: begun.verifier,
    idTokenExpected: true,
  });
  const wanted = [emailClaim, ...(provider.mappings.length > 0 ? [groupsClaim] : [])];
  const claims = await claimsOf(config, tokens, wanted);
  if (claims["email_verified"] === false) throw new Error("the email is not verified");
  const name = claims[nameClaim];
  const claimed = {
    subject: claims["sub"] as string,
    email: claims[emailClaim],
    name: typeof name === "string" ? name : null,
    groups: groupsOf(claims[groupsClaim]),
  };
  return { claimed, idToken: tokens.id_token ?? null };
};

const endUrlOf = async (deps: SsoDeps, config: Configuration, idToken: string | null): Promise<string | null> => {
  const at = config.serverMetadata().end_session_endpoint;
  // a browser is sent there: nothing but an address of the web
  if (at === undefined || !/^https?:\/\//i.test(at)) return null;
  const oidc = await import("openid-client");
  const { signedOut } = addressesOf(deps.publicUrl(), 0, "");
  const asked = new URLSearchParams({ post_logout_redirect_uri: signedOut });
  if (idToken !== null) asked.set("id_token_hint", idToken);
  return oidc.buildEndSessionUrl(config, asked).href;
};

const probe = async (deps: SsoDeps, config: Configuration): Promise<{ name: string; detail: string }[]> => {
  const { issuer, authorization_endpoint: at, jwks_uri: jwksUri, ...server } = config.serverMetadata();
  if (at === undefined || jwksUri === undefined) throw new Error("it names no authorization endpoint or no keys");
  const { keys } = (await (await deps.fetch(jwksUri)).json()) as { keys?: unknown[] };
  if (!Array.isArray(keys) || keys.length === 0) throw new Error(`${jwksUri} holds no keys`);
  const algorithms = server.id_token_signing_alg_values_supported?.join(", ") ?? "not told";
  return [
    { name: "discovery", detail: `${issuer} answers; signs with ${algorithms}` },
    { name: "keys", detail: `${keys.length} at ${jwksUri}` },
  ];
};

/** Holds what the providers published, each for ten minutes. */
export const createOidc = (deps: SsoDeps): Oidc => {
  const held = new LRUCache<string, Promise<Configuration>>({ max: HELD_MAX, ttl: HELD_MS });
  const secretOf = async (companyId: number, { id, secret }: OidcProvider): Promise<string | null> =>
    secret === null
      ? null
      : deps.db.withCompany(companyId, (tx) => deps.keys.open(tx, companyId, secretPlace(id), secret));
  const ask = async (companyId: number, provider: OidcProvider): Promise<Configuration> =>
    discover(deps, provider, await secretOf(companyId, provider));
  const configurationOf = (companyId: number, provider: Kept): Promise<Configuration> => {
    const key = `${companyId} ${provider.id} ${provider.changedAt.getTime()}`;
    const found = held.get(key);
    if (found !== undefined) return found;
    const asked = ask(companyId, provider);
    held.set(key, asked);
    asked.catch(() => held.delete(key));
    return asked;
  };

  return {
    start: async (companyId, provider, callbackUrl) => {
      const config = await configurationOf(companyId, provider).catch((cause: unknown) => {
        throw new AppError("NOT_READY", "The identity provider does not answer as it should: try again later.", {
          cause,
        });
      });
      return begin(config, provider.config.scopes, callbackUrl);
    },
    finish: async (companyId, provider, came) => {
      try {
        return await end(await configurationOf(companyId, provider), provider, came);
      } catch (cause) {
        throw refused(cause);
      }
    },
    endUrl: async (companyId, provider, idToken) => {
      try {
        return await endUrlOf(deps, await configurationOf(companyId, provider), idToken);
      } catch {
        // who signs out is signed out here all the same
        return null;
      }
    },
    probe: async (companyId, provider) => probe(deps, await ask(companyId, provider)),
  };
};

/** What is wrong with a provider, from below a library's general words. */
export const faultOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${messageOf(error.cause)}` : "";
  return `${messageOf(error)}${cause}`.slice(0, 500);
};
