import { refused, type Json, objectOf, objectsOf, textOf } from "../sbom-json.ts";
import { compiledSchema, faultsOf, type SbomFault } from "../sbom-schema-check.ts";
import { SBOM_LIMITS } from "../sbom.ts";
import { cycloneDxSchema, isCycloneDxVersion, schemaFile } from "./schema.ts";

const OTHERS = ["spdx.schema.json", "jsf-0.82.schema.json", "cryptography-defs.schema.json"];

/** Every `bom-ref` of a document with its place. Workflows name the same workspace wherever they use it. */
function* refsIn(value: unknown, place: string): Generator<readonly [ref: string, place: string]> {
  if (Array.isArray(value)) {
    for (const [i, one] of value.entries()) yield* refsIn(one, `${place}/${i}`);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === "bom-ref" && typeof inner === "string") yield [inner, place];
    else if (typeof inner === "object" && key !== "formulation") yield* refsIn(inner, `${place}/${key}`);
  }
}

/** What no schema says: refs are given once, and dependencies name refs of the document. */
const referenceFaults = (document: Json): SbomFault[] => {
  const faults: SbomFault[] = [];
  const places = new Map<string, string>();
  for (const [ref, place] of refsIn(document, "")) {
    const first = places.get(ref);
    if (first === undefined) places.set(ref, place);
    else faults.push({ place: `${place}/bom-ref`, says: `${ref} is already the one of ${first}` });
  }
  const check = (ref: string, place: string): void => {
    if (ref !== "" && !places.has(ref) && !ref.startsWith("urn:cdx:"))
      faults.push({ place, says: `${ref} is no bom-ref of the document` });
  };
  for (const [i, one] of objectsOf(document["dependencies"], SBOM_LIMITS.components).entries()) {
    check(textOf(one["ref"]), `/dependencies/${i}/ref`);
    const needed: unknown = one["dependsOn"];
    if (Array.isArray(needed))
      for (const [j, ref] of needed.entries()) check(textOf(ref), `/dependencies/${i}/dependsOn/${j}`);
  }
  return faults;
};

/** What is wrong with a CycloneDX document by the schema of its version and by its references; with `isAll` every fault. */
export const validateCycloneDx = (document: Json, isAll: boolean): SbomFault[] => {
  const version = textOf(document["specVersion"]);
  if (!isCycloneDxVersion(version))
    throw refused(`CycloneDX ${version || "without specVersion"} is not read; 1.2 to 1.7 are`);
  const validate = compiledSchema(`cyclonedx-${version}`, isAll, () => ({
    schema: cycloneDxSchema(version),
    others: OTHERS.map((name) => objectOf(schemaFile(name))),
  }));
  if (!validate(document)) return faultsOf(validate.errors);
  return referenceFaults(document);
};
