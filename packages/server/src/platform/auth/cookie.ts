import { AppError } from "@zerotrace/core";

/** The name of the session cookie. */
export const SESSION_COOKIE = "zt_session";
/** A session ends after this long, used or not; seconds. */
export const SESSION_SECONDS = 30 * 86_400;

/** The Set-Cookie value that gives a session to a browser. `secure` when the browser speaks https. */
export const sessionCookie = (secret: string, secure: boolean): string =>
  `${SESSION_COOKIE}=${secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${SESSION_SECONDS}${secure ? "; Secure" : ""}`;

/** The Set-Cookie value that takes the session away. */
export const endedCookie = (secure: boolean): string =>
  `${SESSION_COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0${secure ? "; Secure" : ""}`;

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
