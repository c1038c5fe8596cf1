import { NO_DATE } from "./data-date.ts";

/** Bounds of one document: counts, and lengths in UTF-16 units. */
const LIMITS = {
  branchDepth: 16,
  products: 500_000,
  relations: 1_000_000,
  statements: 1_000_000,
  chain: 4,
  idLength: 512,
  textLength: 2000,
  vectors: 20,
} as const;

type Json = Readonly<Record<string, unknown>>;

/** A product of the tree, as its vendor names it. */
export interface CsafProduct {
  readonly name: string;
  readonly cpe: string;
  readonly purl: string;
}

/** What a document says of one product. */
export interface CsafStatement {
  /** CSAF's word: `fixed`, `known_affected`, `known_not_affected`, `recommended` … */
  readonly state: string;
  /** The part first, then what it is a part of, the whole last; one when the product has no parts. */
  readonly chain: readonly CsafProduct[];
  /** What the vendor says will be done, its own words, and the address of a fix; empty when it says nothing. */
  readonly remedy: { readonly category: string; readonly details: string; readonly url: string };
}

/** A CSAF document about one weakness. */
export interface CsafDocument {
  /** `CVE-2026-1234`. */
  readonly cve: string;
  readonly publishedAt: string;
  readonly modifiedAt: string;
  readonly summary: string;
  /** The vendor's own severity, as written; empty when none. */
  readonly label: string;
  readonly vectors: readonly string[];
  readonly cwe: string;
  readonly statements: readonly CsafStatement[];
}

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const objectOf = (value: unknown): Json => (isObject(value) ? value : {});
const objectsOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
const textOf = (value: unknown, max: number = LIMITS.idLength): string =>
  typeof value === "string" && value.length <= max ? value : "";
const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.map((one) => textOf(one)).filter((one) => one !== "") : [];

/** The states that are looked at; each has a list of product ids. */
const STATES = ["fixed", "first_fixed", "recommended", "known_affected", "known_not_affected"] as const;
const NO_REMEDY = { category: "", details: "", url: "" };

/**
 * Reads a CSAF 2.0 document of the VEX profile about one CVE (https://docs.oasis-open.org/csaf/csaf/v2.0/). Null for one that is
 * about nothing: withdrawn, or without a weakness. Throws Error when it is no such document or breaks a limit.
 */
export function readCsaf(json: unknown): CsafDocument | null {
  const head = objectOf(objectOf(json)["document"]);
  const tracking = objectOf(head["tracking"]);
  const id = textOf(tracking["id"]);
  if (id === "") throw new Error("it is no CSAF document");
  const [weakness] = objectsOf(objectOf(json)["vulnerabilities"]);
  if (tracking["status"] === "deleted" || weakness === undefined) return null;
  const cve = textOf(weakness["cve"]) || id;
  if (!/^CVE-\d{4}-\d{4,19}$/.test(cve)) throw new Error(`it is about ${cve.slice(0, 40)}, which is no CVE`);
  const chains = chainsOf(objectOf(objectOf(json)["product_tree"]));
  return {
    cve,
    publishedAt: textOf(weakness["release_date"]) || textOf(tracking["initial_release_date"]),
    modifiedAt: textOf(tracking["current_release_date"]) || textOf(objectOf(tracking["generator"])["date"]) || NO_DATE,
    summary: summaryOf(head, weakness),
    label: labelOf(head, weakness),
    vectors: vectorsOf(weakness),
    cwe: textOf(objectOf(weakness["cwe"])["id"]),
    statements: statementsOf(weakness, chains),
  };
}

function summaryOf(head: Json, weakness: Json): string {
  const notes = [...objectsOf(weakness["notes"]), ...objectsOf(head["notes"])];
  const described = notes.find((note) => note["category"] === "description" || note["category"] === "general");
  const title = textOf(weakness["title"], LIMITS.textLength) || textOf(head["title"], LIMITS.textLength);
  // Some vendors' titles hold the id alone.
  const isBare = title === "" || /^(?:SUSE CVE )?CVE-\d{4}-\d+$/.test(title);
  if (!isBare) return title;
  const text = described?.["text"];
  return typeof text === "string" ? text.slice(0, LIMITS.textLength) : "";
}

function labelOf(head: Json, weakness: Json): string {
  const own = textOf(objectOf(head["aggregate_severity"])["text"]);
  if (own !== "") return own;
  const impact = objectsOf(weakness["threats"]).find((threat) => threat["category"] === "impact");
  return textOf(impact?.["details"]);
}

function vectorsOf(weakness: Json): string[] {
  const vectors = new Set<string>();
  for (const score of objectsOf(weakness["scores"])) {
    for (const kind of ["cvss_v4", "cvss_v3", "cvss_v2"]) {
      const vector = textOf(objectOf(score[kind])["vectorString"]);
      if (vector !== "" && vectors.size < LIMITS.vectors) vectors.add(vector);
    }
  }
  return [...vectors];
}

const productOf = (value: Json): CsafProduct => {
  const helper = objectOf(value["product_identification_helper"]);
  const purl = textOf(helper["purl"]) || (textsOf(helper["purls"])[0] ?? "");
  return { name: textOf(value["name"]), cpe: textOf(helper["cpe"]), purl };
};

/** Every product by its id, with what it is a part of. */
function chainsOf(tree: Json): (id: string) => readonly CsafProduct[] {
  const products = new Map<string, CsafProduct>();
  const put = (value: unknown): void => {
    if (!isObject(value)) return;
    if (products.size >= LIMITS.products) throw new Error(`it has more than ${LIMITS.products} products`);
    products.set(textOf(value["product_id"]), productOf(value));
  };
  let level = objectsOf(tree["branches"]);
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= LIMITS.branchDepth) throw new Error(`its products are nested deeper than ${LIMITS.branchDepth}`);
    for (const branch of level) put(branch["product"]);
    level = level.flatMap((branch) => objectsOf(branch["branches"]));
  }
  for (const product of objectsOf(tree["full_product_names"])) put(product);
  const relations = new Map<string, readonly [part: string, whole: string]>();
  for (const relation of objectsOf(tree["relationships"])) {
    if (relations.size >= LIMITS.relations) throw new Error(`it has more than ${LIMITS.relations} relations`);
    const id = textOf(objectOf(relation["full_product_name"])["product_id"]);
    relations.set(id, [textOf(relation["product_reference"]), textOf(relation["relates_to_product_reference"])]);
  }
  return (id) => {
    const chain: CsafProduct[] = [];
    let at = id;
    for (let step = 0; step < LIMITS.chain; step++) {
      const relation = relations.get(at);
      const product = products.get(relation === undefined ? at : relation[0]);
      if (product !== undefined) chain.push(product);
      if (relation === undefined) break;
      at = relation[1];
    }
    return chain;
  };
}

function statementsOf(weakness: Json, chainOf: (id: string) => readonly CsafProduct[]): CsafStatement[] {
  const remedies = new Map<string, CsafStatement["remedy"]>();
  for (const remedy of objectsOf(weakness["remediations"])) {
    const category = textOf(remedy["category"]);
    // A workaround may stand beside every other remedy and says nothing of a fix.
    if (category === "workaround" || category === "mitigation") continue;
    const said = { category, details: textOf(remedy["details"]), url: textOf(remedy["url"]) };
    for (const id of textsOf(remedy["product_ids"])) if (!remedies.has(id)) remedies.set(id, said);
  }
  const statements: CsafStatement[] = [];
  const states = objectOf(weakness["product_status"]);
  for (const state of STATES) {
    for (const id of textsOf(states[state])) {
      const chain = chainOf(id);
      if (chain.length === 0) continue;
      if (statements.length >= LIMITS.statements) throw new Error(`it has more than ${LIMITS.statements} statements`);
      statements.push({ state, chain, remedy: remedies.get(id) ?? NO_REMEDY });
    }
  }
  return statements;
}

/** OSV's type of a CVSS vector. */
export const cvssType = (vector: string): string =>
  vector.startsWith("CVSS:4") ? "CVSS_V4" : vector.startsWith("CVSS:3") ? "CVSS_V3" : "CVSS_V2";

/** A package URL of an rpm package; every text decoded, absent ones empty. */
export interface RpmPurl {
  readonly namespace: string;
  readonly name: string;
  /** With the epoch when that is not 0. */
  readonly version: string;
  readonly arch: string;
  /** Name and stream of the module, `nodejs:18`; null when the source's text is neither that nor empty. */
  readonly module: string | null;
}

/** `nodejs:18` of `nodejs:18:8080020230718172313:63b34585`; null when there is no stream. */
export const moduleOf = (text: string): string | null => /^[^:/\s]+:[^:/\s]+(?=:|$)/.exec(text)?.[0] ?? null;

/** Reads a package URL of type `rpm`, however loosely it is written (`@` without a version); null when it is none. */
export function rpmPurl(text: string): RpmPurl | null {
  const found = /^pkg:rpm\/([^/?#@]+)\/([^/?#@]+)(?:@([^?#]*))?(?:\?([^#]*))?/.exec(text);
  if (found === null) return null;
  try {
    const qualifiers = new Map(
      (found[4] ?? "").split("&").map((pair): [string, string] => {
        const at = pair.indexOf("=");
        return [pair.slice(0, at), decodeURIComponent(pair.slice(at + 1))];
      }),
    );
    const version = decodeURIComponent(found[3] ?? "");
    const epoch = qualifiers.get("epoch") ?? "";
    const prefix = /^[1-9]\d*$/.test(epoch) && version !== "" && !/^\d+:/.test(version) ? `${epoch}:` : "";
    const label = qualifiers.get("rpmmod") ?? "";
    return {
      namespace: decodeURIComponent(found[1]!),
      name: decodeURIComponent(found[2]!),
      version: prefix + version,
      arch: qualifiers.get("arch") ?? "",
      module: label === "" ? "" : moduleOf(label),
    };
  } catch {
    return null;
  }
}
