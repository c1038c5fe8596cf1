import { AppError, messageOf } from "@zerotrace/core";
import type { ScanFinding } from "@zerotrace/plugins/formats/report";
import { readFile } from "node:fs/promises";
import { keysOf } from "./decide.ts";

/**
 * Keys of the findings in the JSON of an earlier scan, those left out then among them: what was accepted once is not new.
 * Throws AppError UNREADABLE and BAD_REQUEST naming the file.
 */
export const baselineOfFile = async (path: string): Promise<ReadonlySet<string>> => {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new AppError("UNREADABLE", `${path} cannot be read: ${messageOf(cause)}.`, { field: "baseline", cause });
  });
  const report = parsed(text);
  if (report === null) {
    const mend = "write one with zerotrace scan --output json=baseline.json";
    throw new AppError("BAD_REQUEST", `${path} is no zerotrace.scan/1 report; ${mend}.`, { field: "baseline" });
  }
  return new Set([report.findings, report.ignored ?? []].flat().flatMap(keysOf));
};

interface Known {
  readonly schema: string;
  readonly findings: readonly ScanFinding[];
  readonly ignored?: readonly ScanFinding[];
}

const parsed = (text: string): Known | null => {
  try {
    const value = JSON.parse(text) as Partial<Known> | null;
    const lists = [value?.findings, value?.ignored ?? []];
    const isReport = value?.schema === "zerotrace.scan/1" && lists.every((list) => list?.every(hasPlaces) === true);
    return isReport ? (value as Known) : null;
  } catch {
    return null;
  }
};

const hasPlaces = (one: unknown): boolean => Array.isArray((one as { places?: unknown } | null)?.places);
