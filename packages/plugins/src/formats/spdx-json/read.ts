import { drained, isList, lengthOf } from "../sbom-lists.ts";
import { withHeadExtras } from "../sbom-extras.ts";
import { type Json, objectOf, objectsOf, refused, textOf, textsOf } from "../sbom-json.ts";
import {
  newProblems,
  newSbom,
  type Sbom,
  SBOM_LIMITS,
  type SbomComponent,
  type SbomParty,
  type SbomTool,
} from "../sbom.ts";
import { annotatedProperties, type LicenseNames, readPackage } from "./package.ts";
import { readRelations, related } from "./relations.ts";
import { asserted, isSpdx2Version, NO_TIME, partyOf } from "./words.ts";

const TOOL = /^Tool:\s*(.*)$/s;
const TOOL_VERSION = /^(.+)-(v?\d[^\s-]*(?:-[\w.]+)?)$/;

const creatorsOf = (creators: readonly string[]): { tools: SbomTool[]; authors: SbomParty[] } => {
  const tools: SbomTool[] = [];
  const authors: SbomParty[] = [];
  for (const creator of creators) {
    const tool = TOOL.exec(creator)?.[1];
    const party = partyOf(creator);
    if (tool !== undefined && tool !== "") {
      const found = TOOL_VERSION.exec(tool);
      tools.push({ vendor: "", name: found?.[1] ?? tool, version: found?.[2] ?? "" });
    } else if (party !== null) authors.push(party);
  }
  return { tools, authors };
};

/** What a document says of itself, before our own annotations are taken for its fields. */
export const nativeSpdxHead = (document: Json, format: "spdx-json" | "spdx-tag-value"): Sbom => {
  const creation = objectOf(document["creationInfo"]);
  const created = textOf(creation["created"]);
  return {
    ...newSbom({ format, version: textOf(document["spdxVersion"]).replace(/^SPDX-/, "") }),
    id: textOf(document["documentNamespace"]),
    name: textOf(document["name"]),
    createdAt: created === NO_TIME ? "" : created,
    ...creatorsOf(textsOf(creation["creators"])),
    properties: annotatedProperties(document["annotations"]),
  };
};

const licenseNames = (document: Json): LicenseNames => {
  const names = new Map<string, string>();
  for (const one of objectsOf(document["hasExtractedLicensingInfos"])) {
    const name = asserted(textOf(one["name"]));
    if (name !== "") names.set(textOf(one["licenseId"]), name);
  }
  return names;
};

/** The ref that we wrote beside an id, else the id without its beginning. */
const refOfPackage = (component: SbomComponent, id: string): { ref: string; component: SbomComponent } => {
  const told = component.properties.find(({ name }) => name === "zerotrace:ref");
  const plain = id.replace(/^SPDXRef-/, "");
  if (told === undefined) return { ref: plain, component };
  const properties = component.properties.filter((property) => property !== told);
  const ref: unknown = parsedText(told.value);
  return { ref: typeof ref === "string" && ref !== "" ? ref : plain, component: { ...component, properties } };
};

const parsedText = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
};

/** Takes the packages in order; one without an id, or with one that is taken, gets another. */
const readPackages = (document: Json, names: LicenseNames, problem: (text: string) => void) => {
  const refOf = new Map<string, string>();
  const refs = new Set<string>();
  if (lengthOf(document["packages"]) > SBOM_LIMITS.components)
    throw refused(`it has more than ${SBOM_LIMITS.components} packages`);
  const components = Array.from(drained(document["packages"], SBOM_LIMITS.components), (json, i) => {
    const own = textOf(json["SPDXID"]);
    const isTaken = refOf.has(own);
    if (isTaken) problem(`SPDXID ${own} is given twice; the second one gets another`);
    const id = own === "" || isTaken ? `SPDXRef-package-${i + 1}` : own;
    const { ref: wanted, component } = refOfPackage(readPackage(json, id, names), id);
    const ref = refs.has(wanted) ? `${wanted}-${i + 1}` : wanted;
    refs.add(ref);
    refOf.set(id, ref);
    return { ...component, ref };
  });
  return { components, refOf };
};

const idsOf = (value: unknown): Set<string> =>
  new Set(Array.from(drained(value, SBOM_LIMITS.components * 10), (one) => textOf(one["SPDXID"])));

/**
 * Reads a document of SPDX 2.2 or 2.3 in the shape of its JSON. Throws BAD_REQUEST for anything else and over a limit; what
 * is wrong inside is named among the problems. Packages are components; files and snippets are counted and passed over.
 */
export const readSpdx2 = (document: Json, format: "spdx-json" | "spdx-tag-value"): Sbom => {
  const version = textOf(document["spdxVersion"]).replace(/^SPDX-/, "");
  if (!isSpdx2Version(version))
    throw refused(`SPDX ${version || "without spdxVersion"} is not read; 2.2, 2.3 and 3.0 are`);
  for (const list of ["packages", "relationships", "files"])
    if (document[list] !== undefined && document[list] !== null && !isList(document[list]))
      throw refused(`/${list} is no list`);
  const problems = newProblems();
  const names = licenseNames(document);
  const { components, refOf } = readPackages(document, names, problems.add);
  const files = idsOf(document["files"]);
  for (const id of idsOf(document["snippets"])) files.add(id);
  const relations = readRelations(document, new Set(refOf.keys()), files, problems.add);
  const counts = [
    ["files", lengthOf(document["files"])],
    ["snippets", lengthOf(document["snippets"])],
    ["relationships of other kinds", relations.otherCount],
    ["references to other documents", objectsOf(document["externalDocumentRefs"]).length],
  ] as const;
  return {
    ...withHeadExtras(nativeSpdxHead(document, format)),
    ...related(components, relations, refOf),
    problems: problems.list(),
    passedOver: counts.filter(([, count]) => count > 0).map(([what, count]) => `${count} ${what}`),
  };
};
