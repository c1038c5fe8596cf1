import { AppError } from "@zerotrace/core";
import { lookup as resolveName, type LookupAddress } from "node:dns";
import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { Readable } from "node:stream";

/** A connection that brings nothing for so long is cut (milliseconds). */
const SILENCE_MS = 60_000;

/** Networks that are not the public's (IANA's special-purpose registries). */
const NOT_PUBLIC_V4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const;
/** Within 2000::/3, outside of which nothing is public: Teredo and documentation, 6to4, documentation. */
const NOT_PUBLIC_V6 = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const;

const refused = new BlockList();
for (const [network, bits] of NOT_PUBLIC_V4) refused.addSubnet(network, bits, "ipv4");
for (const [network, bits] of NOT_PUBLIC_V6) refused.addSubnet(network, bits, "ipv6");
const globalV6 = new BlockList();
globalV6.addSubnet("2000::", 3, "ipv6");

/** Whether an address is one that anybody on the Internet may reach. An IPv4 address inside of an IPv6 one counts as not. */
export const isPublicAddress = (address: string): boolean => {
  const family = isIP(address);
  if (family === 4) return !refused.check(address, "ipv4");
  return family === 6 && globalV6.check(address, "ipv6") && !refused.check(address, "ipv6");
};

/** What a refusal names: the input at fault, and the setting by which the operator allows a host. */
export interface Guarded {
  readonly field: string;
  readonly setting: string;
}
const REGISTRIES: Guarded = { field: "reference", setting: "registryHosts" };

const notAllowed = (host: string, { field, setting }: Guarded): AppError =>
  new AppError("BAD_REQUEST", `${host} is at an address that is not public: the operator allows it with ${setting}.`, {
    field,
  });

/** Resolves a name only to public addresses: what is checked is what is connected to. */
const publicLookup =
  (guarded: Guarded): LookupFunction =>
  (name, options, done) => {
    resolveName(name, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) return done(error, "", 0);
      if (addresses.length === 0 || !addresses.every(({ address }) => isPublicAddress(address))) {
        return done(notAllowed(name, guarded), "", 0);
      }
      const [first] = addresses as [LookupAddress];
      if (options.all === true) return (done as (e: null, all: LookupAddress[]) => void)(null, addresses);
      return done(null, first.address, first.family);
    });
  };

/** Statuses whose answers have no body. */
const BODILESS: readonly number[] = [204, 205, 304];

const bodyOf = (answer: IncomingMessage, status: number): ReadableStream<Uint8Array> | null => {
  if (!BODILESS.includes(status)) return Readable.toWeb(answer) as ReadableStream<Uint8Array>;
  answer.resume();
  return null;
};

const headersOf = (answer: IncomingMessage): Headers => {
  const headers = new Headers();
  for (let i = 0; i + 1 < answer.rawHeaders.length; i += 2) {
    headers.append(answer.rawHeaders[i] as string, answer.rawHeaders[i + 1] as string);
  }
  return headers;
};

/** What came, as fetch answers it. Throws for what is no answer of HTTP, such as a status of 999. */
const responseOf = (answer: IncomingMessage): Response => {
  const status = answer.statusCode ?? 0;
  if (status >= 200 && status <= 599)
    return new Response(bodyOf(answer, status), { status, headers: headersOf(answer) });
  answer.destroy();
  throw new Error(`it answers ${status}, which is no status of an answer`);
};

/** Whether an address is excepted from the guard. Throws BAD_REQUEST for one that is not and that the guard refuses. */
const isAllowed = (url: URL, excepted: ReadonlySet<string>, guarded: Guarded): boolean => {
  if (excepted.has(url.host.toLowerCase()) || excepted.has(url.hostname.toLowerCase())) return true;
  const name = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(name) !== 0 && !isPublicAddress(name)) throw notAllowed(url.host, guarded);
  if (url.protocol === "https:") return false;
  const mend = `write it with https://, or the operator allows it with ${guarded.setting}`;
  throw new AppError("BAD_REQUEST", `${url.host} is asked over TLS only: ${mend}.`, { field: guarded.field });
};

const exceptedOf = (allowed: readonly string[]): ReadonlySet<string> =>
  new Set(allowed.map((one) => one.toLowerCase()));

/**
 * Refuses an address that `guardedFetch` would not ask, as far as that is seen without resolving its name: none of HTTP, one with a
 * password in it, a private one, or without TLS. Throws BAD_REQUEST.
 */
export const mustBeAllowed = (text: string, allowed: readonly string[], guarded: Guarded): void => {
  const { field } = guarded;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new AppError("BAD_REQUEST", "Write the address as https://…", { field });
  }
  if (url.username !== "" || url.password !== "") {
    throw new AppError("BAD_REQUEST", "Leave user and password out of the address.", { field });
  }
  isAllowed(url, exceptedOf(allowed), guarded);
};

/**
 * A `fetch` for addresses that a user chose: it connects to public addresses only, over TLS only, and follows no redirect.
 * Hosts of `allowed` (`host` or `host:port`) are excepted. Throws AppError BAD_REQUEST for an address that is not allowed.
 */
export const guardedFetch = (allowed: readonly string[], guarded: Guarded = REGISTRIES): typeof fetch => {
  const excepted = exceptedOf(allowed);
  // Sockets of their own: one that was opened without the check must not be found among them.
  const lookup = publicLookup(guarded);
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const isExcepted = isAllowed(url, excepted, guarded);
    const isHttps = url.protocol === "https:";
    const headers = new Headers(init.headers);
    const body = init.body === undefined || init.body === null ? null : String(init.body as URLSearchParams);
    if (body !== null && !headers.has("content-type")) headers.set("content-type", "application/x-www-form-urlencoded");
    return await new Promise<Response>((resolve, reject) => {
      const request = (isHttps ? httpsRequest : httpRequest)(url, {
        method: init.method ?? "GET",
        headers: Object.fromEntries(headers),
        agent: isHttps ? agents.https : agents.http,
        ...(isExcepted ? {} : { lookup }),
        ...(init.signal ? { signal: init.signal } : {}),
      });
      request.setTimeout(SILENCE_MS, () => request.destroy(new Error("it brings nothing any more")));
      request.once("error", reject);
      // whatever is thrown here would have nobody to catch it
      request.once("response", (answer) => resolve(new Promise((done) => done(responseOf(answer)))));
      // without an ear for it Node closes the line and tells nobody
      request.once("upgrade", (_, socket) => {
        socket.destroy();
        reject(new Error("it answers 101: it wants another protocol than HTTP"));
      });
      request.once("close", () => reject(new Error("it closed the line without an answer")));
      request.end(body ?? undefined);
    });
  };
};
