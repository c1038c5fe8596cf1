import { headExtras } from "../sbom-extras.ts";
import { derivedId } from "../sbom-id.ts";
import { type Json, jsonPieces, objectOf, said } from "../sbom-json.ts";
import type { Sbom, SbomComponent, SbomTool } from "../sbom.ts";
import { nativeHead } from "./read.ts";
import { type CycloneDxVersion, isSince } from "./schema.ts";
import { writeVulnerability } from "./vulnerability.ts";
import { writeAuthors, writeComponent, writeOrganization, writeProperties } from "./write-component.ts";

/** Components inside components are written down to this level (count); deeper ones stand at the top. */
const NESTING_MAX = 40;
const SERIAL = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TIMESTAMP = /^\d{4}-(?:0\d|1[0-2])-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-][0-2]\d:[0-5]\d)$/;

const writeTools = (tools: readonly SbomTool[], version: CycloneDxVersion): unknown => {
  if (tools.length === 0) return undefined;
  if (!isSince(version, "1.5")) return tools.map((tool) => said({ ...tool }));
  return {
    components: tools.map(({ vendor, name, version: release }) => ({
      type: "application",
      ...said({ publisher: vendor }),
      name,
      ...said({ version: release }),
    })),
  };
};

/** The document's parts; `components`, `dependencies` and `vulnerabilities` are made while they are written. */
export interface CycloneDxParts {
  readonly head: Record<string, unknown>;
  readonly components: Iterable<Record<string, unknown>>;
  readonly dependencies: Iterable<Record<string, unknown>>;
  readonly vulnerabilities: Iterable<Record<string, unknown>>;
}

const headOf = (sbom: Sbom, version: CycloneDxVersion, subject: SbomComponent | undefined): Record<string, unknown> => {
  const metadata = said({
    timestamp: TIMESTAMP.test(sbom.createdAt) ? sbom.createdAt : "",
    tools: writeTools(sbom.tools, version),
    authors: writeAuthors(sbom.authors),
    component: subject === undefined ? undefined : writeComponent(subject, version),
    supplier: writeOrganization(sbom.supplier),
  });
  const head = {
    bomFormat: "CycloneDX",
    specVersion: version,
    serialNumber: SERIAL.test(sbom.id) ? sbom.id : derivedId(sbom),
    version: Math.max(1, sbom.revision),
  };
  const native = nativeHead({ ...head, metadata }, "cyclonedx-json");
  const extras = headExtras(sbom, sbom.id === "" ? { ...native, id: "" } : native);
  const properties = said({ properties: writeProperties([...sbom.properties, ...extras], version) });
  return { ...head, metadata: { ...metadata, ...properties } };
};

const byParent = (components: readonly SbomComponent[]): Map<string, SbomComponent[]> => {
  const refs = new Set(components.map(({ ref }) => ref));
  const parts = new Map<string, SbomComponent[]>();
  for (const component of components) {
    const parent = refs.has(component.parent) ? component.parent : "";
    const siblings = parts.get(parent);
    if (siblings === undefined) parts.set(parent, [component]);
    else siblings.push(component);
  }
  return parts;
};

/** Every component once, each inside its parent; what lies in a circle or too deep stands at the top. */
function* nested(sbom: Sbom, version: CycloneDxVersion): Generator<Record<string, unknown>> {
  const parts = byParent(sbom.components);
  const done = new Set<string>();
  const write = (component: SbomComponent, depth: number): Record<string, unknown> => {
    done.add(component.ref);
    const written = writeComponent(component, version);
    const inside = depth < NESTING_MAX ? (parts.get(component.ref) ?? []).filter(({ ref }) => !done.has(ref)) : [];
    if (inside.length === 0) return written;
    return { ...written, components: inside.map((part) => write(part, depth + 1)) };
  };
  if (sbom.subject !== null) done.add(sbom.subject);
  const tops = [...(parts.get("") ?? []), ...(sbom.subject === null ? [] : (parts.get(sbom.subject) ?? []))];
  for (const component of tops) if (!done.has(component.ref)) yield write(component, 1);
  for (const component of sbom.components) if (!done.has(component.ref)) yield write(component, 1);
}

function* mapped<T>(
  list: readonly T[],
  write: (one: T) => Record<string, unknown>,
): Generator<Record<string, unknown>> {
  for (const one of list) yield write(one);
}

/** A document in the shape of CycloneDX's JSON. */
export const cycloneDxParts = (sbom: Sbom, version: CycloneDxVersion): CycloneDxParts => ({
  head: headOf(
    sbom,
    version,
    sbom.components.find(({ ref }) => ref === sbom.subject),
  ),
  components: nested(sbom, version),
  dependencies: mapped(sbom.dependencies, ({ ref, dependsOn }) => ({ ref, dependsOn: [...dependsOn] })),
  vulnerabilities: isSince(version, "1.4")
    ? mapped(sbom.vulnerabilities, (one) => writeVulnerability(one, version))
    : [],
});

/** The document as JSON, in pieces. The same document gives the same bytes. */
export const writeCycloneDxJson = (sbom: Sbom, version: CycloneDxVersion): Iterable<string> => {
  const { head, components, dependencies, vulnerabilities } = cycloneDxParts(sbom, version);
  const { metadata, ...start } = head;
  const hasNone = sbom.vulnerabilities.length === 0 || !isSince(version, "1.4");
  return jsonPieces({
    // 1.2 and 1.3 name no address for it
    $schema: isSince(version, "1.4") ? `http://cyclonedx.org/schema/bom-${version}.schema.json` : undefined,
    ...start,
    metadata: objectOf(metadata) satisfies Json,
    components,
    dependencies,
    vulnerabilities: hasNone ? undefined : vulnerabilities,
  });
};
