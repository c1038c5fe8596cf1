import { bounded, compareNumbers, writeNumbers } from "./key.ts";
import { parsedScheme } from "./scheme.ts";
import { comparePrerelease, writePrerelease } from "./semver.ts";

/** One to four numbers, a prerelease, build metadata. `v` before and no hyphen (`1.0rc1`) are tolerated, as in semver. */
const PATTERN =
  /^[vV]?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+)|([A-Za-z][0-9A-Za-z.-]*))?(?:\+[!-~]*)?$/;

interface Nuget {
  readonly numbers: readonly [string, string, string, string];
  /** In capitals, which is how NuGet ignores case; empty for a release. */
  readonly prerelease: string;
}

function parse(version: string): Nuget | null {
  const text = bounded(version);
  const match = text === null ? null : PATTERN.exec(text);
  if (match === null) return null;
  return {
    numbers: [match[1] ?? "", match[2] ?? "", match[3] ?? "", match[4] ?? ""],
    prerelease: (match[5] ?? match[6] ?? "").toUpperCase(),
  };
}

/**
 * NuGet package versions in the order of NuGet.Versioning: up to four numbers of any size, then a prerelease as in
 * semver but of either case. Build metadata takes no part.
 */
export const nuget = parsedScheme("nuget", {
  parse,
  write: (parsed) => {
    writeNumbers(parsed.numbers);
    writePrerelease(parsed.prerelease);
  },
  compare: (left, right) =>
    compareNumbers(left.numbers, right.numbers) || comparePrerelease(left.prerelease, right.prerelease),
});
