import type { AdvisorySearch } from "./sql.ts";

const REFERENCES_MAX = 100;
const DETAILS_LENGTH_MAX = 50_000;
const REFERENCE_TYPE_LENGTH_MAX = 40;
const URL_LENGTH_MAX = 2_000;

/** The ways in which a name that a person typed may be written: as it is, in capitals, and with a small tail as GHSA has it. */
export const spellings = (name: string): string[] => {
  const upper = name.toUpperCase();
  const dash = upper.indexOf("-");
  const smallTail = dash === -1 ? upper : upper.slice(0, dash) + name.slice(dash).toLowerCase();
  return [...new Set([name, upper, smallTail])];
};

/** The search for names that begin with `q` and aliases that are `q`; everything without it. */
export const searchFor = (q: string | undefined): AdvisorySearch => {
  const wanted = q?.trim() ?? "";
  if (wanted === "") return { patterns: ["%"], aliases: [] };
  const ways = spellings(wanted);
  return { patterns: ways.map((one) => `${one.replaceAll(/[\\%_]/g, (c) => `\\${c}`)}%`), aliases: ways };
};

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** A record's text, parsed; null when it is not JSON, which a page about it must survive. */
export const parseDoc = (doc: string): unknown => {
  try {
    return JSON.parse(doc);
  } catch {
    return null;
  }
};

/** The longest description that any of the records gives. */
export const detailsOf = (docs: readonly unknown[]): string =>
  docs
    .map((doc) => textOf(fieldOf(doc, "details")))
    .reduce((best, one) => (one.length > best.length ? one : best), "")
    .slice(0, DETAILS_LENGTH_MAX);

/** The web pages that the records name, each once, in their order. Only http and https: a feed must not plant scripts in links. */
export const referencesOf = (docs: readonly unknown[]): { type: string; url: string }[] => {
  const byUrl = new Map<string, { type: string; url: string }>();
  for (const doc of docs) {
    const references = fieldOf(doc, "references");
    for (const one of Array.isArray(references) ? references : []) {
      const url = textOf(fieldOf(one, "url"));
      const fits = url.length <= URL_LENGTH_MAX && /^https?:\/\//i.test(url) && URL.canParse(url);
      if (!fits || byUrl.has(url) || byUrl.size >= REFERENCES_MAX) continue;
      byUrl.set(url, { type: textOf(fieldOf(one, "type")).slice(0, REFERENCE_TYPE_LENGTH_MAX), url });
    }
  }
  return [...byUrl.values()];
};

/** Where a record says that it was derived from; empty when it does not. */
export const originOf = (doc: unknown): string => textOf(fieldOf(fieldOf(doc, "database_specific"), "derived_from"));
