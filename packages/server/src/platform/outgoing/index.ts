export { guardedFetch, isPublicAddress } from "./guarded-fetch.ts";
