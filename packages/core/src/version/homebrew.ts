import { bounded, compareDigits, compareEach, keyWriter, order } from "./key.ts";
import { parsedScheme } from "./scheme.ts";

const PATTERN = /^([!-~]+?)(?:_(\d+))?$/;

/** Homebrew's own scan: what it does not match only separates. `.post1` takes any character for the point. */
const TOKEN = /(alpha\d*|a\d+)|(beta\d*|b\d+)|(pre\d*)|(rc\d*)|(p\d*)|(.post\d+)|(\d+)|([a-z]+)/gi;

/** Kinds of tokens in ascending order, which are also tags of the key: before the end a prerelease, after it the rest. */
const RANK = { alpha: 1, beta: 2, pre: 3, rc: 4, end: 5, text: 6, patch: 7, post: 8, number: 9 } as const;

/** The rank of each group of `TOKEN`. */
const GROUPS = [RANK.alpha, RANK.beta, RANK.pre, RANK.rc, RANK.patch, RANK.post, RANK.number, RANK.text] as const;

interface Token {
  readonly rank: number;
  /** Letters of `text`, digits of all others. */
  readonly value: string;
}

interface HomebrewVersion {
  readonly tokens: readonly Token[];
  readonly revision: string;
}

/** A zero before a word or the end is as good as absent: 2.1.0-p194 is 2.1-p194. */
function dropZeros(tokens: Token[]): void {
  for (let last = tokens.at(-1); last?.rank === RANK.number && /^0+$/.test(last.value); last = tokens.at(-1))
    tokens.pop();
}

function parse(version: string): HomebrewVersion | null {
  const text = bounded(version);
  const match = text === null ? null : PATTERN.exec(text);
  if (match === null) return null;
  const [, upstream = "", revision = ""] = match;
  if (!/\d/.test(upstream)) return null;
  const tokens: Token[] = [];
  for (const found of upstream.matchAll(TOKEN)) {
    const group = GROUPS.findIndex((_, i) => found[i + 1] !== undefined);
    const rank = GROUPS[group] ?? RANK.text;
    if (rank !== RANK.number) dropZeros(tokens);
    const value = rank === RANK.text ? found[0].toLowerCase() : (/\d+/.exec(found[0])?.[0] ?? "");
    tokens.push({ rank, value });
  }
  dropZeros(tokens);
  tokens.push({ rank: RANK.end, value: "" });
  return { tokens, revision };
}

function compareTokens(a: Token, b: Token): -1 | 0 | 1 {
  if (a.rank !== b.rank) return order(a.rank, b.rank);
  return a.rank === RANK.text ? order(a.value, b.value) : compareDigits(a.value, b.value);
}

/**
 * Versions of Homebrew's formulae in the order of its `PkgVersion`: numbers, words before the release (`alpha`, `beta`,
 * `pre`, `rc`), words after it, then the revision of the formula (`1.14.1_2`). Without a digit a version does not parse.
 * One difference: Homebrew's walk ends too early to tell `1.0` from `1rc1`; here the release is above, as in `1.0rc1`.
 */
export const homebrew = parsedScheme("homebrew", {
  parse,
  write: (parsed) => {
    for (const { rank, value } of parsed.tokens) {
      keyWriter.byte(rank);
      if (rank === RANK.end) continue;
      if (rank !== RANK.text) keyWriter.number(value, 0, value.length);
      else {
        keyWriter.ascii(value, 0, value.length);
        keyWriter.byte(0);
      }
    }
    keyWriter.number(parsed.revision, 0, parsed.revision.length);
  },
  compare: (left, right) =>
    compareEach(left.tokens, right.tokens, compareTokens) || compareDigits(left.revision, right.revision),
});
