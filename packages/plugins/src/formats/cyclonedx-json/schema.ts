import { readFileSync } from "node:fs";
import { type Json, objectOf, textsOf } from "../sbom-json.ts";

export const CYCLONEDX_VERSIONS = ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"] as const;
export type CycloneDxVersion = (typeof CYCLONEDX_VERSIONS)[number];

export const isCycloneDxVersion = (text: string): text is CycloneDxVersion =>
  (CYCLONEDX_VERSIONS as readonly string[]).includes(text);

/** Whether a version of the specification has what came with another one. */
export const isSince = (version: CycloneDxVersion, since: CycloneDxVersion): boolean => version >= since;

const loaded = new Map<string, Json>();

/** One of the schema files beside, read once and only when it is wanted. */
export const schemaFile = (name: string): Json => {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const text = readFileSync(new URL(`../schemas/${name}`, import.meta.url), "utf8");
  const schema = objectOf(JSON.parse(text));
  loaded.set(name, schema);
  return schema;
};

type Mutable = Record<string, unknown>;
const at = (schema: Json, ...path: string[]): Mutable =>
  path.reduce<Mutable>((inner, key) => objectOf(inner[key]), schema as Mutable);

const without = (schema: Json, path: readonly string[], names: readonly string[]): void => {
  const properties = at(schema, ...path, "properties");
  for (const name of names) delete properties[name];
};

/**
 * The schema of 1.2 or 1.3, made of the one of 1.4 by what that version does not have yet: its components need a version, and
 * vulnerabilities, signatures and release notes are not known; 1.2 knows no properties, compositions and evidence either.
 */
const olderSchema = (version: "1.2" | "1.3"): Json => {
  const schema = structuredClone(schemaFile("bom-1.4.schema.json")) as Mutable;
  const definitions = at(schema, "definitions");
  const is12 = version === "1.2";
  schema["$id"] = `http://cyclonedx.org/schema/bom-${version}.schema.json`;
  schema["required"] = ["bomFormat", "specVersion"];
  const properties = at(schema, "properties");
  delete properties["$schema"];
  properties["$schema"] = { type: "string" };
  at(schema, "properties", "specVersion")["const"] = version;
  without(schema, [], ["vulnerabilities", "signature", ...(is12 ? ["compositions"] : [])]);
  without(definitions, ["metadata"], is12 ? ["properties", "licenses"] : []);
  without(definitions, ["component"], ["releaseNotes", "signature", ...(is12 ? ["properties", "evidence"] : [])]);
  without(definitions, ["service"], ["releaseNotes", "signature", ...(is12 ? ["properties"] : [])]);
  without(definitions, ["tool"], ["externalReferences"]);
  without(definitions, ["externalReference"], is12 ? ["hashes"] : []);
  at(definitions, "component")["required"] = ["type", "name", "version"];
  const types = at(definitions, "externalReference", "properties", "type");
  types["enum"] = textsOf(types["enum"]).filter((type) => type !== "release-notes");
  return schema;
};

/** The JSON schema of a version. */
export const cycloneDxSchema = (version: CycloneDxVersion): Json => {
  if (version !== "1.2" && version !== "1.3") return schemaFile(`bom-${version}.schema.json`);
  const key = `made-${version}`;
  const schema = loaded.get(key) ?? olderSchema(version);
  loaded.set(key, schema);
  return schema;
};

/** The words that a version allows in one place. */
export interface CycloneDxWords {
  readonly componentTypes: ReadonlySet<string>;
  readonly referenceTypes: ReadonlySet<string>;
  readonly hashAlgorithms: ReadonlySet<string>;
  readonly scoreMethods: ReadonlySet<string>;
}

const wordsOf = new Map<CycloneDxVersion, CycloneDxWords>();

export const cycloneDxWords = (version: CycloneDxVersion): CycloneDxWords => {
  const known = wordsOf.get(version);
  if (known !== undefined) return known;
  const definitions = at(cycloneDxSchema(version), "definitions");
  const enumOf = (...path: string[]): ReadonlySet<string> => new Set(textsOf(at(definitions, ...path)["enum"]));
  const words: CycloneDxWords = {
    componentTypes: enumOf("component", "properties", "type"),
    referenceTypes: enumOf("externalReference", "properties", "type"),
    hashAlgorithms: enumOf("hash-alg"),
    scoreMethods: enumOf("scoreMethod"),
  };
  wordsOf.set(version, words);
  return words;
};

let licenseIds: ReadonlySet<string> | null = null;

/** Whether a text is an id of SPDX's list of licenses, as CycloneDX has it. */
export const isSpdxId = (text: string): boolean => {
  licenseIds ??= new Set(textsOf(schemaFile("spdx.schema.json")["enum"]));
  return licenseIds.has(text);
};
