export * from "./authenticate.ts";
export { checkOrigin, endedCookie, SESSION_COOKIE, SESSION_SECONDS, sessionCookie } from "./cookie.ts";
export * from "./enrolled-sql.ts";
export type { Identity, SignInMethod } from "./identity.ts";
export * from "./limiter.ts";
export * from "./person-sql.ts";
export { isInRanges, normalRange } from "./ranges.ts";
export * from "./sql.ts";
export * from "./token.ts";
