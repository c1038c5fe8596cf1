import { compareDigits, keyWriter, order } from "./key.ts";
import { isList, type Item, type List, parseMaven, RELEASE_RANK, type Token, UNKNOWN_RANK } from "./maven-items.ts";
import { parsedScheme } from "./scheme.ts";

/**
 * First bytes of what may stand at one place of a version, in ascending order; words before a release are their rank + 1.
 * A release word is no more than nothing is; only what follows tells them apart.
 */
const KEY_RELEASE = RELEASE_RANK + 1;
const KEY_END = 0x10;
const KEY_RELEASE_ABOVE = 0x11;
const KEY_RELEASE_NUMBER = 0x12;
const KEY_SUBLIST = 0x20;
const KEY_NUMBER = 0x21;
/** Of the number right after a word. */
const KEY_ABSENT = 0x01;
const KEY_PRESENT = 0x02;
/** How a word goes on: in its sublist or in its list, and to which side of nothing. */
const KEY_SUBLIST_BELOW = 0x01;
const KEY_LIST_BELOW = 0x02;
const KEY_NO_MORE = 0x03;
const KEY_LIST_ABOVE = 0x04;
const KEY_SUBLIST_ABOVE = 0x05;

function itemAt(list: List, at: number): Item | null {
  return list.tokens[at] ?? (at === list.tokens.length ? list.sublist : null);
}

function negative(result: -1 | 0 | 1): -1 | 0 | 1 {
  return (0 - result || 0) as -1 | 0 | 1;
}

/** Of a number or a word against nothing. */
function signOfToken({ word, digits }: Token): -1 | 0 | 1 {
  if (word === null || word.rank === RELEASE_RANK) return compareDigits(digits ?? "0", "0");
  return order(word.rank, RELEASE_RANK);
}

/** Of the items from `at` on against nothing: the first that is not equal to nothing decides. */
function signFrom(list: List, at: number): -1 | 0 | 1 {
  let from = at;
  for (let rest: List | null = list; rest !== null; rest = rest.sublist, from = 0) {
    for (let i = from; i < rest.tokens.length; i++) {
      const sign = signOfToken(rest.tokens[i] as Token);
      if (sign !== 0) return sign;
    }
  }
  return 0;
}

function compareTokens(a: Token, b: Token): -1 | 0 | 1 {
  if (a.word === null || b.word === null) {
    if (a.word === null && b.word === null) return compareDigits(a.digits ?? "", b.digits ?? "");
    return a.word === null ? 1 : -1;
  }
  const byWord = order(a.word.rank, b.word.rank) || order(a.word.name, b.word.name);
  if (byWord !== 0) return byWord;
  if (a.digits !== null && b.digits !== null) return compareDigits(a.digits, b.digits);
  // A word is below the same word with a number, save for the release: there it is 0.
  const absent = a.word.rank === RELEASE_RANK ? 0 : -1;
  return order(a.digits === null ? absent : Number(a.digits) || 0, b.digits === null ? absent : Number(b.digits) || 0);
}

function compareItems(a: Item | null, b: Item | null): -1 | 0 | 1 {
  if (a === null || b === null) {
    if (a !== null) return isList(a) ? signFrom(a, 0) : signOfToken(a);
    return b === null ? 0 : negative(compareItems(b, a));
  }
  if (isList(a)) return isList(b) ? compareLists(a, b) : compareListToToken(a, b);
  return isList(b) ? negative(compareListToToken(b, a)) : compareTokens(a, b);
}

function compareListToToken(list: List, token: Token): -1 | 0 | 1 {
  if (token.word === null) return -1;
  return compareItems(itemAt(list, 0), token) || signFrom(list, 1);
}

function compareLists(a: List, b: List): -1 | 0 | 1 {
  for (let i = 0; i <= Math.max(a.tokens.length, b.tokens.length); i++) {
    const result = compareItems(itemAt(a, i), itemAt(b, i));
    if (result !== 0) return result;
  }
  return 0;
}

/** Writes a word and how it goes on; `rest` is the sign of what follows. False when nothing follows that counts. */
function writeWord({ word, digits }: Token, inSublist: boolean, rest: -1 | 0 | 1): boolean {
  const { rank, name } = word as NonNullable<Token["word"]>;
  if (rank === RELEASE_RANK && compareDigits(digits ?? "", "") === 0) {
    keyWriter.byte(rest < 0 ? KEY_RELEASE : rest === 0 ? KEY_END : KEY_RELEASE_ABOVE);
    if (rest === 0) return false;
  } else {
    keyWriter.byte(rank < RELEASE_RANK ? rank + 1 : KEY_RELEASE_NUMBER + rank - RELEASE_RANK);
    if (rank === UNKNOWN_RANK) {
      keyWriter.ascii(name, 0, name.length);
      keyWriter.byte(0);
    }
    keyWriter.byte(digits === null ? KEY_ABSENT : KEY_PRESENT);
    if (digits !== null) keyWriter.number(digits, 0, digits.length);
  }
  if (rest === 0) keyWriter.byte(KEY_NO_MORE);
  else if (rest < 0) keyWriter.byte(inSublist ? KEY_SUBLIST_BELOW : KEY_LIST_BELOW);
  else keyWriter.byte(inSublist ? KEY_SUBLIST_ABOVE : KEY_LIST_ABOVE);
  return rest !== 0;
}

/**
 * A word compares alike as an item and as the head of a sublist. After equal words the rest of a sublist counts against
 * nothing, and so does the rest of the list against a sublist: hence a sublist that goes below nothing comes first, one
 * that goes above it last, and what follows in the list is between them.
 */
function writeList(outermost: List): void {
  let list = outermost;
  let at = 0;
  for (let item = itemAt(list, at); item !== null; item = itemAt(list, at)) {
    const inSublist = isList(item);
    if (isList(item)) [list, at] = [item, 0];
    const head = list.tokens[at++] as Token;
    if (head.word !== null) {
      if (!writeWord(head, inSublist, signFrom(list, at))) return;
    } else if (head.digits !== null) {
      keyWriter.byte(inSublist ? KEY_SUBLIST : KEY_NUMBER);
      keyWriter.number(head.digits, 0, head.digits.length);
    }
  }
  keyWriter.byte(KEY_END);
}

/**
 * Maven versions in the order of ComparableVersion as of Maven 4. Earlier releases differ in rare mixtures of words and
 * numbers, and their order is not transitive there; this one is total. What a POM may not have as a version, or what has
 * no digit, does not parse.
 */
export const maven = parsedScheme("maven", {
  parse: parseMaven,
  write: writeList,
  compare: compareLists,
});
