import { headExtras } from "../sbom-extras.ts";
import { derivedId } from "../sbom-id.ts";
import { jsonPieces } from "../sbom-json.ts";
import type { Sbom, SbomComponent } from "../sbom.ts";
import { newLicenseRefs } from "./license-refs.ts";
import { writePackage } from "./package.ts";
import { nativeSpdxHead } from "./read.ts";
import { annotationsOf, NO_TIME, type Spdx2Version, spdxTime, writeParty } from "./words.ts";

const ID = /^[A-Za-z0-9.-]+$/;
const ID_CHARS = 60;

/** An SPDX id for each component, without `SPDXRef-`: its ref where that can be one, else its name, version and number. */
export const spdxIds = (components: readonly SbomComponent[]): Map<string, string> => {
  const ids = new Map<string, string>();
  const taken = new Set(["DOCUMENT"]);
  for (const { ref } of components) {
    if (!ID.test(ref) || taken.has(ref)) continue;
    ids.set(ref, ref);
    taken.add(ref);
  }
  components.forEach(({ ref, name, version }, i) => {
    if (ids.has(ref)) return;
    const plain = `${name}-${version}`.replaceAll(/[^A-Za-z0-9.]+/g, "-").slice(0, ID_CHARS);
    let id = `${plain.replaceAll(/^-+|-+$/g, "")}-${i + 1}`;
    while (taken.has(id)) id += ".";
    ids.set(ref, id);
    taken.add(id);
  });
  return ids;
};

/** What the document is about, and what each of its parts contains. */
export const topsOf = (sbom: Sbom): readonly SbomComponent[] => {
  const refs = new Set(sbom.components.map(({ ref }) => ref));
  return sbom.components.filter(({ ref, parent }) => ref !== sbom.subject && !refs.has(parent));
};

type Relationship = { spdxElementId: string; relationshipType: string; relatedSpdxElement: string };

function* relationships(sbom: Sbom, ids: ReadonlyMap<string, string>): Generator<Relationship> {
  const idOf = (ref: string): string => `SPDXRef-${ids.get(ref)}`;
  const relation = (from: string, type: string, to: string): Relationship => ({
    spdxElementId: from,
    relationshipType: type,
    relatedSpdxElement: to,
  });
  const subject = sbom.subject !== null && ids.has(sbom.subject) ? sbom.subject : null;
  if (subject !== null) yield relation("SPDXRef-DOCUMENT", "DESCRIBES", idOf(subject));
  for (const { ref } of topsOf(sbom)) {
    yield subject === null
      ? relation("SPDXRef-DOCUMENT", "DESCRIBES", idOf(ref))
      : relation(idOf(subject), "CONTAINS", idOf(ref));
  }
  for (const { ref, parent } of sbom.components) {
    if (parent !== "" && parent !== subject && ids.has(parent)) yield relation(idOf(parent), "CONTAINS", idOf(ref));
  }
  for (const { ref, dependsOn } of sbom.dependencies) {
    if (!ids.has(ref)) continue;
    const known = dependsOn.filter((one) => ids.has(one));
    if (known.length === 0) yield relation(idOf(ref), "DEPENDS_ON", "NONE");
    for (const one of known) yield relation(idOf(ref), "DEPENDS_ON", idOf(one));
  }
}

const creatorsOf = (sbom: Sbom): string[] => {
  const tools = sbom.tools.map(({ name, version }) => {
    const plain = `${name}${version === "" ? "" : `-${version}`}`.replaceAll(/\s+/g, " ").trim();
    return `Tool: ${plain || "unknown"}`;
  });
  const all = [...sbom.authors.map(writeParty), ...tools];
  // SPDX wants one.
  return all.length > 0 ? all : ["Tool: zerotrace"];
};

/** The document's parts in the shape of SPDX's JSON. `licenses` is read after the packages were. */
export const spdx2Parts = (sbom: Sbom, version: Spdx2Version) => {
  const at = spdxTime(sbom.createdAt) || NO_TIME;
  const ids = spdxIds(sbom.components);
  const licenses = newLicenseRefs();
  const head = {
    spdxVersion: `SPDX-${version}`,
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    name: sbom.name === "" ? "unnamed" : sbom.name,
    documentNamespace: /^[a-zA-Z][a-zA-Z0-9+.-]*:[^\s#]+$/.test(sbom.id) ? sbom.id : derivedId(sbom),
    creationInfo: { created: at, creators: creatorsOf(sbom) },
  };
  const native = nativeSpdxHead(head, "spdx-json");
  const extras = headExtras(sbom, sbom.id === "" ? { ...native, id: "" } : native);
  return {
    head,
    annotations: annotationsOf([...sbom.properties, ...extras], at),
    packages: (function* () {
      for (const component of sbom.components)
        yield writePackage(component, ids.get(component.ref)!, { version, licenses, at });
    })(),
    relationships: relationships(sbom, ids),
    licenses: (function* () {
      yield* licenses.entries();
    })(),
  };
};

/** The document as JSON, in pieces. The same document gives the same bytes. */
export const writeSpdxJson = (sbom: Sbom, version: Spdx2Version): Iterable<string> => {
  const { head, annotations, packages, relationships: relations, licenses } = spdx2Parts(sbom, version);
  return jsonPieces({
    ...head,
    annotations: annotations.length === 0 ? undefined : annotations,
    packages,
    relationships: relations,
    hasExtractedLicensingInfos: licenses,
  });
};
