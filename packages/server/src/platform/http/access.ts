import { AppError, type Route } from "@zerotrace/core";
import type { FastifyRequest } from "fastify";
import { isIP } from "node:net";
import { type Authenticated, type Authenticator, shownSession } from "../auth/index.ts";

/** Whether a request comes from this machine itself and not through a proxy or a foreign page's DNS trick. */
export const isLoopback = (request: FastifyRequest): boolean => {
  const { headers, hostname } = request;
  if (headers["x-forwarded-for"] !== undefined || headers["forwarded"] !== undefined) return false;
  const from = request.socket.remoteAddress ?? "";
  const near = from === "::1" || /^(::ffff:)?127\./.test(from);
  const name = hostname.replaceAll(/[[\]]/g, "");
  return near && (name === "localhost" || name === "::1" || (isIP(name) === 4 && name.startsWith("127.")));
};

/** Proves who calls, from a Fastify request. */
export const authenticateRequest = (
  auth: Authenticator,
  request: FastifyRequest,
  options: { guarded: boolean; mayRotate: boolean },
): Promise<Authenticated> =>
  auth.authenticate({
    headers: request.headers,
    cookies: request.cookies,
    ip: request.ip,
    host: request.host,
    secure: request.protocol === "https",
    ...options,
  });

const COMPANY_HEADER = "x-zerotrace-company";

/** A page that shows one company must not act in another, to which the session was moved in another tab. */
const mustBeThere = (request: FastifyRequest, route: Route, { identity }: Authenticated): void => {
  const shown = request.headers[COMPANY_HEADER];
  if (shown === undefined || route.permission === "signed-in" || shown === String(identity.companyId)) return;
  const says =
    "The session is in another company by now, perhaps through another tab: nothing was done. Reload the page.";
  throw new AppError("CONFLICT", says, { field: "company" });
};

const mustHold = (route: Route, { identity }: Authenticated): void => {
  const { permission } = route;
  if (permission === "public" || permission === "signed-in") return;
  if (identity.permissions.includes(permission)) return;
  throw new AppError("FORBIDDEN", `This needs the permission ${permission}: use a credential that holds it.`);
};

/** Whether a caller who is proved may ask a route. Throws FORBIDDEN, or CONFLICT when the page shows another company. */
export const mayAsk = (request: FastifyRequest, route: Route, caller: Authenticated): void => {
  mustBeThere(request, route, caller);
  mustHold(route, caller);
};

/** The caller of a route, proved and allowed; null on a public route. */
export const authorize = async (
  auth: Authenticator,
  request: FastifyRequest,
  { route, loopback }: { route: Route; loopback: boolean },
): Promise<Authenticated | null> => {
  if (route.permission === "public") return null;
  const session = shownSession(request.cookies, request.protocol === "https");
  const anonymous = request.headers.authorization === undefined && session === undefined;
  if (loopback && anonymous && isLoopback(request) && route.permission !== "signed-in") {
    const identity = {
      kind: "loopback",
      companyId: 0,
      subject: "loopback",
      permissions: [route.permission],
      credentialId: "",
      labels: null,
    } as const;
    return { identity, expiresAt: null };
  }
  const caller = await authenticateRequest(auth, request, { guarded: route.method !== "GET", mayRotate: true });
  // known from here on, so that a refusal can be laid at somebody's door
  request.caller = caller;
  mayAsk(request, route, caller);
  return caller;
};
