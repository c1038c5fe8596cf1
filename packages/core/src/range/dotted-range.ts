import { after, between, type Comparator, MAX_COMPARATORS, numbersOf, type Range } from "./comparators.ts";

type ReadOne = (op: string, version: string) => Comparator[] | null;

const PLAIN: Readonly<Record<string, Comparator["op"]>> = {
  "<": "<",
  "<=": "<=",
  "=": "=",
  "==": "=",
  "===": "=",
  "!=": "!=",
  ">=": ">=",
  ">": ">",
};

const ONE = /^(===|==|~=|~>|!=|<=|>=|<|>|=|\^|~)?\s*([\w.*+!-]+)$/;

const allOf = (texts: readonly string[], read: ReadOne): Comparator[] | null => {
  const all: Comparator[] = [];
  for (const text of texts) {
    const found = ONE.exec(text.trim());
    const one = found === null ? null : read(found[1] ?? "", found[2]!);
    if (one === null || all.length > MAX_COMPARATORS) return null;
    all.push(...one);
  }
  return all;
};

const some = (sets: readonly (Comparator[] | null)[]): Range | null =>
  sets.length > MAX_COMPARATORS || sets.includes(null) ? null : (sets as Comparator[][]);

/** Up to the next change of the first number that is not zero. */
const caret = (version: string, end: string): Comparator[] | null => {
  const numbers = numbersOf(version);
  if (numbers.length === 0) return null;
  const at = numbers.findIndex((number) => number > 0);
  return between(version, after(numbers.slice(0, at < 0 ? numbers.length : at + 1)) + end);
};

/** Versions that begin with these numbers. */
const beginning = (numbers: readonly number[], end: string): Comparator[] =>
  numbers.length === 0 ? [] : between(numbers.join(".") + end, after(numbers) + end);

const python: ReadOne = (op, version) => {
  const numbers = numbersOf(version);
  if (version.includes("*")) {
    if (op === "!=") return null;
    return op === "" || op.startsWith("=") ? beginning(numbers, ".dev0") : null;
  }
  if (numbers.length === 0) return null;
  if (op === "^") return caret(version, ".dev0");
  if (op === "~") return between(version, `${after(numbers.slice(0, 2))}.dev0`);
  if (op === "~=") return numbers.length < 2 ? null : between(version, `${after(numbers.slice(0, -1))}.dev0`);
  // `>1.0` leaves out its own post-releases.
  if (op === ">" && !/post|dev|\+/.test(version)) return [{ op, version: `${version}.post999999999` }];
  return [{ op: PLAIN[op || "="] ?? "=", version }];
};

/** PEP 440's specifiers, and poetry's `^`, `~`, `||` and bare versions. Null for addresses and what is none. */
export const pythonRange = (text: string): Range | null =>
  some(
    text
      .replaceAll(/[()]/g, "")
      .split(/\|\|?/)
      .map((set) => (/^\s*\*?\s*$/.test(set) ? [] : allOf(set.split(","), python))),
  );

const gem: ReadOne = (op, version) => {
  const numbers = numbersOf(version);
  if (numbers.length === 0) return null;
  // `~> 1.2` ends before 2, `~> 1.2.3` before 1.3.
  if (op === "~>") return between(version, `${after(numbers.length === 1 ? numbers : numbers.slice(0, -1))}.a`);
  return op === "^" || op === "~" || op === "~=" ? null : [{ op: PLAIN[op || "="] ?? "=", version }];
};

/** RubyGems' requirements: `~> 1.2`, `>= 1, < 3`; a bare version is that one. */
export const gemRange = (text: string): Range | null => some([allOf(text.replaceAll(/[()]/g, "").split(","), gem)]);

const composer: ReadOne = (op, version) => {
  const numbers = numbersOf(version);
  if (/[*xX]/.test(version)) return op === "" || op === "=" ? beginning(numbers, "-dev") : null;
  if (numbers.length === 0) return null;
  if (op === "^") return caret(version, "-dev");
  if (op === "~") return between(version, `${after(numbers.length === 1 ? numbers : numbers.slice(0, -1))}-dev`);
  return op.startsWith("~") ? null : [{ op: PLAIN[op || "="] ?? "=", version }];
};

const composerSet = (text: string): Comparator[] | null => {
  const hyphen = /^(\S+)\s+-\s+(\S+)$/.exec(text);
  if (hyphen !== null) {
    const high = numbersOf(hyphen[2]!);
    if (numbersOf(hyphen[1]!).length === 0 || high.length === 0) return null;
    if (high.length < 3) return between(hyphen[1]!, `${after(high)}-dev`);
    return [
      { op: ">=", version: hyphen[1]! },
      { op: "<=", version: hyphen[2]! },
    ];
  }
  const glued = text.replaceAll(/(\^|~|!=|[<>]=?|=)\s+/g, "$1").replaceAll(/@\w+/g, "");
  return allOf(
    glued.split(/[\s,]+/).filter((one) => one !== "" && one !== "*"),
    composer,
  );
};

/** Composer's constraints (getcomposer.org/doc/articles/versions.md). Null for branches and aliases. */
export const composerRange = (text: string): Range | null =>
  /\bdev-|\bas\b/.test(text) ? null : some(text.split(/\|\|?/).map((set) => composerSet(set.trim())));

const PYTHON_PRERELEASE = /\d(?:[._-]?(?:a|b|c|rc|alpha|beta|pre|preview|dev)[._-]?\d*)/i;

/** pip takes a prerelease only where the specifier names one. */
export const admitsPythonPrerelease = (all: readonly Comparator[], version: string): boolean =>
  !PYTHON_PRERELEASE.test(version) ||
  all.some(({ version: bound }) => !bound.endsWith(".dev0") && PYTHON_PRERELEASE.test(bound));
