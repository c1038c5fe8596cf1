import { bounded, compareDigits, compareEach, isDigit, keyWriter, order } from "./key.ts";
import { parsedScheme } from "./scheme.ts";

const TOKEN = /\d+|[a-z]+/g;

/** Words before a release, by how far they are from it. They are also tags of the key. */
const PRERELEASES: Readonly<Record<string, number>> = {
  dev: 0x01,
  devel: 0x01,
  nightly: 0x02,
  snapshot: 0x02,
  alpha: 0x03,
  beta: 0x04,
  milestone: 0x05,
  preview: 0x06,
  pre: 0x06,
  prerelease: 0x06,
  cr: 0x07,
  rc: 0x07,
};

/** Words that say only that this is the release. */
const RELEASES: ReadonlySet<string> = new Set(["final", "ga", "release"]);

const KEY_END = 0x10;
const KEY_TEXT = 0x11;
const KEY_NUMBER = 0x12;

interface Token {
  readonly rank: number;
  readonly text: string;
}

function tokenOf(text: string): Token {
  if (isDigit(text.charCodeAt(0))) return { rank: KEY_NUMBER, text };
  const rank = Object.hasOwn(PRERELEASES, text) ? PRERELEASES[text] : undefined;
  return rank === undefined ? { rank: KEY_TEXT, text } : { rank, text: "" };
}

function isZero(token: Token | undefined): boolean {
  return token?.rank === KEY_NUMBER && /^0+$/.test(token.text);
}

/** Numbers and words, without the zeros that stand before a word or the end: 1.0.0 is 1, 1.0-rc1 is 1-rc1. */
function parse(version: string): Token[] | null {
  const text = bounded(version);
  const words =
    text === null
      ? []
      : (text
          .toLowerCase()
          .replace(/^v(?=\d)/, "")
          .match(TOKEN) ?? []);
  if (!words.some((word) => isDigit(word.charCodeAt(0)))) return null;
  const tokens: Token[] = [];
  for (const word of words) {
    if (RELEASES.has(word)) continue;
    const token = tokenOf(word);
    if (token.rank !== KEY_NUMBER) dropZeros(tokens);
    tokens.push(token);
  }
  dropZeros(tokens);
  tokens.push({ rank: KEY_END, text: "" });
  return tokens;
}

function dropZeros(tokens: Token[]): void {
  while (isZero(tokens.at(-1))) tokens.pop();
}

function compareTokens(a: Token, b: Token): -1 | 0 | 1 {
  if (a.rank !== b.rank) return order(a.rank, b.rank);
  return a.rank === KEY_NUMBER ? compareDigits(a.text, b.text) : order(a.text, b.text);
}

/**
 * Versions of products that NVD names by CPE, and of whatever else has no scheme of its own, for bounds such as
 * `versionEndExcluding`. No standard says how they order; this is what vendors commonly mean: numbers as numbers,
 * absent ones 0, `rc`, `beta` and the like before the release, other words after it (`1.0.2` < `1.0.2k`), numbers
 * after words. Case, punctuation and a leading `v` do not count. Without a digit a version does not parse.
 */
export const cpe = parsedScheme("cpe", {
  parse,
  write: (tokens) => {
    for (const { rank, text } of tokens) {
      keyWriter.byte(rank);
      if (rank === KEY_NUMBER) keyWriter.number(text, 0, text.length);
      if (rank !== KEY_TEXT) continue;
      keyWriter.ascii(text, 0, text.length);
      keyWriter.byte(0);
    }
  },
  compare: (left, right) => compareEach(left, right, compareTokens),
});
