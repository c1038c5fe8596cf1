import { isObject, type Json, objectOf } from "./sbom-json.ts";
import { newComponent, type Sbom, type SbomComponent, type SbomProperty } from "./sbom.ts";

/** Properties of ours that hold, as JSON, what a format has no place for. */
const PREFIX = "zerotrace:";

/** Fields of a component that every format holds in its structure. */
const STRUCTURE = new Set(["ref", "parent", "properties"]);
const FIELDS: ReadonlySet<string> = new Set(Object.keys(newComponent("", "")).filter((key) => !STRUCTURE.has(key)));
const HEAD = ["id", "revision", "name", "createdAt", "tools", "authors", "supplier"] as const;

const HEAD_FIELDS: ReadonlySet<string> = new Set(HEAD);

const isEqual = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  return JSON.stringify(a) === JSON.stringify(b);
};

/** What a format lost of a component, as properties: the fields in which what is read back differs from what was written. */
export const componentExtras = (component: SbomComponent, readBack: SbomComponent): SbomProperty[] => {
  const extras: SbomProperty[] = [];
  for (const key of Object.keys(component) as (keyof SbomComponent)[]) {
    if (STRUCTURE.has(key) || isEqual(component[key], readBack[key])) continue;
    extras.push({ name: `${PREFIX}${key}`, value: JSON.stringify(component[key]) });
  }
  return extras;
};

/** The same for a document's head. */
export const headExtras = (sbom: Sbom, readBack: Sbom): SbomProperty[] =>
  HEAD.filter((key) => !isEqual(sbom[key], readBack[key])).map((key) => ({
    name: `${PREFIX}${key}`,
    value: JSON.stringify(sbom[key]),
  }));

/** Whether a value from outside has the shape of a field: what others write under our names must not break anything. */
const fits = (value: unknown, sample: unknown, key: string): boolean => {
  if (key === "isDirect" || key === "isDev") return value === null || typeof value === "boolean";
  if (key === "supplier" || key === "author") return value === null || isParty(value);
  if (!Array.isArray(sample)) return typeof value === typeof sample && value !== null;
  if (!Array.isArray(value)) return false;
  const fields = LIST_FIELDS[key];
  return value.every((one) => {
    if (fields === undefined) return typeof one === "string";
    if (key === "authors") return isParty(one);
    return isObject(one) && fields.every((field) => typeof one[field] === (field === "line" ? "number" : "string"));
  });
};

const LIST_FIELDS: Readonly<Record<string, readonly string[]>> = {
  hashes: ["algorithm", "value"],
  references: ["type", "url"],
  places: ["path", "line", "inside", "layer"],
  tools: ["vendor", "name", "version"],
  authors: [],
};

const isParty = (value: unknown): boolean => {
  const { kind, ...texts } = objectOf(value);
  return (
    (kind === "organization" || kind === "person") &&
    ["name", "email", "url"].every((field) => typeof texts[field] === "string")
  );
};

const taken = (own: object, keys: ReadonlySet<string>, properties: readonly SbomProperty[]) => {
  const changes: Record<string, unknown> = {};
  const rest: SbomProperty[] = [];
  for (const property of properties) {
    const key = property.name.startsWith(PREFIX) ? property.name.slice(PREFIX.length) : "";
    const value = keys.has(key) ? parsed(property.value) : undefined;
    if (value !== undefined && fits(value, (own as Json)[key], key)) changes[key] = value;
    else rest.push(property);
  }
  return { changes, rest };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** A component with what its properties say of its fields; these properties are gone. */
export const withComponentExtras = (component: SbomComponent): SbomComponent => {
  if (!component.properties.some(({ name }) => name.startsWith(PREFIX))) return component;
  const { changes, rest } = taken(component, FIELDS, component.properties);
  return { ...component, ...changes, properties: rest };
};

/** The same for a document's head. */
export const withHeadExtras = (sbom: Sbom): Sbom => {
  const { changes, rest } = taken(sbom, HEAD_FIELDS, sbom.properties);
  return { ...sbom, ...changes, properties: rest };
};
