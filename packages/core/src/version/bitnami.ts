import { bounded, compareNumbers, keyWriter, order, writeNumbers } from "./key.ts";
import { parsedScheme } from "./scheme.ts";
import { compareIdentifiers, writeIdentifiers } from "./semver.ts";

const KEY_PRERELEASE = 0x01;
const KEY_RELEASE = 0x02;

const PATTERN = /^[vV]?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([!-*,-~]+))?(?:\+[!-~]*)?$/;

interface BitnamiVersion {
  readonly numbers: readonly [string, string, string];
  readonly isPrerelease: boolean;
  /** Identifiers of the prerelease, or of the revision, which is `0` where it is absent. */
  readonly identifiers: string;
}

function parse(version: string): BitnamiVersion | null {
  const text = bounded(version);
  const match = text === null ? null : PATTERN.exec(text);
  if (match === null) return null;
  const [, major = "", minor = "", patch = "", identifiers = "0"] = match;
  return { numbers: [major, minor, patch], isPrerelease: !/^\d/.test(identifiers), identifiers };
}

/**
 * Versions of Bitnami packages. OSV calls them semantic versions, but Bitnami appends the revision of its own build:
 * `6.8.2-1` is the second build of `6.8.2` and newer than it, and its advisories rely on that. So what begins with a
 * digit is a revision and counts upwards from `-0`, which is no revision at all; what begins otherwise (`2.6.0-rc1`)
 * comes from upstream and is a prerelease. Build metadata takes no part.
 */
export const bitnami = parsedScheme("bitnami", {
  parse,
  write: (parsed) => {
    writeNumbers(parsed.numbers);
    keyWriter.byte(parsed.isPrerelease ? KEY_PRERELEASE : KEY_RELEASE);
    writeIdentifiers(parsed.identifiers);
  },
  compare: (left, right) =>
    compareNumbers(left.numbers, right.numbers) ||
    order(left.isPrerelease ? 0 : 1, right.isPrerelease ? 0 : 1) ||
    compareIdentifiers(left.identifiers, right.identifiers),
});
