import { baseEcosystem } from "../component/ecosystem.ts";
import { schemeFor } from "../version/index.ts";
import { type Comparator, isWithin, MAX_RANGE_CHARS, numbersOf, type Range } from "./comparators.ts";
import { admitsPythonPrerelease, composerRange, gemRange, pythonRange } from "./dotted-range.ts";
import { mavenRange, nugetRange } from "./interval-range.ts";
import { admitsPrerelease, cargoRange, npmRange } from "./semver-range.ts";

interface Dialect {
  readonly read: (text: string) => Range | null;
  readonly admits: (all: readonly Comparator[], version: string) => boolean;
}

const admitsAll = (): boolean => true;

const DIALECTS: ReadonlyMap<string, Dialect> = new Map([
  ["npm", { read: npmRange, admits: admitsPrerelease }],
  ["crates.io", { read: cargoRange, admits: admitsPrerelease }],
  ["PyPI", { read: pythonRange, admits: admitsPythonPrerelease }],
  ["RubyGems", { read: gemRange, admits: admitsAll }],
  ["Packagist", { read: composerRange, admits: admitsAll }],
  ["Maven", { read: mavenRange, admits: admitsAll }],
  ["NuGet", { read: nugetRange, admits: admitsAll }],
  // A go.mod names the lowest version.
  ["Go", { read: (text) => [[{ op: ">=", version: text }]], admits: admitsAll }],
]);

/**
 * Whether a range, as a manifest of that ecosystem declares it, allows a version. Null when the range is none (a tag, an address), is
 * not understood, or the ecosystem has none that are known here. Never throws; linear in the range.
 */
export const rangeAllows = (ecosystem: string, range: string, version: string): boolean | null => {
  const dialect = DIALECTS.get(baseEcosystem(ecosystem));
  const scheme = schemeFor(ecosystem);
  if (dialect === undefined || scheme === undefined || range.length > MAX_RANGE_CHARS) return null;
  const read = dialect.read(range.trim());
  if (read === null) return null;
  return isWithin(scheme, read, version, dialect.admits);
};

/** Ecosystems in which a change of 0.x is as good as one of the first number. */
const ZERO_IS_MAJOR: ReadonlySet<string> = new Set(["npm", "crates.io"]);

/** Whether an upgrade may break what uses it, by how its ecosystem numbers: another first number, or another 0.x. */
export const crossesMajor = (ecosystem: string, from: string, to: string): boolean => {
  const [a, b] = [numbersOf(from), numbersOf(to)];
  if ((a[0] ?? 0) !== (b[0] ?? 0)) return true;
  return a[0] === 0 && ZERO_IS_MAJOR.has(baseEcosystem(ecosystem)) && (a[1] ?? 0) !== (b[1] ?? 0);
};

/** `^1.2.3`, `~> 1.2`, `==1.0`: one operator and one version. */
const SINGLE = /^(\^|~>|~=|~|===?|=|>=)?(\s*)v?\d[\w.+!-]*$/;

/** What a manifest writes where a range is not simple enough to keep its style. */
const USUAL: Readonly<Record<string, string>> = { npm: "^", PyPI: ">=", RubyGems: ">= ", Packagist: "^" };

/**
 * The range that a manifest declares instead, in its own style, so that `version` is the lowest it allows: `~1.2.0` becomes
 * `~1.4.1`. Ranges of several parts become the usual one of their ecosystem.
 */
export const raisedRange = (ecosystem: string, range: string, version: string): string => {
  const found = SINGLE.exec(range.trim());
  if (found !== null && !/[xX*]/.test(range)) {
    const [, op = "", space = ""] = found;
    return `${op}${space}${version}`;
  }
  return `${USUAL[baseEcosystem(ecosystem)] ?? ""}${version}`;
};
