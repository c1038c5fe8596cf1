import { compareDotted } from "./hackage.ts";
import { bounded, writeNumbers } from "./key.ts";
import { parsedScheme } from "./scheme.ts";

const PATTERN = /^\d+(?:[.-]\d+)*$/;

function parse(version: string): string[] | null {
  const text = bounded(version);
  return text === null || !PATTERN.test(text) ? null : text.split(/[.-]/);
}

/**
 * R package versions (CRAN, Bioconductor) in the order of R's `package_version`: numbers between points or hyphens,
 * which mean the same. Tolerated beyond R: a single number, as OSV writes `0`.
 */
export const cran = parsedScheme("cran", { parse, write: writeNumbers, compare: compareDotted });
