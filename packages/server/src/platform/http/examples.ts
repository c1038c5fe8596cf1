/** A route as it was asked and answered once, as `npm run docs:api` records it. */
export interface Example {
  readonly ask: {
    readonly params?: Readonly<Record<string, unknown>>;
    readonly query?: Readonly<Record<string, unknown>>;
    readonly body?: unknown;
    /** Of a body that is no JSON. */
    readonly type?: string;
  };
  readonly status: number;
  readonly type: string;
  readonly answer: unknown;
}
/** By `feature.name` of the contract. */
export type Examples = ReadonlyMap<string, Example>;

/** Characters of one example; what is longer is left out, so that the document stays small. */
const EXAMPLE_CHARS_MAX = 4_000;

/** Reads what was recorded, a route in each line. Throws SyntaxError where a line is no JSON. */
export const readExamples = (text: string): Examples =>
  new Map(
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Example & { name: string })
      .map(({ name, ...example }) => [name, example]),
  );

const fits = (value: unknown): boolean =>
  value !== undefined && (JSON.stringify(value)?.length ?? 0) <= EXAMPLE_CHARS_MAX;

/** Without SCIM's `$ref`, which many tools take for a reference of the document itself wherever it stands. */
const withoutRefs = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, part: unknown) => (key === "$ref" ? undefined : part)));

/** A value as the `example` of a parameter or a body; nothing where there is none or it is too long. */
export const exampleOf = (value: unknown): { example?: unknown } =>
  fits(value) ? { example: withoutRefs(value) } : {};
