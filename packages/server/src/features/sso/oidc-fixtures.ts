import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A person whom a provider of the tests knows. */
export interface Account {
  email: string;
  email_verified: boolean;
  name: string;
  groups?: string[];
}

const listen = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/* oxlint-disable typescript/no-explicit-any, typescript/no-unsafe-type-assertion -- the provider's package has no types */

/** A real OpenID provider; who signs in there is said by `who`, and nobody has to click. */
export const startProvider = async (redirectUri: string) => {
  const name = "oidc-provider";
  const { Provider } = await import(name);
  const signing = await generateKeyPair("RS256", { extractable: true });
  const accounts = new Map<string, Account>();
  const state = { who: "" };
  let handle: RequestListener = () => undefined;
  const server = createServer((request, answer) => handle(request, answer));
  const issuer = await listen(server);
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "zerotrace",
        client_secret: "s3cret-of-the-client",
        redirect_uris: [redirectUri],
        post_logout_redirect_uris: [new URL("/sign-in", redirectUri).href],
      },
    ],
    cookies: { keys: ["test"] },
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600 },
    jwks: { keys: [{ ...(await exportJWK(signing.privateKey)), kid: "1", alg: "RS256", use: "sig" }] },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"], groups: ["groups"] },
    scopes: ["openid", "email", "profile", "groups"],
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_: unknown, interaction: { uid: string }) => `/interaction/${interaction.uid}` },
    findAccount: (_: unknown, sub: string) => ({
      accountId: sub,
      claims: () => ({ sub, ...accounts.get(sub) }),
    }),
    loadExistingGrant: async (context: any) => {
      const grant = new context.oidc.provider.Grant({
        clientId: context.oidc.client.clientId,
        accountId: context.oidc.session.accountId,
      });
      grant.addOIDCScope("openid email profile groups");
      await grant.save();
      return grant;
    },
  });
  const serve: RequestListener = provider.callback();
  handle = (request: IncomingMessage, answer: ServerResponse) => {
    if (!request.url?.startsWith("/interaction/")) return serve(request, answer);
    return void provider.interactionFinished(request, answer, { login: { accountId: state.who } });
  };
  return { issuer, accounts, state, close: () => closed(server) };
};
/* oxlint-enable typescript/no-explicit-any, typescript/no-unsafe-type-assertion */

/** What a token of the provider below says, and how it is signed. */
export interface Forgery {
  claims: Record<string, unknown>;
  alg: "RS256" | "none";
  foreignKey: boolean;
}

/** A provider that answers any code with the token that a test wants. */
export const startForger = async () => {
  const own = await generateKeyPair("RS256", { extractable: true });
  const foreign = await generateKeyPair("RS256", { extractable: true });
  const forgery: Forgery = { claims: {}, alg: "RS256", foreignKey: false };
  const state = { tokenCalls: 0, issuer: "", withUserInfo: false };
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const idToken = async (): Promise<string> => {
    if (forgery.alg === "none") return `${encode({ alg: "none" })}.${encode(forgery.claims)}.`;
    const { privateKey } = forgery.foreignKey ? foreign : own;
    return new SignJWT(forgery.claims).setProtectedHeader({ alg: "RS256", kid: "k" }).sign(privateKey);
  };
  const server = createServer((request, answer) => {
    const answers: Record<string, () => Promise<unknown>> = {
      "/.well-known/openid-configuration": async () => ({
        issuer: state.issuer,
        authorization_endpoint: `${state.issuer}/auth`,
        token_endpoint: `${state.issuer}/token`,
        jwks_uri: `${state.issuer}/jwks`,
        response_types_supported: ["code"],
        id_token_signing_alg_values_supported: ["RS256", "none"],
      }),
      "/jwks": async () => ({ keys: [{ ...(await exportJWK(own.publicKey)), kid: "k", alg: "RS256", use: "sig" }] }),
      "/token": async () => {
        state.tokenCalls += 1;
        return { access_token: "a", token_type: "Bearer", id_token: await idToken() };
      },
    };
    void (answers[request.url ?? ""] ?? (async () => ({})))().then((body) =>
      answer.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body)),
    );
  });
  const url = await listen(server);
  state.issuer = url;
  return { url, forgery, state, close: () => closed(server) };
};

/** A browser as far as sign-in needs one: it keeps cookies of each origin and goes where it is sent. */
export const createBrowser = () => {
  const jar = new Map<string, Map<string, string>>();
  const cookiesOf = (origin: string) => jar.get(origin) ?? new Map<string, string>();
  const keep = (origin: string, headers: Headers): void => {
    const cookies = cookiesOf(origin);
    jar.set(origin, cookies);
    for (const line of headers.getSetCookie()) {
      const [pair = ""] = line.split(";", 1);
      const at = pair.indexOf("=");
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) cookies.delete(pair.slice(0, at));
      else cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  };
  const go = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const { origin } = new URL(url);
    const cookie = [...cookiesOf(origin)].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { ...(cookie === "" ? {} : { cookie }), ...(init.headers as Record<string, string>) };
    const answer = await fetch(url, { ...init, headers, redirect: "manual" });
    keep(origin, answer.headers);
    return answer;
  };
  /** Goes on until an address begins with `until` or nothing more redirects; answers every address and the last answer. */
  const follow = async (url: string, until?: string): Promise<{ urls: string[]; answer: Response | null }> => {
    const urls = [url];
    for (let hops = 0; hops < 15; hops += 1) {
      const at = urls.at(-1) as string;
      if (until !== undefined && at.startsWith(until)) return { urls, answer: null };
      const answer = await go(at);
      const location = answer.headers.get("location");
      if (location === null) return { urls, answer };
      urls.push(new URL(location, at).href);
    }
    throw new Error(`goes round: ${urls.join(" ")}`);
  };
  return { go, follow, cookiesOf };
};
