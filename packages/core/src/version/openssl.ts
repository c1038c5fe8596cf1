import { bounded, compareDigits, compareNumbers, keyWriter, order, writeNumbers } from "./key.ts";
import { parsedScheme } from "./scheme.ts";

/** `1.0.2zk`, `3.0.0-alpha7-dev`; `-fips` and build metadata name the same release. */
const PATTERN =
  /^(\d+)(?:\.(\d+))?(?:\.(\d+))?([a-z]*)(?:-(?:fips|(?:(alpha|beta|pre|rc)(\d*)(-dev)?|(dev))))?(?:\+[!-~]*)?$/;

/** Ranks of what comes before a release, in ascending order; also bytes of the key. */
const RANK = { dev: 1, alpha: 2, beta: 3, pre: 4, rc: 5, release: 6 } as const;

interface Openssl {
  readonly numbers: readonly [string, string, string];
  /** The patch letters of the releases before 3.0. */
  readonly letters: string;
  readonly rank: number;
  readonly rankNumber: string;
  readonly isDev: boolean;
}

function parse(version: string): Openssl | null {
  const text = bounded(version);
  const match = text === null ? null : PATTERN.exec(text);
  if (match === null) return null;
  const word = match[5] ?? match[8] ?? "release";
  return {
    numbers: [match[1] ?? "", match[2] ?? "", match[3] ?? ""],
    letters: match[4] ?? "",
    rank: RANK[word as keyof typeof RANK],
    rankNumber: match[6] ?? "",
    isDev: match[7] !== undefined,
  };
}

/** OpenSSL releases: numbers, then patch letters (`z` is below `za`), then alpha, beta and pre before the release. */
export const openssl = parsedScheme("openssl", {
  parse,
  write: (parsed) => {
    writeNumbers(parsed.numbers);
    keyWriter.ascii(parsed.letters, 0, parsed.letters.length);
    keyWriter.byte(0);
    keyWriter.byte(parsed.rank);
    keyWriter.number(parsed.rankNumber, 0, parsed.rankNumber.length);
    keyWriter.byte(parsed.isDev ? 0 : 1);
  },
  compare: (left, right) =>
    compareNumbers(left.numbers, right.numbers) ||
    order(left.letters, right.letters) ||
    order(left.rank, right.rank) ||
    compareDigits(left.rankNumber, right.rankNumber) ||
    order(left.isDev ? 0 : 1, right.isDev ? 0 : 1),
});
