import { bounded, compareNumbers, keyWriter, order, writeNumbers } from "./key.ts";
import { parsedScheme } from "./scheme.ts";
import { compareIdentifiers, writeIdentifiers } from "./semver.ts";

/** Julia's own expression: a lone `-` is the lowest prerelease, a lone `+` the highest build. */
const PATTERN =
  /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:(-)|([a-z][0-9a-z-]*(?:\.[0-9a-z-]+)*|-(?:[0-9a-z-]+\.)*[0-9a-z-]+)?(?:(\+)|(?:\+((?:[0-9a-z-]+\.)*[0-9a-z-]+))?))$/i;

/** Where a list of identifiers stands: lone sign and absence are places of their own. These are bytes of the key. */
const LOWEST = 0x01;
const LISTED = 0x02;
const HIGHEST = 0x03;

interface Part {
  readonly place: number;
  /** Identifiers where the place is `LISTED`. */
  readonly text: string;
}

interface JuliaVersion {
  readonly numbers: readonly [string, string, string];
  readonly prerelease: Part;
  readonly build: Part;
}

function parse(version: string): JuliaVersion | null {
  const text = bounded(version);
  const match = text === null ? null : PATTERN.exec(text);
  if (match === null) return null;
  const [, major = "", minor = "", patch = "", hyphen, prerelease, plus, build] = match;
  return {
    numbers: [major, minor, patch],
    prerelease:
      prerelease === undefined
        ? { place: hyphen === undefined ? HIGHEST : LOWEST, text: "" }
        : { place: LISTED, text: prerelease.startsWith("-") ? prerelease.slice(1) : prerelease },
    build:
      build === undefined ? { place: plus === undefined ? LOWEST : HIGHEST, text: "" } : { place: LISTED, text: build },
  };
}

function comparePart(a: Part, b: Part): -1 | 0 | 1 {
  if (a.place !== LISTED || b.place !== LISTED) return order(a.place, b.place);
  return compareIdentifiers(a.text, b.text);
}

function writePart(part: Part): void {
  keyWriter.byte(part.place);
  if (part.place === LISTED) writeIdentifiers(part.text);
}

/**
 * Julia package versions in the order of `VersionNumber`: semantic versions in which build metadata counts
 * (`1.2.3+0` < `1.2.3+1`, as the binary packages `*_jll` have it). Tolerated beyond Julia: numbers of any size.
 */
export const julia = parsedScheme("julia", {
  parse,
  write: (parsed) => {
    writeNumbers(parsed.numbers);
    writePart(parsed.prerelease);
    writePart(parsed.build);
  },
  compare: (left, right) =>
    compareNumbers(left.numbers, right.numbers) ||
    comparePart(left.prerelease, right.prerelease) ||
    comparePart(left.build, right.build),
});
