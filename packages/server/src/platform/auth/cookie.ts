import { AppError } from "@zerotrace/core";

/** The name of the session cookie. */
export const SESSION_COOKIE = "zt_session";
/** A session ends after this long, used or not; seconds. */
export const SESSION_SECONDS = 30 * 86_400;

type Cookies = Readonly<Record<string, string | undefined>>;

/** How a cookie of ours is called: over https by a prefix with which browsers take it from this very host over TLS alone, no neighbor's. */
export const cookieName = (name: string, secure: boolean): string => (secure ? `__Host-${name}` : name);

/** What a cookie of ours holds; over https only the one with the prefix counts. */
export const cookieIn = (cookies: Cookies, name: string, secure: boolean): string | undefined =>
  cookies[cookieName(name, secure)];

/** What of a cookie differs. */
interface CookieLife {
  readonly maxAgeSeconds: number;
  /** Whether the browser speaks https. */
  readonly secure: boolean;
  readonly sameSite?: "Strict" | "Lax";
  /** Where it goes over plain HTTP; with the prefix it goes everywhere. */
  readonly path?: string;
}

/** The Set-Cookie value of a cookie that no script reads. */
export const cookieLine = (
  name: string,
  value: string,
  { maxAgeSeconds, secure, sameSite = "Strict", path = "/" }: CookieLife,
): string => {
  const flags = `Path=${secure ? "/" : path}; HttpOnly; SameSite=${sameSite}; Max-Age=${maxAgeSeconds}`;
  return `${cookieName(name, secure)}=${value}; ${flags}${secure ? "; Secure" : ""}`;
};

/** The Set-Cookie value that gives a session to a browser. `secure` when the browser speaks https. */
export const sessionCookie = (secret: string, secure: boolean): string =>
  cookieLine(SESSION_COOKIE, secret, { maxAgeSeconds: SESSION_SECONDS, secure });

/** The Set-Cookie value that takes the session away. */
export const endedCookie = (secure: boolean): string => cookieLine(SESSION_COOKIE, "", { maxAgeSeconds: 0, secure });

/** The secret of the session that a browser shows; undefined for none. */
export const shownSession = (cookies: Cookies, secure: boolean): string | undefined =>
  cookieIn(cookies, SESSION_COOKIE, secure);

export interface OriginCheck {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The host that the caller addressed, with its port. */
  readonly host: string;
  /** The origin that the operator named, if any. */
  readonly publicUrl?: string;
}

const hostOf = (origin: string): string | null => (URL.canParse(origin) ? new URL(origin).host : null);

/** Throws FORBIDDEN unless the request comes from our own pages: a cookie alone proves nothing about who wrote it. */
export const checkOrigin = ({ headers, host, publicUrl }: OriginCheck): void => {
  const { origin } = headers;
  const own = [host.toLowerCase(), publicUrl === undefined ? null : hostOf(publicUrl)];
  if (typeof origin === "string") {
    const from = hostOf(origin);
    if (from !== null && own.includes(from)) return;
  } else if (headers["sec-fetch-site"] === "same-origin") return;
  throw new AppError("FORBIDDEN", "The request does not come from this dashboard: open it at its own address.", {
    field: "origin",
  });
};
