import {
  charsOf,
  CPE_ANY,
  CPE_ATTRIBUTES,
  CPE_NA,
  type CpeAttribute,
  type CpeName,
  cpeName,
  isWildcard,
} from "./name.ts";

const PREFIX = "cpe:2.3:";

/** Cuts at colons that no backslash quotes. */
const fieldsOf = (text: string): string[] => {
  const fields: string[] = [];
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    if (text[i] === "\\") i++;
    else if (i === text.length || text[i] === ":") {
      fields.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return fields;
};

/** Unbinds a CPE 2.3 formatted string; null when it has not eleven fields or one is not well-formed. */
export const parseFormatted = (text: string): CpeName | null => {
  if (text.slice(0, PREFIX.length).toLowerCase() !== PREFIX) return null;
  const fields = fieldsOf(text.slice(PREFIX.length));
  if (fields.length !== CPE_ATTRIBUTES.length) return null;
  const values: Partial<Record<CpeAttribute, string>> = {};
  // Upper-case ANY and NA would be read as logical values; in a formatted string they are plain text.
  for (const [i, attribute] of CPE_ATTRIBUTES.entries()) {
    const field = fields[i]!;
    values[attribute] = field === "*" ? CPE_ANY : field === "-" ? CPE_NA : field.toLowerCase();
  }
  return cpeName(values);
};

/** One value as it stands in a formatted string, where `.`, `-` and `_` need no quoting. */
export const formatField = (value: string): string => {
  if (value === CPE_ANY) return "*";
  if (value === CPE_NA) return "-";
  // A lone quoted hyphen would read as "not applicable".
  if (value === "\\-") return value;
  return charsOf(value)
    .map((one) => (isWildcard(one) || /^[a-z0-9_.-]$/.test(one.char) ? one.char : `\\${one.char}`))
    .join("");
};

/** Binds a name to a CPE 2.3 formatted string, all eleven fields. */
export const formatCpe = (name: CpeName): string =>
  PREFIX + CPE_ATTRIBUTES.map((attribute) => formatField(name[attribute])).join(":");
