import type { FindingPlace, ScanFinding } from "@zerotrace/plugins/formats/report";
import { lineOf } from "@zerotrace/plugins/targets/line-of";
import type { TargetInventory } from "@zerotrace/plugins/targets/target";
import { readFileSync, statSync } from "node:fs";

/** A larger list is not read again only to name a line (bytes). */
const MAX_LISTED_BYTES = 32 * 1024 * 1024;

/**
 * The findings with the line of each place that is a text on this machine and says none yet, so that annotations point at it. A file
 * that has gone or changed since leaves the line out. `folderOf` gives the folder of a target, null when it has none here.
 */
export const withLines = <T extends ScanFinding>(
  findings: readonly T[],
  folderOf: (target: string) => string | null,
): T[] => {
  const texts = new Map<string, string | null>();
  const known = new Map<string, number | null>();
  const lineAt = (path: string, finding: T): number | null => {
    const key = JSON.stringify([path, finding.package, finding.version]);
    let line = known.get(key);
    if (line === undefined) {
      let text = texts.get(path);
      if (text === undefined) texts.set(path, (text = textOf(path)));
      line = text === null ? null : lineOf(text, finding.package, finding.version);
      known.set(key, line);
    }
    return line;
  };
  return findings.map((finding) => {
    const folder = folderOf(finding.target);
    if (folder === null) return finding;
    const places = finding.places.map((place): FindingPlace => {
      if (place.line !== undefined || place.inside !== undefined) return place;
      const line = lineAt(`${folder}/${place.path}`, finding);
      return line === null ? place : { ...place, line };
    });
    return { ...finding, places };
  });
};

const textOf = (path: string): string | null => {
  try {
    if (statSync(path).size > MAX_LISTED_BYTES) return null;
    const text = readFileSync(path, "utf8");
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
};

/** Where the paths of a target's places begin on this machine; null for what is no folder or file here. */
export const folderOfTarget = ({ kind, root }: TargetInventory): string | null =>
  (kind === "folder" || kind === "file") && root !== undefined ? root : null;
