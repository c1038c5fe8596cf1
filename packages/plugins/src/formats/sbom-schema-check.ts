import type { ErrorObject, ValidateFunction } from "ajv";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import type { Json } from "./sbom-json.ts";

/** What is wrong with a document, and where: a pointer into its JSON. */
export interface SbomFault {
  readonly place: string;
  readonly says: string;
}

/** Characters that an IRI reference cannot hold. */
const IRI = /^[^\s<>"{}|\\^`]*$/;

const prepared = <T extends Ajv>(ajv: T): T => {
  // the package is CommonJS: its default export is the plugin itself
  (formats as unknown as (ajv: Ajv) => void)(ajv);
  ajv.addFormat("iri-reference", IRI);
  ajv.addFormat("idn-email", /^[^\s@]+@[^\s@]+$/);
  return ajv;
};

const compiled = new Map<string, ValidateFunction>();

/** A compiled schema, made once. `others` are schemas that it refers to. */
export const compiledSchema = (
  key: string,
  isAll: boolean,
  schema: () => { readonly schema: Json; readonly others: readonly Json[] },
): ValidateFunction => {
  const id = `${key} ${isAll}`;
  const known = compiled.get(id);
  if (known !== undefined) return known;
  const { schema: own, others } = schema();
  const options = { strict: false, allErrors: isAll, logger: false, validateFormats: true } as const;
  const ajv = String(own["$schema"]).includes("2020-12") ? prepared(new Ajv2020(options)) : prepared(new Ajv(options));
  for (const other of others) ajv.addSchema(other);
  const validate = ajv.compile(own);
  compiled.set(id, validate);
  return validate;
};

/** Keywords that only say that something below is wrong. */
const CHOICES = new Set(["oneOf", "anyOf", "allOf", "if", "not"]);

const saysOf = ({ keyword, params, message }: ErrorObject): string => {
  const { additionalProperty, unevaluatedProperty, allowedValues, allowedValue } = params as Record<string, unknown>;
  const extra = additionalProperty ?? unevaluatedProperty;
  if (typeof extra === "string") return `${JSON.stringify(extra)} must not stand there`;
  if (keyword === "const") return `it must be ${JSON.stringify(allowedValue)}`;
  if (Array.isArray(allowedValues) && allowedValues.length <= 20)
    return `it must be one of ${allowedValues.join(", ")}`;
  return (message ?? keyword).replace(/^must/, "it must");
};

/** Errors of a schema as faults: by place, without what only repeats them. */
export const faultsOf = (errors: readonly ErrorObject[] | null | undefined): SbomFault[] => {
  const all = errors ?? [];
  const plain = all.filter(({ keyword }) => !CHOICES.has(keyword));
  const isTold = (error: ErrorObject): boolean =>
    plain.some(({ instancePath }) => instancePath.startsWith(error.instancePath));
  const kept = all.filter((error) => !CHOICES.has(error.keyword) || !isTold(error));
  const faults = new Map<string, SbomFault>();
  for (const error of kept) {
    const fault = { place: error.instancePath || "/", says: saysOf(error) };
    faults.set(JSON.stringify(fault), fault);
  }
  return [...faults.values()];
};
