import type { VexDocument, VexStatement } from "../../api.ts";
import { count, plural } from "../../ui/format.ts";
import { say } from "../../ui/texts.ts";

/** What a supplier says, in words. */
export const VEX_WORDS: Readonly<Record<VexStatement["status"], string>> = {
  not_affected: say("not affected"),
  affected: say("affected"),
  fixed: say("fixed"),
  under_investigation: say("under investigation"),
};

export const FORMAT_WORDS: Readonly<Record<VexDocument["format"], string>> = {
  openvex: "OpenVEX",
  cyclonedx: "CycloneDX",
  csaf: "CSAF",
};

/** What statements do to open findings, in one sentence without its end. */
export const effectText = ({ findingCount, closedCount }: Pick<VexDocument, "findingCount" | "closedCount">): string =>
  findingCount === 0
    ? say("decides on no open finding yet")
    : closedCount === findingCount
      ? say("closes {closedCount}", { closedCount: plural(closedCount, "finding") })
      : say("decides on {findingCount} and closes {closedCount}", {
          findingCount: plural(findingCount, "finding"),
          closedCount: count(closedCount),
        });
