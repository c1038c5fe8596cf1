export * from "./access-token-sql.ts";
export * from "./access-token.ts";
export * from "./authenticate.ts";
export {
  checkOrigin,
  cookieIn,
  cookieLine,
  endedCookie,
  SESSION_COOKIE,
  SESSION_SECONDS,
  sessionCookie,
  shownSession,
} from "./cookie.ts";
export * from "./enrolled-sql.ts";
export { type Identity, mustSeeAll, type SignInMethod } from "./identity.ts";
export * from "./buckets.ts";
export * from "./limiter.ts";
export type { LookUpOptions, SessionLimits, Standing } from "./look-up.ts";
export * from "./overlap-sql.ts";
export * from "./person-sql.ts";
export { isInRanges, normalRange } from "./ranges.ts";
export * from "./sql.ts";
export * from "./token.ts";
export * from "./watch.ts";
