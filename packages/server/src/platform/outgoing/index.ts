export { guardedFetch, isPublicAddress, mustBeAllowed } from "./guarded-fetch.ts";
