import { wrong } from "./words.ts";

/** One comparison of a filter: the attribute in small letters, without schema and without a type in brackets. */
export interface Equal {
  readonly attribute: string;
  readonly value: string | boolean;
}

const CONDITIONS_MAX = 5;
/** `emails[type eq "work"].value` is for us `emails.value`: a person has one email. */
const CONDITION =
  /^\s*(?:urn:[\w:.-]+:)?([A-Za-z][\w.-]*)(?:\[[^\]"]*(?:"[^"]*")?[^\]"]*\])?(\.[A-Za-z]+)?\s+eq\s+("(?:[^"\\]|\\.)*"|true|false)\s*(?:and\s+|$)/i;

/**
 * Reads a filter of comparisons with `eq`, joined by `and`: what Entra, Okta and others ask when they look for somebody. Throws
 * invalidFilter for all else, and for attributes other than those named.
 */
export const parseFilter = (text: string | undefined, attributes: readonly string[]): Equal[] => {
  const found: Equal[] = [];
  for (let rest = text?.trim() ?? ""; rest !== "";) {
    const [whole, name = "", sub = "", raw = ""] = CONDITION.exec(rest) ?? [];
    const attribute = `${name}${sub}`.toLowerCase();
    if (whole === undefined || found.length >= CONDITIONS_MAX || !attributes.includes(attribute)) {
      throw wrong("invalidFilter", `Filters compare ${attributes.join(", ")} with eq, joined by and.`);
    }
    found.push({ attribute, value: valueOf(raw) });
    rest = rest.slice(whole.length);
  }
  return found;
};

const valueOf = (raw: string): string | boolean => {
  try {
    return JSON.parse(raw.startsWith('"') ? raw : raw.toLowerCase()) as string | boolean;
  } catch {
    throw wrong("invalidFilter", "A value of the filter is not written as JSON.");
  }
};
