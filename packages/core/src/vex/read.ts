import { AppError } from "../errors.ts";
import { VEX_LIMITS, type VexDocument, type VexFormat, type VexProduct, type VexStatement } from "./vex.ts";

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The objects of a list; everything else in it is left out. */
export const objectsOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

export const objectOf = (value: unknown): Json => (isObject(value) ? value : {});

/** A text in one line, cut at `max` UTF-16 units; empty when the value is none. */
export const lineOf = (value: unknown, max: number = VEX_LIMITS.idLength): string =>
  typeof value === "string"
    ? value
        .slice(0, max * 2)
        .replaceAll(/[\s\p{Cc}]+/gu, " ")
        .trim()
        .slice(0, max)
        .toWellFormed()
    : "";

/** The texts of a list, each in one line. */
export const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.map((one) => lineOf(one, VEX_LIMITS.refLength)).filter((one) => one !== "") : [];

/** An instant as ISO in UTC; empty when it is none. */
export const instantOf = (...values: unknown[]): string => {
  for (const value of values) {
    const ms = typeof value === "string" && value.length <= 64 ? Date.parse(value) : Number.NaN;
    if (ms >= 0) return new Date(ms).toISOString();
  }
  return "";
};

/** Names of weaknesses begin with a letter and hold a number, save for some of GitHub. */
const NAME = /^[A-Za-z][A-Za-z0-9._:-]{2,127}$/;

/** The name of a weakness that a text or the end of an address holds; empty when none. */
export const nameOf = (value: unknown): string => {
  const text = lineOf(value);
  const last = text.slice(text.lastIndexOf("/") + 1);
  return NAME.test(last) && /\d|^GHSA-/i.test(last) ? last : "";
};

/** The names of a weakness, each once, the first first. */
export const namesOf = (values: readonly unknown[]): string[] =>
  [...new Set(values.slice(0, VEX_LIMITS.aliases).map(nameOf))].filter((name) => name !== "");

/** Gathers what can be used of a document, within its bounds, and names what cannot. */
export interface Gathering {
  /** Adds a statement about some weakness; left out with its reason when it has no name or no product. */
  add(where: string, names: readonly string[], rest: Omit<VexStatement, "vulnerability" | "aliases">): void;
  problem(where: string, what: string): void;
  done(head: { format: VexFormat; id: string; author: string; at: string }): VexDocument;
}

const tooMany = (what: string, max: number): AppError =>
  new AppError("BAD_REQUEST", `The VEX document has more than ${max} ${what}: split it.`, { field: "document" });

export const createGathering = (): Gathering => {
  const statements: VexStatement[] = [];
  const problems: string[] = [];
  let problemCount = 0;
  let productCount = 0;
  const problem = (where: string, what: string): void => {
    problemCount += 1;
    if (problems.length < VEX_LIMITS.problems) problems.push(`${where}: ${what}`);
  };
  return {
    problem,
    add: (where, [vulnerability, ...aliases], rest) => {
      if (vulnerability === undefined) return problem(where, "names no weakness");
      if (rest.products.length === 0) return problem(`${where} (${vulnerability})`, "names no package by its purl");
      if (rest.products.length > VEX_LIMITS.productsOfStatement)
        return problem(`${where} (${vulnerability})`, `names more than ${VEX_LIMITS.productsOfStatement} products`);
      productCount += rest.products.length;
      if (productCount > VEX_LIMITS.products) throw tooMany("products", VEX_LIMITS.products);
      if (statements.length >= VEX_LIMITS.statements) throw tooMany("statements", VEX_LIMITS.statements);
      statements.push({ vulnerability, aliases, ...rest });
    },
    done: (head) => ({ ...head, statements, problemCount, problems }),
  };
};

/** The product itself at every version its purl means. */
export const productOf = (purl: string): VexProduct => ({ purl, versions: null, subcomponents: [] });
