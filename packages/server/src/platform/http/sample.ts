type Json = Readonly<Record<string, unknown>>;

/** Objects within objects; deeper ones are left empty. */
const DEPTH_MAX = 8;
const FORMATS: Readonly<Record<string, string>> = {
  uuid: "00000000-0000-4000-8000-000000000001",
  email: "ann@example.com",
  date: "2026-01-02",
  "date-time": "2026-01-02T03:04:05.000Z",
  uri: "https://zerotrace.example.com",
};

const textOf = ({ format, minLength = 0 }: { format?: string; minLength?: number }): string =>
  FORMATS[format ?? ""] ?? "text".padEnd(minLength, "x");

const numberOf = ({ minimum, exclusiveMinimum, maximum }: Record<string, number | undefined>): number =>
  Math.min(Math.max(1, minimum ?? 1, (exclusiveMinimum ?? 0) + 1), maximum ?? Number.MAX_SAFE_INTEGER);

const objectOf = (
  { properties = {}, required = [] }: { properties?: Record<string, Json>; required?: string[] },
  depth: number,
) => Object.fromEntries(required.map((name) => [name, sampleOf(properties[name] ?? {}, depth + 1)]));

/** A value that a JSON schema made of our shapes takes, with what is required and no more; null where it says nothing. Pure. */
export const sampleOf = (schema: Json, depth = 0): unknown => {
  if (depth > DEPTH_MAX) return null;
  if (schema["const"] !== undefined) return schema["const"];
  if (schema["default"] !== undefined) return schema["default"];
  const [choice] = (schema["enum"] as unknown[] | undefined) ?? [];
  if (choice !== undefined) return choice;
  const [first] = ((schema["anyOf"] ?? schema["oneOf"]) as Json[] | undefined) ?? [];
  if (first !== undefined) return sampleOf(first, depth + 1);
  const type = [schema["type"]].flat()[0];
  if (type === "string") return textOf(schema);
  if (type === "integer" || type === "number") return numberOf(schema as Record<string, number>);
  if (type === "boolean") return true;
  if (type === "object") return objectOf(schema, depth);
  if (type !== "array") return null;
  const { items = {}, minItems = 1 } = schema as { items?: Json; minItems?: number };
  return Array.from({ length: Math.min(minItems, 2) }, () => sampleOf(items, depth + 1));
};
