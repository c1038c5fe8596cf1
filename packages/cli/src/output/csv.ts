/** Lines of RFC 4180 CSV under their heads; a text that a spreadsheet would run as a formula is preceded by an apostrophe. */
export const csv = (heads: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string =>
  [heads, ...rows]
    .map((cells) =>
      cells
        .map((cell) => {
          const text = String(cell ?? "");
          const safe = typeof cell !== "number" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
          return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
        })
        .join(","),
    )
    .map((line) => `${line}\r\n`)
    .join("");
