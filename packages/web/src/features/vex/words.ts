import type { VexDocument, VexStatement } from "../../api.ts";
import { count, plural } from "../../ui/format.ts";

/** What a supplier says, in words. */
export const VEX_WORDS: Readonly<Record<VexStatement["status"], string>> = {
  not_affected: "not affected",
  affected: "affected",
  fixed: "fixed",
  under_investigation: "under investigation",
};

export const FORMAT_WORDS: Readonly<Record<VexDocument["format"], string>> = {
  openvex: "OpenVEX",
  cyclonedx: "CycloneDX",
  csaf: "CSAF",
};

/** What statements do to open findings, in one sentence without its end. */
export const effectText = ({ findingCount, closedCount }: Pick<VexDocument, "findingCount" | "closedCount">): string =>
  findingCount === 0
    ? "decides on no open finding yet"
    : closedCount === findingCount
      ? `closes ${plural(closedCount, "finding")}`
      : `decides on ${plural(findingCount, "finding")} and closes ${count(closedCount)}`;
