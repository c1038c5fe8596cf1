import { bounded, compareDigits, compareEach, keyWriter, order } from "./key.ts";
import { parsedScheme } from "./scheme.ts";

const PATTERN = /^(\d+)((?:\.\d+)*)([a-z]?)((?:_(?:alpha|beta|pre|rc|p)\d*)*)(?:-r(\d+))?$/;
const SUFFIX_PATTERN = /_(alpha|beta|pre|rc|p)(\d*)/g;

/** What may follow equal beginnings, in ascending order; also the tags of the key. */
const RANK = { alpha: 1, beta: 2, pre: 3, rc: 4, end: 5, p: 6, letter: 7, fraction: 8, first: 9 } as const;

interface Token {
  readonly rank: number;
  readonly text: string;
}

function parse(version: string): Token[] | null {
  const text = bounded(version);
  const match = text === null ? null : PATTERN.exec(text);
  if (match === null) return null;
  const [, first = "", fractions = "", letter = "", suffixes = "", revision = ""] = match;
  const tokens: Token[] = [{ rank: RANK.first, text: first }];
  for (const fraction of fractions.split(".").slice(1)) tokens.push({ rank: RANK.fraction, text: fraction });
  if (letter !== "") tokens.push({ rank: RANK.letter, text: letter });
  for (const [, name, digits = ""] of suffixes.matchAll(SUFFIX_PATTERN))
    tokens.push({ rank: RANK[name as keyof typeof RANK], text: digits });
  tokens.push({ rank: RANK.end, text: revision });
  return tokens;
}

/** A number after a point that begins with 0 is a decimal fraction: text, without the zeros at its end. */
function fractionOf(token: Token): string | null {
  if (token.rank !== RANK.fraction || !token.text.startsWith("0")) return null;
  let end = token.text.length;
  while (end > 0 && token.text[end - 1] === "0") end--;
  return token.text.slice(0, end);
}

function compareTokens(a: Token, b: Token): -1 | 0 | 1 {
  if (a.rank !== b.rank) return order(a.rank, b.rank);
  if (a.rank === RANK.letter) return order(a.text, b.text);
  const x = fractionOf(a);
  const y = fractionOf(b);
  if (x === null && y === null) return compareDigits(a.text, b.text);
  return order(x ?? a.text, y ?? b.text);
}

function writeToken(token: Token): void {
  const { rank, text } = token;
  keyWriter.byte(rank);
  const fraction = fractionOf(token);
  if (rank === RANK.letter) keyWriter.ascii(text, 0, text.length);
  else if (fraction === null) keyWriter.number(text, 0, text.length);
  else {
    // Below every number from 1 on, whose first byte is at least 01. Tags are below digits, so they end it.
    keyWriter.byte(0);
    keyWriter.ascii(fraction, 0, fraction.length);
  }
}

/** Gentoo package versions in the order of the Package Manager Specification, chapter 3. */
export const gentoo = parsedScheme("gentoo", {
  parse,
  write: (tokens) => {
    for (const token of tokens) writeToken(token);
  },
  compare: (left, right) => compareEach(left, right, compareTokens),
});
