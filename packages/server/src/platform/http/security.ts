import type { ErrorCode } from "@zerotrace/core";
import type { FastifyRequest } from "fastify";
import { companyNamedBy, type CredentialKind, parseToken, shownSession } from "../auth/index.ts";

/** What may point to an attack. The names are stable: rules in a SIEM rest on them. */
export const SECURITY_EVENTS = [
  "failed_login",
  "data_access_violation",
  "rate_limited",
  "agent_auth_failed",
  "token_misuse",
  "password_forgotten",
] as const;
export type SecurityEventName = (typeof SECURITY_EVENTS)[number];

/** One refused request. */
export interface SecurityEvent {
  readonly event: SecurityEventName;
  /** The company of the caller, or the one that an unproved token names; null when there is neither. */
  readonly companyId: number | null;
  /** Who was proved, or `unproved:<kind of token>`. */
  readonly actor: string;
  /** Method and template of the route. */
  readonly target: string;
  readonly code: ErrorCode;
  readonly ip: string;
}

const EVENT_OF_KIND: Readonly<Record<CredentialKind, SecurityEventName>> = {
  signin: "failed_login",
  invitation: "failed_login",
  session: "token_misuse",
  api: "token_misuse",
  device: "agent_auth_failed",
  enrollment: "agent_auth_failed",
};

/** The credential that a request shows, whatever it is worth; null for none. */
const shownBy = (request: FastifyRequest): string | null => {
  const { authorization } = request.headers;
  if (authorization !== undefined) return authorization.replace(/^bearer +/i, "");
  const cookie = shownSession(request.cookies ?? {}, request.protocol === "https");
  if (cookie !== undefined) return cookie;
  const token = (request.body as { token?: unknown } | null | undefined)?.token;
  return typeof token === "string" ? token : null;
};

const eventOf = (code: ErrorCode, kind: CredentialKind | null, isShown: boolean): SecurityEventName | null => {
  if (code === "RATE_LIMITED" || code === "QUOTA_EXCEEDED") return "rate_limited";
  if (code === "FORBIDDEN") return "data_access_violation";
  // one who shows nothing has just not signed in yet
  if (code !== "UNAUTHENTICATED" || !isShown) return null;
  return kind === null ? "token_misuse" : EVENT_OF_KIND[kind];
};

/** Method and template of a request's route. */
export const requestName = (request: FastifyRequest): string =>
  `${request.method} ${request.routeOptions.url ?? "none"}`;

/** The security event that a refusal is; null for all other errors. Holds nothing of the credential itself. */
export const securityEventOf = (request: FastifyRequest, code: ErrorCode): SecurityEvent | null => {
  const shown = shownBy(request);
  const token = shown === null ? null : parseToken(shown);
  const event = eventOf(code, token?.kind ?? null, shown !== null);
  if (event === null) return null;
  const identity = request.caller?.identity;
  return {
    event,
    code,
    companyId: identity?.companyId || (token?.companyId ?? (shown === null ? null : companyNamedBy(shown))),
    actor: identity?.subject ?? `unproved:${token?.kind ?? "none"}`,
    target: requestName(request),
    ip: request.ip,
  };
};
