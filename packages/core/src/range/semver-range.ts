import { after, type Comparator, MAX_COMPARATORS, numbersOf, type Range } from "./comparators.ts";

/** A version with parts left out, as ranges write it: `1`, `1.2`, `1.2.x`, `1.2.3-beta.1`. */
interface Partial {
  /** The numbers that are there, at most three. */
  readonly numbers: readonly number[];
  readonly full: string;
}

const PARTIAL = /^[vV=]*(\d{1,15}|[xX*])(?:\.(\d{1,15}|[xX*]))?(?:\.(\d{1,15}|[xX*]))?(-[\w.-]+)?(?:\+[\w.-]*)?$/;

const partialOf = (text: string): Partial | null => {
  const found = PARTIAL.exec(text);
  if (found === null) return null;
  const numbers: number[] = [];
  for (const part of found.slice(1, 4)) {
    if (part === undefined || /[xX*]/.test(part)) break;
    numbers.push(Number(part));
  }
  const padded = [...numbers, 0, 0, 0].slice(0, 3).join(".");
  return { numbers, full: numbers.length === 3 ? padded + (found[4] ?? "") : padded };
};

/** No prerelease of it either. */
const below = (numbers: readonly number[]): Comparator => ({
  op: "<",
  version: `${[...after(numbers).split("."), "0", "0"].slice(0, 3).join(".")}-0`,
  isImplied: true,
});
const from = ({ full }: Partial): Comparator => ({ op: ">=", version: full });

/** `^1.2.3`: up to the next change of the first number that is not zero. */
const caret = (part: Partial): Comparator[] => {
  const { numbers } = part;
  if (numbers.length === 0) return [];
  const at = numbers.findIndex((number) => number > 0);
  return [from(part), below(numbers.slice(0, at < 0 ? numbers.length : at + 1))];
};

const tilde = (part: Partial): Comparator[] =>
  part.numbers.length === 0 ? [] : [from(part), below(part.numbers.slice(0, 2))];

/** What it begins with: `1.2` is any of 1.2; three numbers are the one version. */
const same = (part: Partial): Comparator[] => {
  if (part.numbers.length === 3) return [{ op: "=", version: part.full }];
  return part.numbers.length === 0 ? [] : [from(part), below(part.numbers)];
};

const compared = (op: string, part: Partial): Comparator[] => {
  const isWhole = part.numbers.length === 3;
  if (part.numbers.length === 0) return op === "<" || op === ">" ? [{ op: "<", version: "0.0.0-0" }] : [];
  if (op === ">=") return [from(part)];
  if (op === "<") return [isWhole ? { op, version: part.full } : { op, version: `${part.full}-0`, isImplied: true }];
  if (op === ">") {
    if (isWhole) return [{ op: ">", version: part.full }];
    return [{ op: ">=", version: below(part.numbers).version.slice(0, -2) }];
  }
  return isWhole ? [{ op: "<=", version: part.full }] : [below(part.numbers)];
};

const OPERATOR = /^(\^|~>?|<=|>=|<|>|=)?\s*(.+)$/;

const oneOf = (text: string, bare: (part: Partial) => Comparator[]): Comparator[] | null => {
  const found = OPERATOR.exec(text);
  const part = found === null ? null : partialOf(found[2]!.trim());
  if (found === null || part === null) return null;
  const [, op] = found;
  if (op === undefined) return bare(part);
  if (op === "^") return caret(part);
  if (op === "~" || op === "~>") return tilde(part);
  return op === "=" ? same(part) : compared(op, part);
};

const gathered = (texts: readonly string[], read: (text: string) => Comparator[] | null): Comparator[] | null => {
  const all: Comparator[] = [];
  for (const text of texts) {
    const one = read(text);
    if (one === null || all.length > MAX_COMPARATORS) return null;
    all.push(...one);
  }
  return all;
};

const HYPHEN = /^(\S+)\s+-\s+(\S+)$/;

const npmSet = (text: string): Comparator[] | null => {
  const hyphen = HYPHEN.exec(text);
  if (hyphen !== null) {
    const [low, high] = [partialOf(hyphen[1]!), partialOf(hyphen[2]!)];
    if (low === null || high === null) return null;
    return [...(low.numbers.length === 0 ? [] : [from(low)]), ...compared("<=", high)];
  }
  const glued = text.replaceAll(/(\^|~>?|[<>]=?|=)\s+/g, "$1");
  return gathered(
    glued.split(/\s+/).filter((one) => one !== ""),
    (one) => oneOf(one, same),
  );
};

/** npm's ranges (github.com/npm/node-semver). Null for what is no range: tags, addresses, `workspace:`. */
export const npmRange = (text: string): Range | null => {
  const bare = text.replace(/^npm:(?:@[^/@]+\/)?[^/@]+@?/, "").replace(/^workspace:(?=[\d^~*])/, "");
  const sets = bare.split("||").map((one) => npmSet(one.trim()));
  return sets.length > MAX_COMPARATORS || sets.includes(null) ? null : (sets as Comparator[][]);
};

/** Cargo's requirements: a bare version is a caret, commas mean "and" (doc.rust-lang.org/cargo, Specifying Dependencies). */
export const cargoRange = (text: string): Range | null => {
  const bare = (part: Partial, one: string): Comparator[] => (/[xX*]/.test(one) ? same(part) : caret(part));
  const all = gathered(
    text.split(",").map((one) => one.trim()),
    (one) => oneOf(one, (part) => bare(part, one)),
  );
  return all === null ? null : [all];
};

const PRERELEASE = /^[vV=]?\d+(?:\.\d+)*-/;

/** npm and Cargo take a prerelease only where one of the same version is named beside it. */
export const admitsPrerelease = (all: readonly Comparator[], version: string): boolean => {
  if (!PRERELEASE.test(version)) return true;
  const own = numbersOf(version).join(".");
  return all.some(
    ({ version: bound, isImplied }) =>
      isImplied !== true && PRERELEASE.test(bound) && [...numbersOf(bound), 0, 0].slice(0, 3).join(".") === own,
  );
};
