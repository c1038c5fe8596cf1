import { requestFault } from "@zerotrace/core/errors";
import { contract, problem } from "@zerotrace/server/contract";
import type { Route } from "@zerotrace/core/schema";
import type { z } from "zod";

export { contract };
export { verifyWebhook, WebhookError, type WebhookHeaders, type WebhookMessage } from "./webhook.ts";
export * from "@zerotrace/server/contract";

/** What a route wants from its caller: only the parts that it has. */
export interface CallInput<R extends Route> {
  params?: z.input<R["params"]>;
  query?: z.input<R["query"]>;
  body?: z.input<R["body"]>;
}
export type Answer<R extends Route> = z.output<R["answer"]>;

export interface ClientOptions {
  /** Origin of the server, such as `http://127.0.0.1:8080`; empty in a browser on the same origin. */
  readonly baseUrl: string;
  /** API token or device credential; a browser uses its session cookie instead. */
  readonly token?: string;
  /** The company that the caller believes to act in; the server refuses where the session is another's by now. */
  readonly companyId?: () => number | null;
  readonly fetch?: typeof globalThis.fetch;
  readonly timeoutMs?: number;
}

/** What the server refused, from its RFC 9457 body; status 0 when it could not be reached. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;
  readonly correlationId: string | undefined;

  constructor(status: number, code: string, detail: string, field?: string, correlationId?: string) {
    super(detail);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.field = field;
    this.correlationId = correlationId;
  }
}

export type Client = <R extends Route>(route: R, input?: CallInput<R>) => Promise<Answer<R>>;

const TIMEOUT_MS = 30_000;
/** For bodies that are bytes: the hour that the server gives a slow link, and time to look into them before it answers. */
const UPLOAD_TIMEOUT_MS = 70 * 60_000;

/** The address of a route with its parameters and query filled in. */
export const urlOf = <R extends Route>(baseUrl: string, route: R, input: CallInput<R> = {}): string => {
  const params = (input.params ?? {}) as Record<string, unknown>;
  const path = route.path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined && value !== "") query.set(name, `${value as string | number | boolean}`);
  }
  return `${baseUrl}${path}${query.size > 0 ? `?${query.toString()}` : ""}`;
};

const refusal = async (response: Response): Promise<ApiError> => {
  const text = await response.text();
  try {
    const body = problem.parse(JSON.parse(text));
    return new ApiError(response.status, body.code, body.detail, body.field, body.correlationId);
  } catch {
    return new ApiError(response.status, "INTERNAL", `The server answered ${response.status}: ${text.slice(0, 200)}`);
  }
};

const reasonOf = (thrown: unknown): string =>
  thrown instanceof Error && thrown.name === "TimeoutError" ? "it does not answer in time" : requestFault(thrown);

/** A client for a server; `call(contract.findings.listFindings, {query})` answers typed data or throws ApiError. */
export const createClient = (options: ClientOptions): Client => {
  const send = options.fetch ?? globalThis.fetch;
  return async (route, input = {}) => {
    const headers: Record<string, string> = { accept: "application/json" };
    if (options.token) headers["authorization"] = `Bearer ${options.token}`;
    const companyId = options.companyId?.() ?? null;
    if (companyId !== null) headers["x-zerotrace-company"] = String(companyId);
    const bytes = input.body instanceof Blob ? input.body : null;
    if (input.body !== undefined) headers["content-type"] = bytes ? "application/octet-stream" : "application/json";
    const url = urlOf(options.baseUrl, route, input);
    let response: Response;
    try {
      response = await send(url, {
        method: route.method,
        headers,
        credentials: "same-origin",
        body: bytes ?? (input.body === undefined ? null : JSON.stringify(input.body)),
        signal: AbortSignal.timeout(bytes ? UPLOAD_TIMEOUT_MS : (options.timeoutMs ?? TIMEOUT_MS)),
      });
    } catch (cause) {
      throw new ApiError(0, "UNREACHABLE", `${options.baseUrl || "The server"} cannot be reached: ${reasonOf(cause)}`);
    }
    if (!response.ok) throw await refusal(response);
    return (response.status === 204 ? {} : await response.json()) as never;
  };
};
