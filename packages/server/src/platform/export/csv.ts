import type { Cell } from "./table.ts";

/** One line of RFC 4180 CSV; a text that a spreadsheet would run as a formula is preceded by an apostrophe. */
export const csvLine = (cells: readonly Cell[]): string =>
  `${cells
    .map((cell) => {
      const text = String(cell ?? "");
      const safe = typeof cell !== "number" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
      return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    })
    .join(",")}\r\n`;
