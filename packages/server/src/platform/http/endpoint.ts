import { AppError, type Route } from "@zerotrace/core";
import type { FastifyReply, FastifyRequest } from "fastify";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { Logger } from "pino";
import { type Authenticated, type Authenticator, callerKey, type Limiter } from "../auth/index.ts";
import { codeOf, createTogether, type Database, type Tx } from "../db/index.ts";
import { authorize, mayAsk } from "./access.ts";
import { foreignCursor } from "./cursor.ts";
import { parseInput } from "./input.ts";
import { requestName, type SecurityEvent, securityEventOf } from "./security.ts";
import { rateHeaders, type RateLimits, rateStateOf } from "./rate-limits.ts";
import {
  type AuditWriter,
  type Change,
  type Endpoint,
  isReply,
  type ProveDevice,
  type RequestContext,
} from "./types.ts";

/** What serving an endpoint needs. */
export interface EndpointDeps {
  readonly db: Database;
  readonly auth: Authenticator;
  readonly audit: AuditWriter;
  readonly log: Logger;
  readonly publicWrites: Limiter;
  readonly rates: RateLimits;
  readonly checkAnswers: boolean;
  readonly now: () => Date;
  readonly onSecurityEvent?: ((event: SecurityEvent) => void) | undefined;
  readonly proveDevice?: ProveDevice | undefined;
}

interface Noted {
  target: string | undefined;
  detail: Record<string, unknown>;
  change: Change;
  recorded: boolean;
}

const missing = (what: string): never => {
  throw new Error(`this route has no ${what}`);
};

/** Whoever sees some assets only sees no others by a transaction of the handler's own either. */
const scopedTo = (db: Database, labels: readonly string[] | null): Database =>
  labels === null
    ? db
    : {
        ...db,
        withCompany: (companyId, run) => db.withCompany(companyId, run, labels),
        withCompanyPlanned: (companyId, run) => db.withCompanyPlanned(companyId, run, labels),
        readCompany: (companyId, statement) => db.readCompany(companyId, statement, labels),
        asServiceFor: (companyId, run) => db.asServiceFor(companyId, run, labels),
      };

/** What a caller brings to a route. */
interface Brought {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

const contextOf = (
  deps: EndpointDeps,
  request: FastifyRequest,
  call: { endpoint: Endpoint; caller: Authenticated | null; tx: Tx | null; noted: Noted },
): RequestContext => ({
  get tx() {
    return call.tx ?? missing("transaction");
  },
  get identity() {
    return call.caller?.identity ?? missing("identity");
  },
  db: scopedTo(deps.db, call.caller?.identity.labels ?? null),
  expiresAt: call.caller?.expiresAt ?? null,
  log: deps.log,
  correlationId: request.id,
  ip: request.ip,
  host: request.host,
  userAgent: (request.headers["user-agent"] ?? "").slice(0, 256),
  cookies: request.cookies,
  secure: request.protocol === "https",
  now: deps.now(),
  note: (target, detail = {}, change = {}) => void Object.assign(call.noted, { target, detail, change }),
  record: async (tx, row) => {
    const { audit } = call.endpoint.handler;
    if (audit === "none") throw new Error("this route has no audit action");
    await deps.audit(tx, { ...row, action: audit, detail: row.detail ?? {}, ip: request.ip });
    call.noted.recorded = true;
  },
  ask: (endpoint, input) => askWithin(deps, request, { endpoint, caller: call.caller, input }),
  askAll: (endpoint, inputs) => askAllWithin(deps, request, { endpoint, caller: call.caller, inputs }),
  report: (event) =>
    deps.onSecurityEvent?.({ ...event, code: "UNAUTHENTICATED", target: requestName(request), ip: request.ip }),
});

/** Runs the handler in the company's transaction, with the audit row in the same one. */
const run = async (
  deps: EndpointDeps,
  request: FastifyRequest,
  { endpoint, caller, brought }: { endpoint: Endpoint; caller: Authenticated | null; brought: Brought },
): Promise<unknown> => {
  const { route, handler } = endpoint;
  const input = parseInput(route, brought);
  const noted: Noted = { target: undefined, detail: {}, change: {}, recorded: false };
  const identity = caller?.identity;
  if (!identity || identity.kind === "loopback" || handler.transaction === "none") {
    const answer = await handler.run(contextOf(deps, request, { endpoint, caller, tx: null, noted }), input);
    if (handler.audit !== "none" && !noted.recorded) throw new Error(`${handler.audit} wrote no audit row`);
    return answer;
  }
  const { companyId, subject, labels } = identity;
  const inTransaction = async (tx: Tx): Promise<unknown> => {
    const answer = await handler.run(contextOf(deps, request, { endpoint, caller, tx, noted }), input);
    if (handler.audit !== "none" && !noted.recorded) {
      const target = noted.target ?? (input.params as { id?: string }).id ?? "";
      const { detail, change } = noted;
      const who = { companyId, actor: subject, ip: request.ip };
      await deps.audit(tx, { ...who, action: handler.audit, target, detail, ...change });
    }
    return answer;
  };
  const { db } = deps;
  return handler.transaction === "planned"
    ? db.withCompanyPlanned(companyId, inTransaction, labels)
    : db.withCompany(companyId, inTransaction, labels);
};

const tagOf = (text: string): string => `W/"${createHash("sha1").update(text).digest("base64url")}"`;

const holds = (header: string | undefined, tag: string): boolean =>
  header !== undefined && (header.trim() === "*" || header.split(",").some((one) => one.trim() === tag));

const isRaw = (body: unknown): body is Readable | Buffer | string =>
  body instanceof Readable || Buffer.isBuffer(body) || typeof body === "string";

/** An answer that is not what the contract says is a fault of ours; looked for in tests and development only. */
const checkAnswer = (deps: EndpointDeps, route: Route, body: unknown): void => {
  if (!deps.checkAnswers) return;
  const checked = route.answer.safeParse(body);
  if (!checked.success) throw new Error(`${route.method} ${route.path} answers other than it says: ${checked.error}`);
};

/** Sends what the handler answered: bytes as they are, anything else as JSON with a weak ETag on a GET. */
const send = (
  deps: EndpointDeps,
  request: FastifyRequest,
  answer: FastifyReply,
  { endpoint: { route }, result }: { endpoint: Endpoint; result: unknown },
): FastifyReply => {
  const own = isReply(result) ? result : { body: result };
  const status = ("status" in own ? own.status : undefined) ?? route.status;
  answer.code(status);
  if ("headers" in own) answer.headers(own.headers ?? {});
  const isGet = route.method === "GET";
  if (!answer.hasHeader("cache-control")) answer.header("cache-control", isGet ? "private, no-cache" : "no-store");
  if (isRaw(own.body)) {
    if (!answer.hasHeader("content-type")) answer.type(route.contentType ?? "application/octet-stream");
    return answer.send(own.body);
  }
  const body = own.body ?? {};
  if (status < 400) checkAnswer(deps, route, body);
  const text = JSON.stringify(body);
  answer.type(`${route.contentType ?? "application/json"}; charset=utf-8`);
  if (isGet && status === 200) {
    const tag = tagOf(text);
    answer.header("etag", tag);
    if (holds(request.headers["if-none-match"], tag)) return answer.code(304).removeHeader("content-type").send();
  }
  return answer.send(text);
};

/** Whether PostgreSQL refused a value and the request brought a cursor: that is the one input whose values are not typed. */
const isForeignCursor = (query: unknown, error: unknown): boolean =>
  (query as { cursor?: unknown }).cursor !== undefined && (codeOf(error) ?? "").startsWith("22");

/** What another route answers to the same caller. A refusal is looked at as if it had been asked by itself. */
const askWithin = async (
  deps: EndpointDeps,
  request: FastifyRequest,
  {
    endpoint,
    caller,
    input,
  }: { endpoint: Endpoint; caller: Authenticated | null } & {
    input: Pick<Brought, "params" | "query">;
  },
): Promise<unknown> => {
  const { route, handler } = endpoint;
  if (caller === null || route.method !== "GET" || handler.audit !== "none") {
    throw new Error(`${route.method} ${route.path} is not asked from within`);
  }
  try {
    mayAsk(request, route, caller);
    deps.rates.take(caller.identity, callerKey(request.ip));
    const result = await run(deps, request, { endpoint, caller, brought: { ...input, body: undefined } });
    const body = isReply(result) ? result.body : result;
    if (isRaw(body)) throw new Error(`${route.method} ${route.path} answers bytes`);
    checkAnswer(deps, route, body);
    return body;
  } catch (error) {
    const event = error instanceof AppError ? securityEventOf(request, error.code) : null;
    if (event !== null) deps.onSecurityEvent?.(event);
    throw isForeignCursor(input.query, error) ? foreignCursor(error) : error;
  }
};

/** As `askWithin` for several inputs of one route. A statement that fails fails for all: then each is asked by itself. */
const askAllWithin = async (
  deps: EndpointDeps,
  request: FastifyRequest,
  {
    endpoint,
    caller,
    inputs,
  }: { endpoint: Endpoint; caller: Authenticated | null; inputs: readonly Pick<Brought, "params" | "query">[] },
): Promise<PromiseSettledResult<unknown>[]> => {
  const together = createTogether(deps.db);
  const shared = { ...deps, db: together.db };
  const answers = await Promise.allSettled(
    inputs.map((input) => askWithin(shared, request, { endpoint, caller, input })),
  );
  const isWhole = await together.end().then(
    () => true,
    () => false,
  );
  if (isWhole) return answers;
  const alone: PromiseSettledResult<unknown>[] = [];
  for (const input of inputs) {
    alone.push(...(await Promise.allSettled([askWithin(deps, request, { endpoint, caller, input })])));
  }
  return alone;
};

/** The order that every request goes through: limit, prove, allow, parse, decide, record, answer. */
export const serveEndpoint =
  (deps: EndpointDeps, endpoint: Endpoint) =>
  async (request: FastifyRequest, answer: FastifyReply): Promise<FastifyReply> => {
    const { route, handler } = endpoint;
    const caller = request.caller;
    if (caller === undefined) throw new AppError("UNAUTHENTICATED", "Sign in first.");
    const { params, query, body } = request;
    const call = { endpoint: { route, handler }, caller, brought: { params, query, body } };
    const result = await run(deps, request, call).catch((error: unknown) => {
      throw isForeignCursor(query, error) ? foreignCursor(error) : error;
    });
    return send(deps, request, answer, { endpoint, result });
  };

/** Counts a request, and tells a person's or a program's client how much is left; an agent hears of it only when it is too much. */
const count = (rates: RateLimits, request: FastifyRequest, answer: FastifyReply): void => {
  const identity = request.caller?.identity ?? null;
  try {
    const states = rates.take(identity, callerKey(request.ip));
    if (states !== null && identity?.kind !== "device") answer.headers(rateHeaders(states));
  } catch (error) {
    const state = rateStateOf(error);
    if (state !== null) answer.headers(rateHeaders([state]));
    throw error;
  }
};

/** Refuses before the body is read: the limit of public writes first, then who calls and what they may do. */
export const admit =
  (deps: EndpointDeps, { route, handler }: Endpoint) =>
  async (request: FastifyRequest, answer: FastifyReply): Promise<void> => {
    if (route.permission === "public" && route.method !== "GET") deps.publicWrites.take(callerKey(request.ip));
    const caller = await authorize(deps.auth, request, { route, loopback: handler.loopback ?? false });
    if (caller?.setCookie !== undefined) answer.header("set-cookie", caller.setCookie);
    request.caller = caller;
    if (caller?.identity.kind === "device") await deps.proveDevice?.(request, caller.identity, route);
    count(deps.rates, request, answer);
  };
