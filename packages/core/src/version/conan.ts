import { bounded, compareDigits, digitsEnd, isDigit, keyWriter, order } from "./key.ts";
import type { VersionScheme } from "./scheme.ts";

const PATTERN = /^[!-~]+$/;

/** No other scheme without a total order begins its keys with this byte. */
const KEY_SCHEME = 0xf9;
const KEY_END = 0x01;
const KEY_LOW_TEXT = 0x02;
const KEY_NUMBER = 0x03;
const KEY_TEXT = 0x04;
const KEY_ABSENT_PRE = 0x02;
const KEY_ABSENT_BUILD = 0x01;
const KEY_PRESENT_PRE = 0x01;
const KEY_PRESENT_BUILD = 0x02;

interface Conan {
  /** Without the zeros at the end, which do not count. */
  readonly items: readonly string[];
  readonly pre: readonly string[] | null;
  readonly build: readonly string[] | null;
}

function isNumber(item: string): boolean {
  return item !== "" && digitsEnd(item, 0, item.length) === item.length;
}

function itemsOf(text: string): string[] {
  const items = text.split(".");
  while (items.length > 0 && /^0+$/.test(items.at(-1) as string)) items.pop();
  return items;
}

/** Build after the last `+`, then prerelease after the first `-`. */
function parse(version: string): Conan | null {
  const text = bounded(version);
  if (text === null || !PATTERN.test(text)) return null;
  const plus = text.lastIndexOf("+");
  const rest = plus < 0 ? text : text.slice(0, plus);
  const hyphen = rest.indexOf("-");
  return {
    items: itemsOf(hyphen < 0 ? rest : rest.slice(0, hyphen)),
    pre: hyphen < 0 ? null : itemsOf(rest.slice(hyphen + 1)),
    build: plus < 0 ? null : itemsOf(text.slice(plus + 1)),
  };
}

/** Numbers by value, all else as text: 2 < 10 < `1a` < 2 is why the order is not transitive. */
function compareItem(a: string, b: string): -1 | 0 | 1 {
  const aIsNumber = isNumber(a);
  const bIsNumber = isNumber(b);
  if (aIsNumber && bIsNumber) return compareDigits(a, b);
  return order(aIsNumber ? plain(a) : a, bIsNumber ? plain(b) : b);
}

/** A number as text has no zeros before it. */
function plain(digits: string): string {
  return digits.replace(/^0+(?=.)/, "");
}

function compareItems(a: readonly string[], b: readonly string[]): -1 | 0 | 1 {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const result = compareItem(a[i] as string, b[i] as string);
    if (result !== 0) return result;
  }
  return order(a.length, b.length);
}

function compareOptional(a: readonly string[] | null, b: readonly string[] | null, absent: -1 | 1): -1 | 0 | 1 {
  if (a !== null && b !== null) return compareItems(a, b);
  return order(a === null ? absent : 0, b === null ? absent : 0);
}

/** False when an item begins with a digit and is no number: such items have no place among numbers. */
function hasPlace({ items, pre, build }: Conan): boolean {
  return [items, pre ?? [], build ?? []].every((list) =>
    list.every((item) => !isDigit(item.charCodeAt(0)) || isNumber(item)),
  );
}

function writeItems(items: readonly string[]): void {
  for (const item of items) {
    if (isNumber(item)) {
      keyWriter.byte(KEY_NUMBER);
      keyWriter.number(item, 0, item.length);
    } else {
      keyWriter.byte(item < "0" ? KEY_LOW_TEXT : KEY_TEXT);
      keyWriter.ascii(item, 0, item.length);
      keyWriter.byte(0);
    }
  }
  keyWriter.byte(KEY_END);
}

function writeOptional(items: readonly string[] | null, absent: number, present: number): void {
  keyWriter.byte(items === null ? absent : present);
  if (items !== null) writeItems(items);
}

/** Conan package versions in the order of Conan 2. Versions with an item such as `1a` have no key. */
export const conan: VersionScheme = {
  id: "conan",
  isTotal: false,
  key(version) {
    const parsed = parse(version);
    if (parsed === null || !hasPlace(parsed)) return null;
    keyWriter.start();
    keyWriter.byte(KEY_SCHEME);
    writeItems(parsed.items);
    writeOptional(parsed.pre, KEY_ABSENT_PRE, KEY_PRESENT_PRE);
    writeOptional(parsed.build, KEY_ABSENT_BUILD, KEY_PRESENT_BUILD);
    return keyWriter.finish();
  },
  compare(a, b) {
    const left = parse(a);
    const right = parse(b);
    if (left === null || right === null) return null;
    return (
      compareItems(left.items, right.items) ||
      compareOptional(left.pre, right.pre, 1) ||
      compareOptional(left.build, right.build, -1)
    );
  },
};
