import type { problem, Route } from "@zerotrace/core";
import type { FastifyRequest } from "fastify";
import type { Logger } from "pino";
import type { Readable } from "node:stream";
import type { z } from "zod";
import type { Identity } from "../auth/identity.ts";
import type { Database, Tx } from "../db/index.ts";
import type { SecurityEventName } from "./security.ts";

/** One row of the audit trail. */
export interface AuditRow {
  readonly companyId: number;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly ip: string;
  /** What the object was before, where it was there and changed. */
  readonly before?: unknown;
  /** What it is now, where it is still there. */
  readonly after?: unknown;
}
/** An object before and after a change. */
export type Change = Pick<AuditRow, "before" | "after">;
export type AuditWriter = (tx: Tx, row: AuditRow) => Promise<void>;

/** What a handler is given. */
export interface RequestContext {
  /** The company-scoped transaction of the request; throws when read by a public route or one with `transaction: "none"`. */
  readonly tx: Tx;
  readonly db: Database;
  /** Who calls; throws when read by a public route. */
  readonly identity: Identity;
  /** When the credential ends, if it does. */
  readonly expiresAt: Date | null;
  readonly log: Logger;
  readonly correlationId: string;
  readonly ip: string;
  /** The host that the caller addressed, with its port. */
  readonly host: string;
  readonly userAgent: string;
  readonly cookies: Readonly<Record<string, string | undefined>>;
  /** Whether the caller speaks https, so that cookies can say Secure. */
  readonly secure: boolean;
  readonly now: Date;
  /** Says what the request's audit row is about; without it the row names the `id` of the path. */
  note(target: string, detail?: Record<string, unknown>, change?: Change): void;
  /** Writes the audit row in a transaction that the handler opened itself. */
  record(
    tx: Tx,
    row: { companyId: number; actor: string; target: string; detail?: Record<string, unknown> } & Change,
  ): Promise<void>;
  /**
   * What a route that reads answers to the same caller: allowed, counted, parsed and in a transaction of its own, as over HTTP.
   * Throws what the route refuses with, and for a route that writes or answers bytes.
   */
  ask(endpoint: Endpoint, input: Pick<Input<Route>, "params" | "query">): Promise<unknown>;
  /** As `ask` for several inputs of one route at once, in one transaction and with the statements of one; each is allowed and counted. */
  askAll(
    endpoint: Endpoint,
    inputs: readonly Pick<Input<Route>, "params" | "query">[],
  ): Promise<PromiseSettledResult<unknown>[]>;
  /** Tells of what may point to an attack on a company, where the refusal itself shows no credential by which it is known. */
  report(event: { event: SecurityEventName; companyId: number; actor: string }): void;
}

export interface Input<R extends Route> {
  readonly params: z.output<R["params"]>;
  readonly query: z.output<R["query"]>;
  readonly body: z.output<R["body"]>;
}

const REPLY = Symbol("reply");

/** An answer with a status, headers or a body of its own. */
export interface Reply<Body> {
  readonly [REPLY]: true;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body: Body;
}

/** Bytes or text sent as they are. A stream must not use `context.tx`: it outlives the transaction. */
export type HttpStream = Readable | Buffer | string;

/** Makes an answer with a status or headers other than the route's. */
export const reply = <Body>(answer: {
  status?: number;
  headers?: Readonly<Record<string, string | string[]>>;
  body: Body;
}): Reply<Body> => ({ [REPLY]: true, ...answer });

/** Whether a handler's answer was made by `reply`. */
export const isReply = (value: unknown): value is Reply<unknown> =>
  typeof value === "object" && value !== null && REPLY in value;

type Answered<R extends Route> = z.input<R["answer"]> | HttpStream;

/** A refusal as RFC 9457 has it. */
export type Problem = z.output<typeof problem>;

/** What stands behind a route: the decision only; the platform does the rest. */
export interface Handler<R extends Route> {
  /** The audit row's action, `noun.verb`; `none` where nothing worth proving is changed. */
  readonly audit: string;
  /**
   * `none`: the handler opens its own transactions by `context.db` and writes its audit rows by `context.record`; `planned`: all that it
   * asks is fit for `withCompanyPlanned`.
   */
  readonly transaction?: "company" | "planned" | "none";
  /** A caller on this machine needs no credential (and has no company); never true behind a proxy. */
  readonly loopback?: boolean;
  /** A request that goes well is no line in the log unless one debugs: for what comes all the time and proves nothing. */
  readonly isQuiet?: boolean;
  /** Largest body after inflating, in bytes; eight times the route's `bodyLimitBytes` unless said. */
  readonly inflatedLimitBytes?: number;
  /** How a refusal looks here, where another protocol or a browser must read it. Must not throw. */
  readonly refuse?: (problem: Problem) => { readonly contentType: string; readonly body: string };
  run(context: RequestContext, input: Input<R>): Promise<Answered<R> | Reply<Answered<R>>>;
}

/** Sees to it that a device proves more than its credential. Throws UNAUTHENTICATED. */
export type ProveDevice = (request: FastifyRequest, identity: Identity, route: Route) => Promise<void> | void;

/** A route with its handler. */
export interface Endpoint {
  readonly route: Route;
  readonly handler: Handler<Route>;
}

const AUDIT = /^(none|[a-z_]+\.[a-z_]+)$/;

/** Joins a route and its handler. Throws when a route that writes names no audit action (or `none`). */
export const implement = <R extends Route>(route: R, handler: Handler<R>): Endpoint => {
  if (!AUDIT.test(handler.audit)) {
    throw new TypeError(`${route.method} ${route.path}: name its audit action as noun.verb, or none`);
  }
  return { route, handler };
};
