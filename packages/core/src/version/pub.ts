import { bounded, compareNumbers, keyWriter, order, writeNumbers } from "./key.ts";
import { parsedScheme } from "./scheme.ts";
import { compareIdentifiers, comparePrerelease, writeIdentifiers, writePrerelease } from "./semver.ts";

const KEY_NO_BUILD = 0x00;

/** One to three numbers, then a prerelease and build metadata. A fourth number begins build metadata. */
const PATTERN = /^[vV]?(\d+)(?:\.(\d+)(?:\.(\d+)(?:\.(\d+(?:\.\d+)*))?)?)?(?:-([!-*,-~]+))?(?:\+([!-~]+))?$/;

interface PubVersion {
  readonly numbers: readonly [string, string, string];
  /** Empty for a release. */
  readonly prerelease: string;
  /** Empty for none. */
  readonly build: string;
}

function parse(version: string): PubVersion | null {
  const text = bounded(version);
  const match = text === null ? null : PATTERN.exec(text);
  if (match === null) return null;
  const [, major = "", minor = "", patch = "", more = "", prerelease = "", metadata = ""] = match;
  const build = more === "" || metadata === "" ? more + metadata : `${more}.${metadata}`;
  return { numbers: [major, minor, patch], prerelease, build };
}

/** No build metadata is below any. */
function compareBuild(a: string, b: string): -1 | 0 | 1 {
  if (a === "" || b === "") return order(a === "" ? 0 : 1, b === "" ? 0 : 1);
  return compareIdentifiers(a, b);
}

/**
 * Dart package versions in the order of pub_semver: semantic versions in which build metadata counts, after the
 * prerelease and by the same rules. Tolerated beyond pub: a leading `v`, absent minor and patch, more than three
 * numbers.
 */
export const pub = parsedScheme("pub", {
  parse,
  write: (parsed) => {
    writeNumbers(parsed.numbers);
    writePrerelease(parsed.prerelease);
    if (parsed.build === "") keyWriter.byte(KEY_NO_BUILD);
    else writeIdentifiers(parsed.build);
  },
  compare: (left, right) =>
    compareNumbers(left.numbers, right.numbers) ||
    comparePrerelease(left.prerelease, right.prerelease) ||
    compareBuild(left.build, right.build),
});
