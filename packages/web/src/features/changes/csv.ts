import type { Changes } from "../../api.ts";
import { entryName } from "./words.ts";

type Cell = string | number | boolean | null;

/** One cell by RFC 4180. What a spreadsheet would run as a formula begins with an apostrophe. */
const cellOf = (value: Cell): string => {
  const text = value === null ? "" : String(value);
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

const HEAD = ["day", "kind", "name", "says", "severity", "kev", "epss", "packages", "findings", "assets", "at"];

/**
 * What a page of changes holds, one entry a line, in the page's order. Entries that the answer counts and does not name are
 * one line of their kind, with their number: a file never looks whole that is not.
 */
export const changesCsv = (changes: Pick<Changes, "days">): string => {
  const rows: Cell[][] = changes.days.flatMap(({ day, sections }) =>
    sections.flatMap(({ kind, entries, moreCount, isExact }) => [
      ...entries.map(({ name, says, severity, isKev, epss, packages, findingCount, assetCount, at }): Cell[] => {
        const about: Cell[] = [entryName(name), says, severity, isKev, epss, packages.join(" ")];
        return [day, kind, ...about, findingCount, assetCount, at];
      }),
      ...(moreCount === 0
        ? []
        : [[day, kind, "", `not named here: ${isExact ? "" : "at least "}${moreCount}`, "", "", "", "", "", "", ""]]),
    ]),
  );
  return [HEAD, ...rows].map((row) => `${row.map(cellOf).join(",")}\r\n`).join("");
};
