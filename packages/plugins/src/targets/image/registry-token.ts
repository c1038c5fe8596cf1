import { AppError, requestFault } from "@zerotrace/core";
import type { RegistryOptions, RegistryPlace } from "./registry-client.ts";
import { type Credential, credentialFor } from "./registry-auth.ts";

const ANSWER_TIMEOUT_MS = 30_000;

interface Asking {
  readonly place: RegistryPlace;
  /** Whether the registry is spoken with over TLS: its credential then goes nowhere without. */
  readonly isTls: boolean;
  readonly options: RegistryOptions;
}

const refused = ({ place, options }: Asking, status: number): AppError => refusalOf(place, status, options.signIn);

/** Answers a challenge (RFC 9110 section 11; docker's token specification). Throws AppError as `refusalOf`, and UNREADABLE. */
export const authorizationFor = async (challenge: string, asking: Asking): Promise<string> => {
  const { place, isTls, options } = asking;
  const credential = await credentialFor(place.host, options.env, place.repository);
  if (/^basic\b/i.test(challenge)) {
    if (credential === null) throw refused(asking, 401);
    return basicOf(credential);
  }
  const realm = fieldOf(challenge, "realm");
  if (!/^bearer\b/i.test(challenge) || realm === null || !URL.canParse(realm)) throw refused(asking, 401);
  const url = new URL(realm);
  if (url.protocol !== "https:" && isTls) throw refused(asking, 401);
  const service = fieldOf(challenge, "service");
  const wanted = place.repository === "" ? "registry:catalog:*" : `repository:${place.repository}:pull`;
  return `Bearer ${await tokenOf(url, { service, scope: fieldOf(challenge, "scope") ?? wanted, credential }, asking)}`;
};

const tokenOf = async (
  url: URL,
  asked: { service: string | null; scope: string; credential: Credential | null },
  asking: Asking,
): Promise<string> => {
  const { service, scope, credential } = asked;
  const { signal, fetch: send = fetch } = asking.options;
  const timeout = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
  const fields = new URLSearchParams({ ...(service === null ? {} : { service }), scope });
  const request = async (): Promise<Response> => {
    if (credential?.isIdentityToken === true) {
      const body = new URLSearchParams([
        ...fields,
        ["grant_type", "refresh_token"],
        ["refresh_token", credential.password],
        ["client_id", "zerotrace"],
      ]);
      return send(url, { method: "POST", body, redirect: "error", signal: timeout });
    }
    for (const [name, value] of fields) url.searchParams.set(name, value);
    const headers = new Headers(credential === null ? {} : { authorization: basicOf(credential) });
    return send(url, { headers, redirect: "error", signal: timeout });
  };
  const response = await request().catch((error: unknown) => {
    signal.throwIfAborted();
    if (error instanceof AppError) throw error;
    throw new AppError("UNREADABLE", `${url.host} gives no token: ${requestFault(error)}.`, { cause: error });
  });
  const answer = (await response.json().catch(() => null)) as { token?: string; access_token?: string } | null;
  const token = answer?.token ?? answer?.access_token;
  if (response.ok && typeof token === "string") return token;
  throw refused(asking, response.status === 200 ? 401 : response.status);
};

/** What a registry's status means, with what to do: UNAUTHENTICATED, NOT_FOUND, RATE_LIMITED, else UNREADABLE. */
export const refusalOf = ({ text, host }: RegistryPlace, status: number, signIn?: string): AppError => {
  const login =
    signIn ?? `sign in with docker login ${host}, or set ZEROTRACE_REGISTRY_USER and ZEROTRACE_REGISTRY_PASSWORD`;
  if (status === 401 || status === 403)
    return new AppError("UNAUTHENTICATED", `${host} does not give ${text}: ${login}.`, { field: "target" });
  if (status === 404)
    return new AppError("NOT_FOUND", `There is no image ${text}, or it is not shown without signing in: ${login}.`, {
      field: "target",
    });
  if (status === 429)
    return new AppError("RATE_LIMITED", `${host} allows no more downloads now: ${login}, or wait.`, {
      field: "target",
    });
  return new AppError("UNREADABLE", `${host} answered ${status} for ${text}; try again later.`, { field: "target" });
};

const basicOf = ({ user, password }: Credential): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

const fieldOf = (challenge: string, name: string): string | null =>
  new RegExp(`[ ,]${name}="([^"]{1,2000})"`, "i").exec(challenge)?.[1] ?? null;
