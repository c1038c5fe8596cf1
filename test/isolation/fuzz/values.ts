/** The parts of a JSON Schema that a value is made from. */
export interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly additionalProperties?: Schema | boolean;
}

/** Where the values come from; the same numbers give the same values. */
export interface Source {
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Ids and texts of another company. */
  readonly foreign: readonly string[];
}

const NIL = "00000000-0000-4000-8000-000000000000";
const LONG_CHARS = 6_000;
const DEEP = 400;
const DEPTH_MAX = 6;

const TEXTS: readonly string[] = [
  "",
  " ",
  "\u0000",
  "a\u0000b",
  "' or 1=1 --",
  "'; drop table asset; --",
  '") union select null --',
  "%00",
  "%",
  "_%\\",
  "../../../../etc/passwd",
  "..\\..\\windows",
  "/",
  "//evil.example",
  "javascript:alert(1)",
  "<script>alert(1)</script>",
  "=cmd|' /C calc'!A0",
  "${jndi:ldap://x}",
  "{{7*7}}",
  "__proto__",
  "constructor",
  "null",
  "undefined",
  "NaN",
  "-1",
  "0",
  "1e309",
  "9007199254740993",
  "99999999999999999999",
  "true",
  "[]",
  "{}",
  "\ud800",
  "\u202eabc",
  "e\u0301\u0301\u0301",
  "\u{1f600}\u{1f468}\u200d\u{1f469}",
  "ﬀ İ ı ſ",
  "\r\nx-injected: 1",
  "2026-13-45",
  "0000-00-00T00:00:00Z",
  "9999-12-31T23:59:59Z",
  "now",
  "branch:",
  "pkg:npm/%zz@1",
  "pkg:",
  "CVE-2026-0002",
  "http://169.254.169.254/latest",
  "file:///etc/passwd",
  "a@b.c",
  "eyJhbGciOiJub25lIn0.e30.",
  "(a+)+$",
  "severity:critical and (",
  NIL,
];
const NUMBERS: readonly unknown[] = [
  -1,
  0,
  1,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 53,
  1e308,
  0.5,
  -0,
  "1",
  null,
];

/** One of a list. */
export const pick = <T>(source: Source, list: readonly T[]): T => list[Math.floor(source.random() * list.length)] as T;

/** Whether something happens that happens so often; `share` in 0..1. */
export const often = (source: Source, share: number): boolean => source.random() < share;

/** Text that means harm, or another company's. */
export const hostileText = (source: Source): string => {
  const dice = source.random();
  if (dice < 0.25) return pick(source, source.foreign);
  if (dice < 0.3) return "A".repeat(Math.floor(source.random() * LONG_CHARS));
  if (dice < 0.4) return pick(source, TEXTS) + pick(source, TEXTS);
  return pick(source, TEXTS);
};

const deep = (): unknown => {
  let value: unknown = 1;
  for (let n = 0; n < DEEP; n += 1) value = n % 2 === 0 ? [value] : { a: value };
  return value;
};

const hostileValue = (source: Source): unknown => {
  const dice = source.random();
  if (dice < 0.5) return hostileText(source);
  if (dice < 0.7) return pick(source, NUMBERS);
  if (dice < 0.72) return deep();
  if (dice < 0.74) return Array.from({ length: 2_000 }, (_, n) => n);
  return pick<unknown>(source, [null, true, false, [], {}, [[]], [null], { a: { b: 1 } }]);
};

const textOf = (source: Source, { format, maxLength = 40 }: Schema): string => {
  if (format === "uuid") return often(source, 0.8) ? pick(source, source.foreign) : NIL;
  if (format === "date-time") return "2026-01-01T00:00:00Z";
  if (format === "date") return "2026-01-01";
  if (format === "email") return `a${Math.floor(source.random() * 1e6)}@example.com`;
  const length = pick(source, [1, 8, Math.min(maxLength, LONG_CHARS), Math.min(maxLength + 1, LONG_CHARS)]);
  return often(source, 0.5) ? "a".repeat(length) : hostileText(source).slice(0, maxLength);
};

const numberOf = (source: Source, { minimum = 0, maximum = 100 }: Schema): number =>
  pick(source, [minimum, maximum, minimum - 1, maximum + 1, Math.floor((minimum + maximum) / 2)]);

const objectOf = (source: Source, { properties = {}, required = [] }: Schema, depth: number): unknown => {
  const value: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(properties)) {
    if (often(source, required.includes(name) ? 0.97 : 0.4)) value[name] = valueOf(source, schema, depth + 1);
  }
  if (often(source, 0.04)) value[hostileText(source)] = hostileValue(source);
  return value;
};

/** A value of a schema: mostly as it should be or at its edges, now and then something else altogether. */
export const valueOf = (source: Source, schema: Schema, depth = 0): unknown => {
  if (depth > DEPTH_MAX || often(source, 0.08)) return hostileValue(source);
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return valueOf(source, pick(source, branches), depth + 1);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return pick(source, schema.enum);
  if (schema.type === "string") return textOf(source, schema);
  if (schema.type === "integer" || schema.type === "number") return numberOf(source, schema);
  if (schema.type === "boolean") return often(source, 0.5);
  if (schema.type === "null") return null;
  if (schema.type === "array") {
    const length = pick(source, [0, 1, 2, 3]);
    return Array.from({ length }, () => valueOf(source, schema.items ?? {}, depth + 1));
  }
  if (schema.type === "object") return objectOf(source, schema, depth);
  return hostileValue(source);
};
