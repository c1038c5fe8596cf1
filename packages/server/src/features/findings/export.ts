import type { z } from "zod";
import type { findingRow } from "./contract.ts";

export const EXPORT_HEADER: readonly string[] = [
  "advisory",
  "aliases",
  "severity",
  "cvss",
  "epss",
  "kev_added_at",
  "risk",
  "ecosystem",
  "package",
  "source",
  "version",
  "fixed_in",
  "status",
  "asset_count",
  "first_seen_at",
  "fixed_at",
  "purl",
];

/** The cells of a finding in the order of EXPORT_HEADER. */
export const exportCells = (f: z.output<typeof findingRow>): string[] =>
  [
    f.advisory,
    f.aliases.join(" "),
    f.severity,
    f.cvss,
    f.epss,
    f.kevAddedAt,
    f.risk,
    f.ecosystem,
    f.package,
    f.source,
    f.version,
    f.fixedIn,
    f.status,
    f.assetCount,
    f.firstSeenAt,
    f.fixedAt,
    f.purl,
  ].map((cell) => String(cell ?? ""));

/** One line of RFC 4180 CSV; a cell that a spreadsheet would run as a formula is preceded by an apostrophe. */
export const csvLine = (cells: readonly string[]): string =>
  `${cells
    .map((cell) => {
      const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
      return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    })
    .join(",")}\r\n`;
