import type { SourceReport } from "@zerotrace/core";
import { counted } from "./headline.ts";
import { printable } from "./style.ts";

/** What a person needs to know of one source: name, date, count, place; then what it does not cover. */
export const sourceLines = (sources: readonly SourceReport[]): string[] =>
  sources.flatMap((source) => {
    const at = source.dataAt === null ? "no date of its own" : `data of ${source.dataAt.slice(0, 10)}`;
    const bad = source.badCount > 0 ? `, ${counted(source.badCount, "record")} unusable` : "";
    const origins = source.origins.length > 0 ? ` (${source.origins.join(", ")})` : "";
    const place = source.location === "" ? "" : ` from ${source.location}`;
    return [
      `  ${source.feed}${origins}: ${counted(source.recordCount, "record")}, ${at}${bad}${place}`,
      ...source.notCovered.map((sentence) => `    not covered: ${sentence}`),
    ].map(printable);
  });
