import { dirname, join } from "node:path";
import type { SourcePart } from "@zerotrace/core";
import { lastModifiedOf } from "../data-date.ts";

/** When the source last wrote an archive or its list of changes: in a small ecosystem no record may be new for weeks. */
export const archiveDate = async (path: string): Promise<string> => {
  const dates = [path, join(dirname(path), "modified_id.csv")].map((file) => lastModifiedOf(file));
  return (await Promise.all(dates)).reduce((newest: string, at) => (at !== null && at > newest ? at : newest), "");
};

/** Also those that the source has nothing of: they were asked for. */
export const allParts = (asked: readonly string[], parts: readonly SourcePart[]): SourcePart[] =>
  [...new Set(asked)]
    .sort()
    .map(
      (ecosystem) => parts.find((one) => one.ecosystem === ecosystem) ?? { ecosystem, dataAt: null, recordCount: 0 },
    );
