import { rememberUpTo } from "../../platform/cache/index.ts";

/** How long a company's reports gather before its findings are computed again, in ms; longer where that takes long. */
const DEBOUNCE_MS = 250;
const DEBOUNCE_MAX_MS = 10_000;
/** Most rest of a company after a computation that takes no longer: what is reported is counted within two seconds. */
const PROMPT_MS = 1_000;
/** Rest that is not taken yet after some quiet, in ms: a few changes in a row are counted at once. */
const BURST_MS = 25_000;
const BURST_OF_ALL_MS = 10_000;
/** The rest after a computation, as a multiple of its duration: a large company's ingest and pages keep that share. */
const REST_FACTOR = 5;
/** The same over all companies: what many small ones compute together leaves the cores to who reads and reports. */
const REST_FACTOR_OF_ALL = 2;
/** Companies whose rest is remembered; the others begin with the shortest delay. */
const COMPANIES_MAX = 10_000;

/** Tells how long reports gather before findings are computed. */
export interface Pace {
  /** In ms, from now. */
  delayMsOf(companyId: number, nowMs: number): number;
  /** A company's findings were computed: how long it took, and how much of that the database and the cores were at work. */
  computed(companyId: number, took: { readonly wholeMs: number; readonly busyMs: number }, nowMs: number): void;
}

export const createPace = (): Pace => {
  /** When all rest that a company owes would be over. */
  const owedUntilMs = rememberUpTo<number, number>(COMPANIES_MAX);
  let allOweUntilMs = 0;
  return {
    // what comes after the rests waits for its neighbors alone
    delayMsOf: (companyId, nowMs) => {
      const until = Math.max((owedUntilMs.get(companyId) ?? 0) - BURST_MS, allOweUntilMs - BURST_OF_ALL_MS);
      return Math.round(Math.max(DEBOUNCE_MS, until - nowMs));
    },
    computed: (companyId, { wholeMs, busyMs }, nowMs) => {
      const most = wholeMs <= PROMPT_MS ? PROMPT_MS : DEBOUNCE_MAX_MS;
      const until = Math.max(owedUntilMs.get(companyId) ?? 0, nowMs) + wholeMs * REST_FACTOR;
      owedUntilMs.set(companyId, Math.min(until, nowMs + BURST_MS + most));
      const all = Math.max(allOweUntilMs, nowMs) + busyMs * REST_FACTOR_OF_ALL;
      allOweUntilMs = Math.min(all, nowMs + BURST_OF_ALL_MS + DEBOUNCE_MAX_MS);
    },
  };
};
