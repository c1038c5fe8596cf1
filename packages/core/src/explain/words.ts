import { isEndOfLife } from "../advisory/life-cycle.ts";
import { fixNeeds } from "../component/editions.ts";
import type { ExplainedRange } from "../match/types.ts";
import type { VexStatement, VexStatus } from "../vex/vex.ts";
import { publisherOf } from "./publisher.ts";

/** `2026-01-03` of an instant; empty for none. */
export const dayOf = (at: string | null): string => at?.slice(0, 10) ?? "";

const onDay = (at: string | null): string => (dayOf(at) === "" ? "" : ` on ${dayOf(at)}`);

/** A record with its publisher: `DEBIAN-CVE-2026-0001 (Debian)`. */
export const recordWords = (recordId: string): string => {
  const publisher = publisherOf(recordId);
  return publisher === "" ? recordId : `${recordId} (${publisher})`;
};

/** Records named after a CVE fall with it, whoever publishes them; of the CVE program's own, withdrawn is rejected. */
const withdrawnWords = ({ recordId, withdrawnAt, isRejected }: ExplainedRange): string => {
  const cve = /CVE-\d{4}-\d+$/.exec(recordId)?.[0] ?? "its CVE";
  if (isRejected === true || /^CVE(?:LIST-CVE)?-/.test(recordId)) {
    return `the CVE program rejected ${cve}${onDay(withdrawnAt)}`;
  }
  return `${publisherOf(recordId) || "its publisher"} withdrew the record${onDay(withdrawnAt)}`;
};

/** `fixed in 1.2~esm1, which needs Ubuntu Pro`. */
export const fixWords = ({ fixedIn, urgency }: ExplainedRange): string => {
  if (fixedIn === null) return "no fix is known";
  const needs = fixNeeds(urgency);
  return `fixed in ${fixedIn}${needs === "" ? "" : `, which needs ${needs}`}`;
};

const WORDS: Readonly<Record<ExplainedRange["outcome"], (r: ExplainedRange, version: string) => string>> = {
  affected: (r, version) => `${version} is affected; ${fixWords(r)}`,
  below: (r, version) => `not affected: ${version} is older than ${r.introduced}, which brought the weakness in`,
  fixed: (r) => `not affected: fixed in ${r.fixedIn}`,
  above_last: (r, version) =>
    `not affected: ${version} is above the last affected version${r.lastAffected === null ? "" : ` ${r.lastAffected}`}`,
  not_listed: (_, version) => `not affected: ${version} is not among the versions listed`,
  other_edition: (_, version) => `passed over: ${version} is a build of which another edition's record speaks`,
  withdrawn: (r) => `not affected: ${withdrawnWords(r)}`,
  unparsable: (_, version) => `unknown: ${version} or a bound of the range cannot be ordered`,
};

/** What a range says of a version, in one clause. */
export const rangeWords = (r: ExplainedRange, version: string): string => {
  if (isEndOfLife(r.recordId))
    return r.outcome === "affected" ? r.group.summary : `${version} is no version of what ended`;
  return WORDS[r.outcome](r, version);
};

/** Why a range says what it says of a version, as the second half of a sentence. */
export const becauseWords = (r: ExplainedRange, version: string): string => {
  if (r.outcome === "affected") return `affected ${spanWords(r)}, and ${version} lies there`;
  if (r.outcome === "fixed") return `fixed in ${r.fixedIn}, and ${version} is not below it`;
  if (r.outcome === "below") return `the weakness came with ${r.introduced}, and ${version} is older`;
  if (r.outcome === "above_last" && r.lastAffected !== null)
    return `${r.lastAffected} is the last version affected, and ${version} is above it`;
  return rangeWords(r, version).replace(/^(?:not affected|unknown): /, "");
};

/** From where to where a range goes: `from 1.0 until 2.0`. */
export const spanWords = (r: ExplainedRange): string => {
  const from = r.introduced === "" || r.introduced === "0" ? "from the first version" : `from ${r.introduced}`;
  if (r.fixedIn !== null) return `${from} until ${r.fixedIn}`;
  return r.lastAffected === null ? `${from} on, without a fix` : `${from} up to ${r.lastAffected}`;
};

const STATUS_WORDS: Readonly<Record<VexStatus, string>> = {
  not_affected: "not affected",
  affected: "affected",
  fixed: "fixed",
  under_investigation: "under investigation",
};

/** What a supplier said: `Example said on 2026-01-01 that it is not affected (vulnerable_code_not_present): …`. */
export const vexWords = ({ status, author, at, justification, note }: VexStatement): string => {
  const who = author === "" ? "Its supplier" : author;
  const why = justification === "" ? "" : ` (${justification})`;
  return `${who} said${onDay(at)} that it is ${STATUS_WORDS[status]}${why}${note === "" ? "" : `: ${note}`}`;
};
