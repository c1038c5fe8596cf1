import { bounded, compareDigits, compareEach, keyWriter, order } from "./key.ts";
import { parsedScheme } from "./scheme.ts";

const SUFFIXES = "alpha|beta|pre|rc|cvs|svn|git|hg|p";

/** apk-tools 3: numbers, one letter, suffixes, a commit hash, a revision; in this order. */
const PATTERN = new RegExp(`^(\\d+)((?:\\.\\d+)*)([a-z]?)((?:_(?:${SUFFIXES})\\d*)*)(?:~([0-9a-f]+))?(?:-r(\\d+))?$`);

const SUFFIX_PATTERN = new RegExp(`_(${SUFFIXES})(\\d*)`, "g");

/**
 * What may follow equal beginnings, in ascending order: the suffixes of a version before its release, nothing
 * more, then all that makes a version newer. The ranks are also the tags of the key; all are below `0`.
 */
const RANK = {
  alpha: 1,
  beta: 2,
  pre: 3,
  rc: 4,
  end: 5,
  revision: 6,
  hash: 7,
  suffixNumber: 8,
  cvs: 9,
  svn: 10,
  git: 11,
  hg: 12,
  p: 13,
  letter: 14,
  fraction: 15,
  first: 16,
} as const;

interface Token {
  readonly rank: number;
  readonly text: string;
}

function parse(version: string): Token[] | null {
  const text = bounded(version);
  const match = text === null ? null : PATTERN.exec(text);
  if (match === null) return null;
  const [, first = "", fractions = "", letter = "", suffixes = "", hash, revision] = match;
  const tokens: Token[] = [{ rank: RANK.first, text: first }];
  for (const fraction of fractions.split(".").slice(1)) tokens.push({ rank: RANK.fraction, text: fraction });
  if (letter !== "") tokens.push({ rank: RANK.letter, text: letter });
  for (const [, name, digits] of suffixes.matchAll(SUFFIX_PATTERN)) {
    tokens.push({ rank: RANK[name as keyof typeof RANK], text: "" });
    if (digits !== undefined && digits !== "") tokens.push({ rank: RANK.suffixNumber, text: digits });
  }
  if (hash !== undefined) tokens.push({ rank: RANK.hash, text: hash });
  if (revision !== undefined) tokens.push({ rank: RANK.revision, text: revision });
  tokens.push({ rank: RANK.end, text: "" });
  return tokens;
}

/** A number after a point that begins with 0 is compared as text, like a decimal fraction. */
function isText(token: Token): boolean {
  if (token.rank === RANK.fraction) return token.text.startsWith("0");
  return token.rank === RANK.hash || token.rank === RANK.letter;
}

function compareTokens(a: Token, b: Token): -1 | 0 | 1 {
  if (a.rank !== b.rank) return order(a.rank, b.rank);
  return isText(a) || isText(b) ? order(a.text, b.text) : compareDigits(a.text, b.text);
}

function writeToken(token: Token): void {
  const { rank, text } = token;
  keyWriter.byte(rank);
  if (text === "") return;
  if (!isText(token)) {
    keyWriter.number(text, 0, text.length);
    return;
  }
  // A fraction with a leading zero sorts below every number from 1 on, whose first byte is at least 01.
  if (rank === RANK.fraction) keyWriter.byte(0);
  keyWriter.ascii(text, 0, text.length);
}

/** Alpine package versions in the order of apk-tools 3. What it calls invalid does not parse. */
export const apk = parsedScheme("apk", {
  parse,
  write: (tokens) => {
    for (const token of tokens) writeToken(token);
  },
  compare: (left, right) => compareEach(left, right, compareTokens),
});
