import type { Cycle, LifeCycle } from "@zerotrace/core";

const CYCLES_MAX = 5000;
const IDENTIFIERS_MAX = 200;
const TEXT_MAX_CHARS = 300;

/** Products whose extended support is public and comes the same way as before: only its end is the end. */
const PUBLIC_EXTENDED: ReadonlySet<string> = new Set(["debian"]);

type Json = Readonly<Record<string, unknown>>;

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const object = (value: unknown): Json => (typeof value === "object" && value !== null ? (value as Json) : {});
const text = (value: unknown): string =>
  typeof value === "string" || typeof value === "number"
    ? String(value).trim().slice(0, TEXT_MAX_CHARS).toWellFormed()
    : "";

const DATE = /^\d{4}-\d\d-\d\d$/;

/** A date; `ended`; null while it goes on or nothing is said. */
const endOf = (from: unknown, isOver: unknown): string | null =>
  typeof from === "string" && DATE.test(from) ? from : isOver === true || from === true ? "ended" : null;

/** Names that we can find in an inventory: of the API (`{type, id}`) and of the site's source (`{purl: …}`). */
function identifiersOf(value: unknown): string[] {
  const ids = list(value).flatMap((entry) => {
    const { type, id, purl, cpe } = object(entry);
    return type === "purl" || type === "cpe" ? [text(id)] : [text(purl), text(cpe)];
  });
  return [...new Set(ids.filter((id) => id !== ""))].slice(0, IDENTIFIERS_MAX);
}

function cycleOf(product: string, value: unknown): Cycle | null {
  const release = object(value);
  const name = text(release["name"] ?? release["releaseCycle"]);
  if (name === "") return null;
  const endsAt = endOf(release["eolFrom"] ?? release["eol"], release["isEol"]);
  const extended = PUBLIC_EXTENDED.has(product) ? endOf(release["eoesFrom"] ?? release["eoes"], false) : null;
  const latest = release["latest"];
  return {
    name,
    endsAt: extended !== null && extended !== "ended" && endsAt !== null && extended > endsAt ? extended : endsAt,
    latest: text(typeof latest === "object" ? object(latest)["name"] : latest),
  };
}

/** Reads one product of the API or of the site's source; throws Error saying what is missing. */
export function productOf(name: string, value: unknown): LifeCycle {
  const json = object(value);
  const cycles = list(json["releases"])
    .slice(0, CYCLES_MAX)
    .flatMap((release) => cycleOf(name, release) ?? []);
  if (!/^[a-z0-9][a-z0-9.+_-]{0,99}$/i.test(name)) throw new Error("its name is none");
  if (cycles.length === 0) throw new Error("it has no release");
  const title = text(json["label"] ?? json["title"]) || name;
  return { product: name, title, identifiers: identifiersOf(json["identifiers"]), cycles };
}

/** The products of a document in either form, not checked, and its date. Throws Error when it has none. */
export function productsOf(document: unknown): { at: string | null; products: (readonly [string, unknown])[] } {
  const json = object(document);
  if (Array.isArray(json["result"])) {
    const at = new Date(text(json["generated_at"] ?? json["last_modified"]));
    return {
      at: Number.isNaN(at.getTime()) ? null : at.toISOString(),
      products: json["result"].map((product: unknown) => [text(object(product)["name"]), product] as const),
    };
  }
  const products = Object.entries(json);
  if (!products.some(([, product]) => Array.isArray(object(product)["releases"]))) {
    throw new Error("it has no list of products");
  }
  return { at: null, products };
}
