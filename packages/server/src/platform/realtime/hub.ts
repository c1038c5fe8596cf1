import websocket, { type WebSocket } from "@fastify/websocket";
import { AppError, messageOf, type Permission } from "@zerotrace/core";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ServerResponse } from "node:http";
import { Socket as NetSocket } from "node:net";
import type { Logger } from "pino";
import type { z } from "zod";
import type { Authenticated, Authenticator } from "../auth/index.ts";
import { authenticateRequest } from "../http/access.ts";
import { type SecurityEvent, securityEventOf } from "../http/security.ts";
import type { Metrics } from "../metrics/index.ts";
import { Client, messageOf as bytesOf } from "./client.ts";
import type { History, SentEvent } from "./history.ts";
import { withoutNames } from "./replay.ts";

type ClientMessage =
  | { type: "subscribe"; channels: readonly string[]; after?: string | undefined }
  | { type: "unsubscribe"; channels: readonly string[] }
  | { type: "ping" };

/** What is said over the socket; the feature that owns the stream defines it. */
export interface Protocol {
  readonly path: string;
  /** What clients name as the protocol, and what stands before a token that they name beside it. */
  readonly name: string;
  readonly tokenPrefix: string;
  readonly permission: Permission;
  readonly clientMessage: z.ZodType<ClientMessage>;
  readonly close: {
    readonly unauthenticated: number;
    readonly silent: number;
    readonly malformed: number;
    readonly tooSlow: number;
  };
}

export interface HubOptions {
  readonly protocol: Protocol;
  readonly auth: Authenticator;
  /** What was sent, for those who come back. */
  readonly history: History;
  readonly log: Logger;
  readonly metrics?: Pick<Metrics, "websocketClients" | "websocketDropped">;
  /** Hears of refusals that may point to an attack; must not throw or wait. */
  readonly onSecurityEvent?: (event: SecurityEvent) => void;
  /** Time between pings, in ms; a client that answers none until the next is closed. */
  readonly heartbeatMs?: number;
  /** How long a client may stay slow before it is closed, in ms. */
  readonly patienceMs?: number;
}

/** Everyone who listens, by company. */
export interface Hub {
  /** Tells every client of the company that subscribed to the channel, and who comes back for it; never waits for one. */
  publish(companyId: number, event: SentEvent): void;
  /** Adds the WebSocket's address to a server. */
  register(app: FastifyInstance): Promise<void>;
  clientCount(): number;
}

interface Member {
  readonly client: Client;
  readonly socket: WebSocket;
  readonly caller: Authenticated;
  heard: boolean;
}

const HEARTBEAT_MS = 30_000;
const PATIENCE_MS = 30_000;
/** How often it is asked whether who was slow reads again. */
const SLOW_LOOK_MS = 250;
const MESSAGE_BYTES_MAX = 4096;
/** The library itself cuts off beyond this, without our close code. */
const FRAME_BYTES_MAX = 64 * 1024;
const CLIENTS_MAX = 10_000;
const EARLY_MESSAGES_MAX = 16;
const MESSAGES = { burst: 40, perSecond: 10 };
const CLOSE_GRACE_MS = 500;
const TRY_LATER = 1013;
const GOING_AWAY = 1001;

/** Closes with a code, and cuts the line of a client that does not take part in closing. */
const end = (socket: WebSocket, code: number, reason: string): void => {
  socket.close(code, reason);
  setTimeout(() => socket.terminate(), CLOSE_GRACE_MS).unref();
};

const parseMessage = (schema: Protocol["clientMessage"], data: Buffer): ClientMessage | null => {
  if (data.length > MESSAGE_BYTES_MAX) return null;
  try {
    return schema.parse(JSON.parse(data.toString("utf8")));
  } catch {
    return null;
  }
};

/** Answers one message; false when it is not one of the protocol. */
const hear = (protocol: Protocol, { client }: Member, data: Buffer): boolean => {
  const message = parseMessage(protocol.clientMessage, data);
  if (message === null) return false;
  if (message.type === "ping") client.say({ type: "pong", cursor: client.cursor() });
  else {
    if (message.type === "unsubscribe") client.unsubscribe(message.channels);
    else client.subscribe(message.channels, message.after === undefined ? null : Number(message.after));
    client.say({ type: "subscribed", channels: [...client.channels], cursor: client.cursor() });
  }
  return true;
};

/** Hands each message to `take` while the rate is kept; those before `open` wait, within bounds. */
const inbox = (socket: WebSocket, take: (data: Buffer) => void, refuse: (reason: string) => void) => {
  let tokens: number = MESSAGES.burst;
  let at = Date.now();
  let early: Buffer[] | null = [];
  socket.on("message", (data: Buffer) => {
    const now = Date.now();
    tokens = Math.min(MESSAGES.burst, tokens + ((now - at) / 1000) * MESSAGES.perSecond) - 1;
    at = now;
    if (tokens < 0) refuse("too many messages");
    else if (early === null) take(data);
    else if (early.length < EARLY_MESSAGES_MAX && data.length <= MESSAGE_BYTES_MAX) early.push(data);
    else refuse("too many messages before the greeting");
  });
  return {
    open: () => {
      const waiting = early ?? [];
      early = null;
      for (const data of waiting) take(data);
    },
  };
};

interface Members {
  size(): number;
  all(): Member[];
  of(companyId: number): Iterable<Member>;
  join(socket: WebSocket, caller: Authenticated, heartbeatMs: number): Member;
  drop(member: Member, code: number, reason: string): void;
}

const createMembers = ({ metrics, log, history }: HubOptions): Members => {
  const members = new Map<number, Set<Member>>();
  let size = 0;
  const leave = (member: Member): void => {
    const { companyId } = member.caller.identity;
    const own = members.get(companyId);
    if (!own?.delete(member)) return;
    if (own.size === 0) members.delete(companyId);
    size -= 1;
    metrics?.websocketClients(size);
  };
  return {
    size: () => size,
    all: () => [...members.values()].flatMap((own) => [...own]),
    of: (companyId) => members.get(companyId) ?? [],
    join: (socket, caller, heartbeatMs) => {
      const { companyId, labels } = caller.identity;
      const client = new Client(socket, history, { companyId, seesNames: labels === null });
      const member = { client, socket, caller, heard: true };
      members.set(companyId, (members.get(companyId) ?? new Set()).add(member));
      size += 1;
      metrics?.websocketClients(size);
      socket.on("pong", () => {
        member.heard = true;
      });
      socket.on("close", () => leave(member));
      member.client.say({ type: "hello", companyId, heartbeatSeconds: heartbeatMs / 1000 });
      return member;
    },
    drop: (member, code, reason) => {
      leave(member);
      end(member.socket, code, reason);
      log.info({ "zerotrace.close_code": code, "organization.id": member.caller.identity.companyId }, "stream closed");
    },
  };
};

/**
 * Lets go of the answer that became a WebSocket, and of a listener that holds it: with its headers it is larger than all that a
 * client needs.
 */
const letGo = (socket: WebSocket, { raw }: FastifyRequest): void => {
  socket.removeAllListeners("error");
  // a request of this process's own comes over no line
  if (!(raw.socket instanceof NetSocket)) return;
  // Node keeps the answer there until it ends, and this one never does
  const answer = Reflect.get(raw.socket, "_httpMessage") as ServerResponse | null | undefined;
  answer?.detachSocket(raw.socket);
};

/** Takes the token that a script named as a protocol: a page has no other way to send one. A header comes before it. */
const takeToken = (request: FastifyRequest, { tokenPrefix }: Protocol): void => {
  const { headers } = request;
  const offered = headers["sec-websocket-protocol"]?.split(",").map((one) => one.trim()) ?? [];
  const token = offered.find((one) => one.startsWith(tokenPrefix))?.slice(tokenPrefix.length);
  if (token !== undefined && headers.authorization === undefined) headers.authorization = `Bearer ${token}`;
};

/** Lets a connection in: proves who it is, then hands its messages over. */
const admit = async (
  { protocol, auth, onSecurityEvent }: HubOptions,
  members: Members,
  line: { socket: WebSocket; request: FastifyRequest; heartbeatMs: number },
): Promise<void> => {
  const { socket, request } = line;
  let member: Member | undefined;
  const malformed = (reason: string) =>
    member ? members.drop(member, protocol.close.malformed, reason) : end(socket, protocol.close.malformed, reason);
  const take = (data: Buffer) => {
    if (!member || socket.readyState !== socket.OPEN) return;
    member.heard = true;
    if (!hear(protocol, member, data)) malformed("not a message of this stream");
  };
  const box = inbox(socket, take, malformed);
  socket.on("error", () => socket.terminate());
  if (members.size() >= CLIENTS_MAX) return end(socket, TRY_LATER, "too many clients");
  try {
    takeToken(request, protocol);
    const caller = await authenticateRequest(auth, request, { guarded: true, mayRotate: false });
    request.caller = caller;
    if (!caller.identity.permissions.includes(protocol.permission)) {
      throw new AppError("FORBIDDEN", `${protocol.permission} is needed`);
    }
    if (socket.readyState === socket.OPEN) member = members.join(socket, caller, line.heartbeatMs);
  } catch (error) {
    const event = error instanceof AppError ? securityEventOf(request, error.code) : null;
    if (event !== null) onSecurityEvent?.(event);
    return end(socket, protocol.close.unauthenticated, messageOf(error).slice(0, 100));
  }
  box.open();
};

/** Drops who does not answer, whose credential has ended, and who stays slow. */
const watch = (options: HubOptions, members: Members, heartbeatMs: number) => {
  const { auth, protocol, metrics } = options;
  const patienceMs = options.patienceMs ?? PATIENCE_MS;
  const checkAlive = async (member: Member): Promise<void> => {
    const { identity, expiresAt } = member.caller;
    // a database that is away says nothing about the credential: ask again with the next heartbeat
    const alive = await auth.isAlive(identity).catch(() => expiresAt === null || expiresAt.getTime() > Date.now());
    if (!alive) members.drop(member, protocol.close.unauthenticated, "the credential has ended");
  };
  const beat = (): void => {
    options.history.sweep();
    for (const member of members.all()) {
      if (!member.heard) members.drop(member, protocol.close.silent, "no answer to heartbeats");
      else {
        member.heard = false;
        member.socket.ping();
        void checkAlive(member);
      }
    }
  };
  const dropSlow = (): void => {
    for (const member of members.all()) {
      const { slowSince } = member.client;
      if (member.client.flush() || slowSince === null || Date.now() - slowSince < patienceMs) continue;
      metrics?.websocketDropped();
      members.drop(member, protocol.close.tooSlow, "too slow");
    }
  };
  const timers = [setInterval(beat, heartbeatMs), setInterval(dropSlow, Math.min(SLOW_LOOK_MS, patienceMs / 2))];
  for (const timer of timers) timer.unref();
  const stopListening = auth.onForget((id) => {
    for (const member of members.all()) {
      const { credentialId, accessTokenId } = member.caller.identity;
      if (credentialId === id || accessTokenId === id) members.drop(member, protocol.close.unauthenticated, "revoked");
    }
  });
  return () => {
    for (const timer of timers) clearInterval(timer);
    stopListening();
  };
};

/** Makes an event's message once for all who see the same of it. */
const onceEach = (event: SentEvent): ((seesNames: boolean) => Buffer) => {
  const at = Math.floor(event.seq / 1_000);
  let named: Buffer | undefined;
  let nameless: Buffer | undefined;
  return (seesNames) =>
    seesNames
      ? (named ??= bytesOf({ ...event, coalesced: 0 }, at))
      : (nameless ??= bytesOf({ ...withoutNames(event), coalesced: 0 }, at));
};

/** A hub for one process. */
export const createHub = (options: HubOptions): Hub => {
  const { path, name } = options.protocol;
  const heartbeatMs = options.heartbeatMs ?? HEARTBEAT_MS;
  const members = createMembers(options);
  return {
    clientCount: () => members.size(),
    publish: (companyId, event) => {
      options.history.append(companyId, event);
      const bytes = onceEach(event);
      for (const { client } of members.of(companyId)) client.deliver(event, bytes);
    },
    register: async (app) => {
      const preClose = (done: () => void) => {
        for (const socket of app.websocketServer.clients) end(socket, GOING_AWAY, "the server stops");
        app.websocketServer.close(done);
      };
      // never answers a token that came as a protocol
      const handleProtocols = (offered: Set<string>): string | false => (offered.has(name) ? name : false);
      await app.register(websocket, { options: { maxPayload: FRAME_BYTES_MAX, handleProtocols }, preClose });
      app.get(path, { websocket: true }, (socket, request) => {
        letGo(socket, request);
        void admit(options, members, { socket, request, heartbeatMs });
      });
      const stop = watch(options, members, heartbeatMs);
      app.addHook("onClose", async () => stop());
    },
  };
};
