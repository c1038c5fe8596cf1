import { requestFault } from "@zerotrace/core/errors";
import type { Route } from "@zerotrace/core/schema";
import { ApiError, refusalOf } from "./errors.ts";
import { type Answer, type CallInput, type CallOptions, isBytes, urlOf } from "./request.ts";
import { retrying } from "./retry.ts";
import { upload } from "./upload.ts";

export interface ClientOptions {
  /** Origin of the server, such as `http://127.0.0.1:8080`; empty in a browser on the same origin. */
  readonly baseUrl: string;
  /** API token or device credential; a browser uses its session cookie instead. */
  readonly token?: string;
  /** The company that the caller believes to act in; the server refuses where the session is another's by now. */
  readonly companyId?: number | (() => number | null);
  readonly fetch?: typeof globalThis.fetch;
  /** Time for one attempt, in ms; 30 s unless said, and 70 min for bodies of bytes. */
  readonly timeoutMs?: number;
  /** Attempts after the first; none unless said. */
  readonly retries?: number;
}

/** Calls a route; rejects with ApiError, or with the reason of the caller's own signal. */
export type Client = <R extends Route>(route: R, input?: CallInput<R>, options?: CallOptions) => Promise<Answer<R>>;

/** The same, with the answer as it comes. */
export type RawClient = <R extends Route>(route: R, input?: CallInput<R>, options?: CallOptions) => Promise<Response>;

const TIMEOUT_MS = 30_000;
/** For bodies that are bytes: the hour that the server gives a slow link, and time to look into them before it answers. */
const UPLOAD_TIMEOUT_MS = 70 * 60_000;
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\b/;

const reasonOf = (thrown: unknown): string =>
  thrown instanceof Error && thrown.name === "TimeoutError" ? "it does not answer in time" : requestFault(thrown);

const headersOf = (client: ClientOptions, route: Route, body: unknown): Record<string, string> => {
  const headers: Record<string, string> = { accept: route.contentType ?? "application/json" };
  if (client.token) headers["authorization"] = `Bearer ${client.token}`;
  const { companyId: of } = client;
  const companyId = typeof of === "function" ? of() : (of ?? null);
  if (companyId !== null) headers["x-zerotrace-company"] = String(companyId);
  const form = route.mediaTypes?.find((type) => type === "application/x-www-form-urlencoded");
  if (isBytes(body)) headers["content-type"] = "application/octet-stream";
  else if (body instanceof URLSearchParams && form) headers["content-type"] = form;
  else if (body !== undefined) headers["content-type"] = "application/json";
  return headers;
};

const attempt = async (
  client: ClientOptions,
  route: Route,
  input: CallInput<Route>,
  options: CallOptions,
): Promise<Response> => {
  const { body } = input;
  const bytes = isBytes(body) ? body : null;
  const timeoutMs = options.timeoutMs ?? (bytes ? UPLOAD_TIMEOUT_MS : (client.timeoutMs ?? TIMEOUT_MS));
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  const send = client.fetch ?? globalThis.fetch;
  const request = { url: urlOf(client.baseUrl, route, input), method: route.method, signal };
  const headers = headersOf(client, route, body);
  const text = body instanceof URLSearchParams ? body.toString() : JSON.stringify(body);
  try {
    if (bytes && (options.onProgress || bytes instanceof ReadableStream)) {
      return await upload(send, {
        ...request,
        headers,
        body: bytes,
        onProgress: options.onProgress ?? (() => undefined),
      });
    }
    const { url, ...rest } = request;
    const sent = bytes ?? (body === undefined ? null : text);
    return await send(url, { ...rest, headers, credentials: "same-origin", body: sent as RequestInit["body"] });
  } catch (cause) {
    if (options.signal?.aborted) throw options.signal.reason;
    throw new ApiError(0, "UNREACHABLE", `${client.baseUrl || "The server"} cannot be reached: ${reasonOf(cause)}`);
  }
};

/** A client for answers as they come, such as a large export; one that refuses is an ApiError. */
export const createRawClient =
  (client: ClientOptions): RawClient =>
  (route, input = {}, options = {}) => {
    const once = async (): Promise<Response> => {
      const response = await attempt(client, route, input, options);
      if (response.ok) return response;
      throw refusalOf(response.status, await response.text(), response.headers.get("retry-after"));
    };
    const isOnce = input.body instanceof ReadableStream;
    const retries = isOnce ? 0 : (options.retries ?? client.retries ?? 0);
    return retrying(once, { method: route.method, retries, signal: options.signal });
  };

/** The answer as its route describes it: JSON parsed, any other text as it is; nothing is `{}`. */
const read = async (response: Response, route: Route): Promise<unknown> => {
  if (response.status === 204) return {};
  const type = response.headers.get("content-type") ?? route.contentType ?? "application/json";
  const text = await response.text();
  if (!JSON_TYPE.test(type)) return text;
  return text === "" ? {} : (JSON.parse(text) as unknown);
};

/** A client for a server; `call(contract.findings.listFindings, {query})` answers typed data or throws ApiError. */
export const createClient = (client: ClientOptions): Client => {
  const raw = createRawClient(client);
  return async (route, input, options = {}) => {
    const response = await raw(route, input, options);
    try {
      return (await read(response, route)) as never;
    } catch (cause) {
      if (options.signal?.aborted) throw options.signal.reason;
      throw new ApiError(
        0,
        "UNREACHABLE",
        `The answer of ${client.baseUrl || "the server"} broke off: ${reasonOf(cause)}`,
      );
    }
  };
};
