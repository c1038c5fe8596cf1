import { bounded, isDigit } from "./key.ts";

/** Printable ASCII without what Maven's model validation forbids in a version, white space and `${…}`. */
const PATTERN = /^[!#-'+.0-9;=@-Z^-z~-]*$/;

/** Qualifiers in ascending order; a word that is not here ranks above them and orders by its letters. */
const QUALIFIERS = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];
/** Rank of a word that says no more than that this is the release. */
export const RELEASE_RANK = QUALIFIERS.indexOf("");
/** Rank of every word that is no qualifier. */
export const UNKNOWN_RANK = QUALIFIERS.length;
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["cr", "rc"],
  ["ga", ""],
  ["final", ""],
  ["release", ""],
]);
/** One letter that stands for a qualifier where a digit follows: `1.0b2`. */
const SHORT: ReadonlyMap<string, string> = new Map([
  ["a", "alpha"],
  ["b", "beta"],
  ["m", "milestone"],
]);

/** A number: `word` is null. A word: `digits` are those right after it, or null. */
export interface Token {
  readonly word: { readonly rank: number; readonly name: string } | null;
  readonly digits: string | null;
}

/** Maven's list of items. A sublist, which `-` and the change from digits to letters open, is always the last item. */
export interface List {
  tokens: Token[];
  sublist: List | null;
}

/** What stands at one place of a list. */
export type Item = Token | List;

const ZERO: Token = { word: null, digits: "0" };

/** True for a sublist. */
export function isList(item: Item): item is List {
  return "tokens" in item;
}

function tokenOf(text: string, isNumber: boolean): Token {
  const from = text.search(/\d/);
  if (isNumber && from === 0) return { word: null, digits: text.replace(/^0+(?=.)/, "") };
  const letters = from < 0 ? text : text.slice(0, from).replace("-", "");
  const full = from < 0 ? letters : (SHORT.get(letters) ?? letters);
  const name = ALIASES.get(full) ?? full;
  const known = QUALIFIERS.indexOf(name);
  return { word: { rank: known < 0 ? UNKNOWN_RANK : known, name }, digits: from < 0 ? null : text.slice(from) };
}

/** Splits as Maven does; the lists are returned from the outermost in. */
function split(text: string): List[] {
  let list: List = { tokens: [], sublist: null };
  const lists = [list];
  const push = (from: number, to: number): void => {
    list.tokens.push(from === to ? ZERO : tokenOf(text.slice(from, to), isDigit(text.charCodeAt(to - 1))));
  };
  const descend = (): void => {
    if (list.tokens.length === 0) return;
    list = list.sublist = { tokens: [], sublist: null };
    lists.push(list);
  };
  let start = 0;
  let inDigits = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === ".") {
      push(start, i);
      start = i + 1;
    } else if (char === "-") {
      // `rc-1` is `rc1`: the word goes on.
      if (i > start && !inDigits && isDigit(text.charCodeAt(i + 1))) continue;
      push(start, i);
      start = i + 1;
      descend();
    } else if (isDigit(text.charCodeAt(i))) {
      if (!inDigits && i > start) descend();
      inDigits = true;
    } else {
      if (inDigits && i > start) {
        push(start, i);
        start = i;
        descend();
      }
      inDigits = false;
    }
  }
  if (text.length > start) {
    if (!inDigits) descend();
    push(start, text.length);
  }
  return lists;
}

function isZero(token: Token): boolean {
  return token.word === null && token.digits === "0";
}

/** Drops zeros that mean nothing: at the end, before a plain word, and before a sublist that begins with a word. */
function normalize(list: List): void {
  if (list.sublist?.tokens.length === 0) list.sublist = null;
  const kept: Token[] = [];
  let beforeWord = list.sublist === null || list.sublist.tokens[0]?.word !== null;
  for (const token of list.tokens.toReversed()) {
    if (isZero(token) && beforeWord) continue;
    beforeWord = token.word !== null && token.digits === null;
    kept.push(token);
  }
  list.tokens = kept.reverse();
  if (kept.length > 0 || list.sublist === null) return;
  list.tokens = list.sublist.tokens;
  list.sublist = list.sublist.sublist;
}

/** The outermost list of a version as ComparableVersion reads it, or null when it does not parse. */
export function parseMaven(version: string): List | null {
  const text = bounded(version);
  if (text === null || !PATTERN.test(text) || !/\d/.test(text)) return null;
  const lists = split(text.toLowerCase());
  for (const list of lists.toReversed()) normalize(list);
  return lists[0] as List;
}
