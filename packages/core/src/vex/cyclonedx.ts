import { createGathering, instantOf, isObject, type Json, lineOf, namesOf, objectOf, objectsOf } from "./read.ts";
import { VEX_LIMITS, type VexDocument, type VexProduct, type VexStatus } from "./vex.ts";

/** CycloneDX's states in the four words of VEX. */
const STATUS_OF_STATE: Readonly<Record<string, VexStatus>> = {
  resolved: "fixed",
  resolved_with_pedigree: "fixed",
  exploitable: "affected",
  in_triage: "under_investigation",
  false_positive: "not_affected",
  not_affected: "not_affected",
};

/** The purl of each component by its bom-ref, of nested ones and of the document's own subject too. */
const purlsByRef = (document: Json): Map<string, string> => {
  const found = new Map<string, string>();
  let level = [objectOf(objectOf(document["metadata"])["component"]), ...objectsOf(document["components"])];
  let seen = 0;
  for (let depth = 0; level.length > 0 && depth < VEX_LIMITS.branchDepth; depth += 1) {
    for (const component of level) {
      const purl = lineOf(component["purl"], VEX_LIMITS.refLength);
      const ref = lineOf(component["bom-ref"], VEX_LIMITS.refLength);
      if (purl.startsWith("pkg:") && ref !== "") found.set(ref, purl);
    }
    seen += level.length;
    level = seen > VEX_LIMITS.treeNodes ? [] : level.flatMap((component) => objectsOf(component["components"]));
  }
  return found;
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** A reference as a purl: a bom-ref of this document, a BOM-Link (`urn:cdx:…#ref`) or a purl itself; null otherwise. */
const purlOfRef = (ref: string, purls: ReadonlyMap<string, string>): string | null => {
  const own = ref.startsWith("urn:cdx:") ? decoded(ref.slice(ref.indexOf("#") + 1)) : ref;
  return purls.get(ref) ?? purls.get(own) ?? (own.startsWith("pkg:") ? own : null);
};

const versionless = (purl: string): string => {
  const end = purl.search(/[?#]/);
  const path = end < 0 ? purl : purl.slice(0, end);
  const at = path.lastIndexOf("@");
  return at > path.lastIndexOf("/") ? path.slice(0, at) + (end < 0 ? "" : purl.slice(end)) : purl;
};

/** What `affects[].versions[]` makes of one product: by each version's own status, the products it speaks of. */
const byVersion = (purl: string, versions: readonly Json[], status: VexStatus): [VexStatus, VexProduct][] =>
  versions.flatMap((entry): [VexStatus, VexProduct][] => {
    const own = entry["status"];
    const said = own === "unaffected" ? "not_affected" : own === "unknown" ? "under_investigation" : status;
    const range = lineOf(entry["range"], VEX_LIMITS.refLength);
    const version = lineOf(entry["version"]);
    const base = versionless(purl);
    const written = range === "" ? `vers:generic/${encodeURIComponent(version)}` : range;
    return range === "" && version === "" ? [] : [[said, { purl: base, versions: written, subcomponents: [] }]];
  });

const noteOf = (analysis: Json, vulnerability: Json): string =>
  lineOf(analysis["detail"], VEX_LIMITS.noteLength) || lineOf(vulnerability["recommendation"], VEX_LIMITS.noteLength);

/** True for a CycloneDX document that speaks of weaknesses, with components or without. */
export const isCycloneDxVex = (document: Json): boolean =>
  document["bomFormat"] === "CycloneDX" && Array.isArray(document["vulnerabilities"]);

/** Reads `vulnerabilities[].analysis` of CycloneDX 1.4 and later (https://cyclonedx.org/capabilities/vex/) in JSON's shape. */
export const parseCycloneDxVex = (document: Json): VexDocument => {
  const gathering = createGathering();
  const purls = purlsByRef(document);
  const metadata = objectOf(document["metadata"]);
  const documentAt = instantOf(metadata["timestamp"]);
  const authors = [
    ...objectsOf(metadata["authors"]),
    objectOf(metadata["supplier"]),
    objectOf(metadata["manufacture"]),
  ];
  const author = authors.map((one) => lineOf(one["name"])).find((name) => name !== "") ?? "";
  for (const [i, vulnerability] of objectsOf(document["vulnerabilities"]).entries()) {
    const analysis = vulnerability["analysis"];
    // A document may list what it has without judging it.
    if (!isObject(analysis)) continue;
    const names = namesOf([vulnerability["id"], ...objectsOf(vulnerability["references"]).map((one) => one["id"])]);
    const where = `vulnerability ${i + 1}`;
    const state = lineOf(analysis["state"]);
    if (!Object.hasOwn(STATUS_OF_STATE, state)) {
      gathering.problem(where, "has no state that CycloneDX knows");
      continue;
    }
    const products = new Map<VexStatus, VexProduct[]>();
    for (const entry of objectsOf(vulnerability["affects"])) {
      const ref = lineOf(entry["ref"], VEX_LIMITS.refLength);
      const purl = purlOfRef(ref, purls);
      if (purl === null) {
        gathering.problem(where, `${ref.slice(0, 80) || "a product without ref"} has no purl`);
        continue;
      }
      const versions = objectsOf(entry["versions"]);
      const status = STATUS_OF_STATE[state]!;
      const said: [VexStatus, VexProduct][] =
        versions.length === 0
          ? [[status, { purl, versions: null, subcomponents: [] }]]
          : byVersion(purl, versions, status);
      for (const [word, product] of said) products.set(word, [...(products.get(word) ?? []), product]);
    }
    if (products.size === 0) products.set(STATUS_OF_STATE[state]!, []);
    for (const [status, list] of products) {
      gathering.add(where, names, {
        products: list,
        status,
        justification: lineOf(analysis["justification"]),
        note: noteOf(analysis, vulnerability),
        author,
        at: instantOf(analysis["lastUpdated"], analysis["firstIssued"], vulnerability["updated"], documentAt),
      });
    }
  }
  return gathering.done({ format: "cyclonedx", id: lineOf(document["serialNumber"]), author, at: documentAt });
};
