import { withHeadExtras } from "../sbom-extras.ts";
import { drained, isList } from "../sbom-lists.ts";
import { isObject, type Json, objectOf, objectsOf, refused, textOf, textsOf } from "../sbom-json.ts";
import { unitedComponent } from "../sbom-unite.ts";
import {
  newProblems,
  newSbom,
  type Sbom,
  SBOM_LIMITS,
  type SbomComponent,
  type SbomDependency,
  type SbomFormatId,
  type SbomTool,
} from "../sbom.ts";
import { organizationOf, personOf, propertiesOf, readComponent } from "./read-component.ts";
import { isCycloneDxVersion } from "./schema.ts";
import { readVulnerability } from "./vulnerability.ts";

/** Tools as a list (until 1.4), or as components and services. */
const toolsOf = (value: unknown): SbomTool[] => {
  const { components, services } = objectOf(value);
  const told = Array.isArray(value) ? objectsOf(value) : [...objectsOf(components), ...objectsOf(services)];
  return told.map((one) => ({
    vendor:
      textOf(one["vendor"]) ||
      textOf(one["publisher"]) ||
      textOf(one["group"]) ||
      organizationOf(one["supplier"])?.name ||
      "",
    name: textOf(one["name"]),
    version: textOf(one["version"]),
  }));
};

/** What a document says of itself, before our own properties are taken for its fields. */
export const nativeHead = (document: Json, format: SbomFormatId): Sbom => {
  const metadata = objectOf(document["metadata"]);
  const { version } = document;
  return {
    ...newSbom({ format, version: textOf(document["specVersion"]) }),
    id: textOf(document["serialNumber"]),
    revision: Number.isSafeInteger(version) ? Number(version) : 1,
    name: textOf(objectOf(metadata["component"])["name"]),
    createdAt: textOf(metadata["timestamp"]),
    tools: toolsOf(metadata["tools"]),
    authors: objectsOf(metadata["authors"]).map(personOf),
    supplier:
      organizationOf(metadata["supplier"]) ??
      organizationOf(metadata["manufacturer"]) ??
      organizationOf(metadata["manufacture"]),
    properties: propertiesOf(metadata["properties"]),
  };
};

interface Walk {
  readonly components: SbomComponent[];
  readonly refs: Set<string>;
  readonly problem: (text: string) => void;
}

/** The component's own ref; one that is missing or taken gets another. */
const refOf = (json: Json, { refs, components, problem }: Walk): string => {
  const own = textOf(json["bom-ref"]);
  if (own !== "" && !refs.has(own)) return own;
  if (own !== "") problem(`bom-ref ${own} is given twice; the second one gets another`);
  const purl = textOf(json["purl"]);
  if (own === "" && purl !== "" && !refs.has(purl)) return purl;
  let number = components.length + 1;
  while (refs.has(`component-${number}`)) number += 1;
  return `component-${number}`;
};

/** What lies in the document's subject stands at the top: everything does. */
const walk = (json: Json, parent: string, state: Walk, isSubject = false): string => {
  const ref = refOf(json, state);
  if (state.components.length >= SBOM_LIMITS.components)
    throw refused(`it has more than ${SBOM_LIMITS.components} components`);
  state.refs.add(ref);
  const component = readComponent(json, ref, parent);
  if (component.name === "") state.problem(`component ${ref} has no name`);
  state.components.push(component);
  if (json["components"] !== undefined)
    for (const part of objectsOf(json["components"], SBOM_LIMITS.components)) walk(part, isSubject ? "" : ref, state);
  return ref;
};

/** Few components need many: short lists are looked through, which costs less than a set. */
const distinct = (refs: readonly string[]): readonly string[] =>
  refs.length > 16 ? [...new Set(refs)] : refs.filter((ref, i) => refs.indexOf(ref) === i);

const readDependencies = (
  document: Json,
  refs: ReadonlySet<string>,
  problem: (text: string) => void,
): SbomDependency[] => {
  const byRef = new Map<string, readonly string[]>();
  let count = 0;
  for (const entry of drained(document["dependencies"], SBOM_LIMITS.components)) {
    const ref = textOf(entry["ref"]);
    if (!refs.has(ref)) {
      problem(`a dependency names ${ref || "no component"}, which is not in the document`);
      continue;
    }
    const told = textsOf(entry["dependsOn"], SBOM_LIMITS.components);
    const needed = told.filter((one) => refs.has(one));
    if (needed.length < told.length)
      for (const one of told) if (!refs.has(one)) problem(`${ref} depends on ${one}, which is not in the document`);
    byRef.set(ref, distinct([...(byRef.get(ref) ?? []), ...needed]));
    count += told.length;
    if (count > SBOM_LIMITS.dependencies) throw refused(`it has more than ${SBOM_LIMITS.dependencies} dependencies`);
  }
  return Array.from(byRef, ([ref, dependsOn]) => ({ ref, dependsOn }));
};

/** Some tools list the subject among the components once more. */
const isSubjectAgain = (component: Json, subject: unknown): boolean => {
  const { name, "bom-ref": ref } = objectOf(subject);
  return textOf(ref) !== "" && component["bom-ref"] === ref && component["name"] === name;
};

const PASSED_OVER = [
  "services",
  "compositions",
  "annotations",
  "formulation",
  "declarations",
  "definitions",
  "citations",
];

const passedOverOf = (document: Json): string[] =>
  PASSED_OVER.flatMap((name) => {
    const value = document[name];
    const count = Array.isArray(value) ? value.length : isObject(value) ? Object.keys(value).length : 0;
    return count === 0 ? [] : [`${count} ${name}`];
  });

/** Refs of services count as known: components depend on them, though they are none. */
const serviceRefs = (holder: Json): string[] =>
  objectsOf(holder["services"])
    .flatMap((one) => [textOf(one["bom-ref"]), ...serviceRefs(one)])
    .filter((ref) => ref !== "");

/**
 * Reads a CycloneDX document in the shape of JSON. Throws BAD_REQUEST for what is no CycloneDX, for a version that is not
 * read, and over a limit; what is wrong inside is named among the problems.
 */
export const readCycloneDx = (document: Json, format: "cyclonedx-json" | "cyclonedx-xml"): Sbom => {
  const version = textOf(document["specVersion"]);
  if (document["bomFormat"] !== "CycloneDX") throw refused("it is no CycloneDX document: bomFormat is missing");
  if (!isCycloneDxVersion(version))
    throw refused(`CycloneDX ${version || "without specVersion"} is not read; 1.2 to 1.7 are`);
  for (const list of ["components", "dependencies", "vulnerabilities"])
    if (document[list] !== undefined && document[list] !== null && !isList(document[list]))
      throw refused(`/${list} is no list`);
  const problems = newProblems();
  const state: Walk = { components: [], refs: new Set(), problem: problems.add };
  const main = objectOf(document["metadata"])["component"];
  const subject = isObject(main) ? walk(main, "", state, true) : null;
  for (const component of drained(document["components"], SBOM_LIMITS.components + 1)) {
    if (isSubjectAgain(component, main))
      state.components[0] = unitedComponent(state.components[0]!, readComponent(component, subject!, ""));
    else walk(component, "", state);
  }
  const services = serviceRefs(document);
  const dependencies = readDependencies(document, new Set([...state.refs, ...services]), problems.add);
  const isService = new Set(services);
  const vulnerabilities = objectsOf(document["vulnerabilities"], SBOM_LIMITS.vulnerabilities + 1);
  if (vulnerabilities.length > SBOM_LIMITS.vulnerabilities)
    throw refused(`it has more than ${SBOM_LIMITS.vulnerabilities} vulnerabilities`);
  return {
    ...withHeadExtras(nativeHead(document, format)),
    subject,
    components: state.components,
    dependencies: services.length === 0 ? dependencies : withoutServices(dependencies, isService),
    vulnerabilities: vulnerabilities.map(readVulnerability),
    problems: problems.list(),
    passedOver: passedOverOf(document),
  };
};

const withoutServices = (dependencies: readonly SbomDependency[], services: ReadonlySet<string>): SbomDependency[] =>
  dependencies
    .filter(({ ref }) => !services.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => !services.has(one)) }));
