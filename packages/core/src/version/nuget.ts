import { bounded, compareDigits, digitsEnd, keyWriter, order } from "./key.ts";
import type { VersionScheme } from "./scheme.ts";

const KEY_END = 0x01;
const KEY_NUMBER = 0x02;
const KEY_TEXT = 0x03;
const KEY_RELEASE = 0xff;

/** One to four numbers, a prerelease, build metadata. `v` before and no hyphen (`1.0rc1`) are tolerated, as in semver. */
const PATTERN =
  /^[vV]?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+)|([A-Za-z][0-9A-Za-z.-]*))?(?:\+[!-~]*)?$/;

interface Nuget {
  readonly numbers: readonly [string, string, string, string];
  /** Identifiers in capitals, which is how NuGet ignores case; none for a release. */
  readonly labels: readonly string[];
}

function parse(version: string): Nuget | null {
  const text = bounded(version);
  const match = text === null ? null : PATTERN.exec(text);
  if (match === null) return null;
  const prerelease = match[5] ?? match[6];
  return {
    numbers: [match[1] ?? "", match[2] ?? "", match[3] ?? "", match[4] ?? ""],
    labels: prerelease === undefined ? [] : prerelease.toUpperCase().split("."),
  };
}

function isNumber(label: string): boolean {
  return label !== "" && digitsEnd(label, 0, label.length) === label.length;
}

function compareLabels(a: readonly string[], b: readonly string[]): -1 | 0 | 1 {
  if (a.length === 0 || b.length === 0) return order(b.length, a.length);
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const x = a[i] as string;
    const y = b[i] as string;
    const xIsNumber = isNumber(x);
    if (xIsNumber !== isNumber(y)) return xIsNumber ? -1 : 1;
    const result = xIsNumber ? compareDigits(x, y) : order(x, y);
    if (result !== 0) return result;
  }
  return order(a.length, b.length);
}

function writeLabels(labels: readonly string[]): void {
  for (const label of labels) {
    if (isNumber(label)) {
      keyWriter.byte(KEY_NUMBER);
      keyWriter.number(label, 0, label.length);
    } else {
      keyWriter.byte(KEY_TEXT);
      keyWriter.ascii(label, 0, label.length);
      keyWriter.byte(0);
    }
  }
  keyWriter.byte(KEY_END);
}

/**
 * NuGet package versions in the order of NuGet.Versioning: up to four numbers of any size, then a prerelease as in
 * semver but of either case. Build metadata takes no part.
 */
export const nuget: VersionScheme = {
  id: "nuget",
  key(version) {
    const parsed = parse(version);
    if (parsed === null) return null;
    keyWriter.start();
    for (const digits of parsed.numbers) keyWriter.number(digits, 0, digits.length);
    if (parsed.labels.length === 0) keyWriter.byte(KEY_RELEASE);
    else writeLabels(parsed.labels);
    return keyWriter.finish();
  },
  compare(a, b) {
    const left = parse(a);
    const right = parse(b);
    if (left === null || right === null) return null;
    return (
      compareDigits(left.numbers[0], right.numbers[0]) ||
      compareDigits(left.numbers[1], right.numbers[1]) ||
      compareDigits(left.numbers[2], right.numbers[2]) ||
      compareDigits(left.numbers[3], right.numbers[3]) ||
      compareLabels(left.labels, right.labels)
    );
  },
};
