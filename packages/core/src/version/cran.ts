import { compareNumbers, keyOfNumbers } from "./hackage.ts";
import { bounded } from "./key.ts";
import type { VersionScheme } from "./scheme.ts";

const PATTERN = /^\d+(?:[.-]\d+)*$/;

function parse(version: string): string[] | null {
  const text = bounded(version);
  return text === null || !PATTERN.test(text) ? null : text.split(/[.-]/);
}

/**
 * R package versions (CRAN, Bioconductor) in the order of R's `package_version`: numbers between points or hyphens,
 * which mean the same. Tolerated beyond R: a single number, as OSV writes `0`.
 */
export const cran: VersionScheme = {
  id: "cran",
  key(version) {
    const numbers = parse(version);
    return numbers === null ? null : keyOfNumbers(numbers);
  },
  compare(a, b) {
    const left = parse(a);
    const right = parse(b);
    return left === null || right === null ? null : compareNumbers(left, right);
  },
};
