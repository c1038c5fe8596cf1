import fastifyCookie from "@fastify/cookie";
import fastifyHelmet from "@fastify/helmet";
import { AppError, type ErrorCode, type Route } from "@zerotrace/core";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { randomUUID } from "node:crypto";
import type { AddressInfo, Socket } from "node:net";
import type { Logger } from "pino";
import { type Authenticated, type Authenticator, createLimiter } from "../auth/index.ts";
import type { Database } from "../db/index.ts";
import type { Metrics } from "../metrics/index.ts";
import { inflate, parseForm, parseJson } from "./body.ts";
import { admit, type EndpointDeps, serveEndpoint } from "./endpoint.ts";
import { serveErrorPage } from "./error-page.ts";
import { refusedAddress } from "./listen.ts";
import { limitBodyTime, type Patience, PATIENCE } from "./patience.ts";
import { answerToUnreadable, toProblem } from "./problem.ts";
import { allowOrigins, sayHttpsOnly } from "./browsers.ts";
import { createRateLimits, type RateLimits } from "./rate-limits.ts";
import { type SecurityEvent, securityEventOf } from "./security.ts";
import { serveStatic } from "./static.ts";
import { type TlsListener, tlsOptions } from "./tls.ts";
import type { AuditWriter, Endpoint, Handler, ProveDevice } from "./types.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who calls; null on a public route, undefined before it is known. */
    caller: Authenticated | null | undefined;
  }
  interface FastifyContextConfig {
    /** Largest body after inflating, in bytes; null takes no compressed body. */
    inflatedLimitBytes?: number | null;
    /** Whether the handler reads the body itself. */
    bodyIsStream?: boolean;
    /** Whether a request that went well is logged for debugging only. */
    isQuiet?: boolean;
    /** Types of the body that are taken besides application/json. */
    mediaTypes?: readonly string[];
    /** How a refusal looks, where not as a problem document. */
    refuse?: Handler<Route>["refuse"];
  }
}

export interface HttpOptions {
  readonly db: Database;
  readonly auth: Authenticator;
  readonly audit: AuditWriter;
  readonly log: Logger;
  readonly endpoints: readonly Endpoint[];
  readonly metrics?: Pick<Metrics, "httpRequest">;
  /** The OpenAPI document, served at `/api/v1/openapi.json`. */
  readonly openapi?: unknown;
  /** The folder of the built dashboard; without it only the API is served. */
  readonly webDir?: string;
  /** Believe `X-Forwarded-*` of these proxies (addresses or CIDR ranges, comma-separated). */
  readonly trustedProxy?: string;
  /** Speak TLS; plain HTTP without it. */
  readonly tls?: TlsListener | undefined;
  /** What a device must prove besides its credential; throws UNAUTHENTICATED. */
  readonly proveDevice?: ProveDevice | undefined;
  /** Check every answer against its route: for tests and development. */
  readonly checkAnswers?: boolean;
  readonly now?: () => Date;
  /** Hears of every refusal that may point to an attack; must not throw or wait. */
  readonly onSecurityEvent?: (event: SecurityEvent) => void;
  /** Origins of other pages whose scripts may call with a token; none where not given. */
  readonly corsOrigins?: readonly string[];
  /** How much callers may ask; the defaults for every company where not given. */
  readonly rates?: RateLimits;
  /** How long bodies may take; less in tests. */
  readonly patience?: Patience;
  /** Further registrations, such as the WebSocket; run before the routes. */
  readonly plugins?: readonly ((app: FastifyInstance) => Promise<void>)[];
}

/** A server that is ready to listen. */
export interface HttpServer {
  readonly app: FastifyInstance;
  /** Opens the port (0: any free one) and answers the origin. Throws PORT_BUSY when it is taken, BAD_CONFIG for an address that cannot be. */
  listen(address: { host: string; port: number }): Promise<string>;
  /** Stops taking requests, gives those under way one second to end, then cuts them, and closes. */
  close(): Promise<void>;
}

const BODY_LIMIT_BYTES = 64 * 1024;
const INFLATE_FACTOR = 8;
/** From this size on, parsing and checking a body takes about a millisecond and more. */
const TURN_BYTES = 16 * 1024;
const CONNECTION_TIMEOUT_MS = 120_000;
const KEEP_ALIVE_MS = 72_000;
const CLOSE_GRACE_MS = 1_000;
/** Media types of bodies that a handler reads as they come. */
const STREAM_TYPES = [
  "application/octet-stream",
  "application/vnd.cyclonedx+json",
  "application/vnd.cyclonedx+xml",
  "application/spdx+json",
  "text/spdx",
];
const PARAM_LENGTH_MAX = 512;
const PUBLIC_WRITES = { burst: 30, perSecond: 1 };
const CORRELATION_ID = /^[A-Za-z0-9-]{8,64}$/;

const POLICY = {
  defaultSrc: ["'self'"],
  connectSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", "data:"],
  scriptSrc: ["'self'"],
  objectSrc: ["'none'"],
  baseUri: ["'self'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
};

const bare = (options: HttpOptions): FastifyInstance =>
  Fastify({
    ...(options.tls === undefined ? {} : ({ https: tlsOptions(options.tls) } as object)),
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: "idle",
    trustProxy: options.trustedProxy ?? false,
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    genReqId: ({ headers }) => {
      const given = headers["x-correlation-id"];
      return typeof given === "string" && CORRELATION_ID.test(given) ? given : randomUUID();
    },
    clientErrorHandler: (error, socket) => {
      if (socket.writable) socket.end(answerToUnreadable(error.code, randomUUID()));
      else socket.destroy();
    },
    frameworkErrors: (error, request, answer) => {
      const refusal = toProblem(error, request.id);
      const plain = answer as unknown as FastifyReply;
      void plain.code(refusal.status).type("application/problem+json").send(JSON.stringify(refusal.body));
    },
  });

/** Large bodies are parsed one in a round of the event loop, so that small requests get their turn between them. */
const createTurns = (): (() => Promise<void>) => {
  let last = Promise.resolve();
  return () => (last = last.then(() => new Promise((resolve) => void setImmediate(resolve))));
};
const turn = createTurns();

const readJson = async (request: FastifyRequest, bytes: Buffer): Promise<unknown> => {
  const encoding = request.headers["content-encoding"]?.trim().toLowerCase();
  const plain = await inflate(bytes, encoding, request.routeOptions.config.inflatedLimitBytes ?? null);
  if (plain.length >= TURN_BYTES) await turn();
  return parseJson(plain);
};

/** Types that only routes which name them take, with what reads them. */
const OTHER_TYPES = {
  "application/scim+json": readJson,
  "application/x-www-form-urlencoded": async (_: FastifyRequest, bytes: Buffer) => parseForm(bytes),
} as const;

const readBodies = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, readJson);
  for (const [type, read] of Object.entries(OTHER_TYPES)) {
    app.addContentTypeParser(type, { parseAs: "buffer" }, async (request: FastifyRequest, bytes: Buffer) => {
      if (request.routeOptions.config.mediaTypes?.includes(type) === true) return read(request, bytes);
      throw new AppError("UNSUPPORTED_MEDIA_TYPE", "This address takes JSON: send the body as application/json.");
    });
  }
  app.addContentTypeParser(STREAM_TYPES, async (request: FastifyRequest, payload: unknown) => {
    if (request.routeOptions.config.bodyIsStream === true) return payload;
    throw new AppError("UNSUPPORTED_MEDIA_TYPE", "This address takes JSON: send the body as application/json.");
  });
};

const answerErrors = (app: FastifyInstance, { log, onSecurityEvent }: HttpOptions): void => {
  app.setErrorHandler((error, request, answer) => {
    const refusal = toProblem(error, request.id);
    const event = securityEventOf(request, refusal.body.code as ErrorCode);
    if (event !== null) onSecurityEvent?.(event);
    const fields = { err: error, "trace.id": request.id, "http.route": request.routeOptions.url };
    if (refusal.isBug) log.error(fields, "request failed");
    else if (refusal.body.code === "DATABASE_UNAVAILABLE") log.warn(fields, "database unreachable");
    const own = request.routeOptions.config?.refuse?.(refusal.body);
    void answer
      .code(refusal.status)
      .headers({ ...refusal.headers, "cache-control": "no-store" })
      .type(own?.contentType ?? "application/problem+json")
      .send(own?.body ?? JSON.stringify(refusal.body));
  });
};

/** One wide line and one measurement for each request; the template of the path, never the path itself. */
const observe = (app: FastifyInstance, { log, metrics }: HttpOptions): void => {
  app.decorateRequest("caller", undefined);
  app.addHook("onRequest", async (request, answer) => void answer.header("x-correlation-id", request.id));
  app.addHook("onResponse", async (request, answer) => {
    const route = request.is404 ? "none" : (request.routeOptions.url ?? "none");
    const { method, caller } = request;
    metrics?.httpRequest({ method, route, status: answer.statusCode, seconds: answer.elapsedTime / 1000 });
    const fields = {
      "http.request.method": method,
      "http.route": route,
      "http.response.status_code": answer.statusCode,
      "event.duration": Math.round(answer.elapsedTime * 1e6),
      "trace.id": request.id,
      "client.ip": request.ip,
      "organization.id": caller?.identity.companyId,
      "zerotrace.credential_kind": caller?.identity.kind,
    };
    // thousands of agents say that they are alive, twice a minute each
    const isQuiet = request.routeOptions.config?.isQuiet === true && answer.statusCode < 400;
    log[isQuiet ? "debug" : "info"](fields, "request");
  });
};

const matches = (template: string, path: string): boolean => {
  const wanted = template.split("/");
  const given = path.split("/");
  return wanted.length === given.length && wanted.every((part, i) => part.startsWith(":") || part === given[i]);
};

const refuseUnknown = (app: FastifyInstance, options: HttpOptions): void => {
  const page = options.webDir === undefined ? null : serveStatic(app, options.webDir);
  app.setNotFoundHandler(async (request, answer) => {
    const path = request.url.split("?", 1)[0] ?? "/";
    const methods = options.endpoints.filter(({ route }) => matches(route.path, path)).map(({ route }) => route.method);
    if (methods.length > 0) {
      const allowed = [...new Set(methods.flatMap((one) => (one === "GET" ? [one, "HEAD"] : [one])))].sort().join(", ");
      answer.header("allow", allowed);
      throw new AppError("METHOD_NOT_ALLOWED", `This address takes ${allowed}.`);
    }
    const isPage = request.method === "GET" || request.method === "HEAD";
    if (page && isPage && !/^\/(api|health|metrics|scim)(\/|$)/.test(path)) return page(request, answer);
    throw new AppError("NOT_FOUND", "There is nothing at this address: the API is described at /api/v1/openapi.json.");
  });
};

/** Closes, and cuts what has not ended by itself after the grace: one silent client must not hold the process. */
const closer = (app: FastifyInstance) => {
  const sockets = new Set<Socket>();
  app.server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  return async (): Promise<void> => {
    const timer = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, CLOSE_GRACE_MS);
    await app.close();
    clearTimeout(timer);
  };
};

const addEndpoint = (app: FastifyInstance, deps: EndpointDeps, endpoint: Endpoint): void => {
  const { route, handler } = endpoint;
  const bodyLimit = route.bodyLimitBytes ?? BODY_LIMIT_BYTES;
  const inflatedLimitBytes =
    bodyLimit > BODY_LIMIT_BYTES ? (handler.inflatedLimitBytes ?? bodyLimit * INFLATE_FACTOR) : null;
  app.route({
    method: route.method,
    url: route.path,
    bodyLimit,
    // what an agent is answered no browser shows
    ...(route.permission === "agents:report" ? { helmet: false as const } : {}),
    config: {
      inflatedLimitBytes,
      isQuiet: handler.isQuiet ?? false,
      bodyIsStream: route.bodyIsStream ?? false,
      ...(route.mediaTypes === undefined ? {} : { mediaTypes: route.mediaTypes }),
      ...(handler.refuse === undefined ? {} : { refuse: handler.refuse }),
    },
    onRequest: admit(deps, endpoint),
    handler: serveEndpoint(deps, endpoint),
  });
};

const listen = async (
  app: FastifyInstance,
  { host, port }: { host: string; port: number },
  scheme: "http" | "https",
): Promise<string> => {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    throw refusedAddress(cause as NodeJS.ErrnoException, host, port);
  }
  const bound = app.server.address() as AddressInfo;
  const name = bound.family === "IPv6" ? `[${bound.address}]` : bound.address;
  return `${scheme}://${name}:${bound.port}`;
};

/** Builds the server of the whole API; it knows no feature and is given its endpoints. */
export const createHttp = async (options: HttpOptions): Promise<HttpServer> => {
  const app = bare(options);
  const deps: EndpointDeps = {
    db: options.db,
    auth: options.auth,
    audit: options.audit,
    log: options.log,
    publicWrites: createLimiter(PUBLIC_WRITES),
    rates: options.rates ?? createRateLimits(),
    checkAnswers: options.checkAnswers ?? false,
    now: options.now ?? (() => new Date()),
    onSecurityEvent: options.onSecurityEvent,
    proveDevice: options.proveDevice,
  };
  observe(app, options);
  limitBodyTime(app, options.patience ?? PATIENCE);
  answerErrors(app, options);
  readBodies(app);
  await app.register(fastifyCookie);
  await allowOrigins(app, options.corsOrigins ?? []);
  sayHttpsOnly(app);
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: { useDefaults: false, directives: POLICY },
    strictTransportSecurity: false,
  });
  for (const plugin of options.plugins ?? []) await plugin(app);
  for (const endpoint of options.endpoints) addEndpoint(app, deps, endpoint);
  if (options.openapi !== undefined) {
    const text = JSON.stringify(options.openapi);
    app.get("/api/v1/openapi.json", async (_, answer) => answer.type("application/json; charset=utf-8").send(text));
  }
  serveErrorPage(app);
  refuseUnknown(app, options);
  await app.ready();
  return {
    app,
    listen: (address) => listen(app, address, options.tls === undefined ? "http" : "https"),
    close: closer(app),
  };
};
