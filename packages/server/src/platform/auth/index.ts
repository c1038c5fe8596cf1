export * from "./authenticate.ts";
export { checkOrigin, endedCookie, SESSION_COOKIE, SESSION_SECONDS, sessionCookie } from "./cookie.ts";
export type { Identity, SignInMethod } from "./identity.ts";
export * from "./limiter.ts";
export * from "./sql.ts";
export * from "./token.ts";
