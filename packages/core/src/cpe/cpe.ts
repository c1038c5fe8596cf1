import { formatField, parseFormatted } from "./formatted.ts";
import { charsOf, CPE_ANY, CPE_CHARACTERS_MAX, CPE_NA, type CpeName, isWildcard } from "./name.ts";
import { parseUri } from "./uri.ts";

/** Reads a CPE name, as a 2.3 formatted string or a 2.2 URI. Null when it is neither. Never throws. */
export const parseCpe = (text: string): CpeName | null => {
  if (text.length > CPE_CHARACTERS_MAX) return null;
  return text.startsWith("cpe:/") || text.startsWith("CPE:/") ? parseUri(text) : parseFormatted(text);
};

/** Whether a value names one thing: neither logical nor with wildcards. */
const isExact = (value: string): boolean => value !== CPE_ANY && value !== CPE_NA && !charsOf(value).some(isWildcard);

/**
 * The key `part:vendor:product` under which names of one product are found, such as `a:apache:http_server`, written as in
 * a formatted string. Null where one of the three is not an exact value: such a name must be compared with all.
 */
export const cpeProduct = (cpe: CpeName | string): string | null => {
  const name = typeof cpe === "string" ? parseCpe(cpe) : cpe;
  if (name === null) return null;
  const values = [name.part, name.vendor, name.product];
  return values.every(isExact) ? values.map(formatField).join(":") : null;
};
