import { bounded, compareDigits, keyWriter, order } from "./key.ts";
import { parsedScheme } from "./scheme.ts";

/** `<PORTVERSION>_<PORTREVISION>,<PORTEPOCH>`: printable ASCII. */
const PATTERN = /^([!-~]+?)(?:_(\d+))?(?:,(\d+))?$/;
/** What freebsd-version(1) prints of the base system, whose patch level vuxml writes as a revision: `14.3_1`. */
const BASE = /^(\d+\.\d+)-RELEASE(?:-p(\d+))?$/;
/** Words that open a component of their own, before their letter's place in the alphabet; `pl` is before every letter. */
const STAGE = /^(pl|alpha|beta|pre|rc)(?![a-z])/i;
const STAR = -2;
const NO_NUMBER = -1;

/** A number, a letter (0: none, 1: a) and a patch level. A negative number has no digits: `*` or a letter alone. */
interface Component {
  readonly number: string | typeof STAR | typeof NO_NUMBER;
  readonly letter: number;
  /** Null: no digits after the letter, which is below zero. */
  readonly patch: string | null;
}

interface FreebsdVersion {
  readonly epoch: string;
  /** Parts between `+`, without zeros at the end of each and without empty ones at the end. */
  readonly blocks: readonly (readonly Component[])[];
  readonly revision: string;
}

const ZERO: Component = { number: "0", letter: 0, patch: "0" };

/** Reads one component at `at`, which is no `+`, and the separators after it. Source: get_component of libpkg's pkg_version.c. */
function componentAt(text: string, at: number): { component: Component; next: number } {
  const digits = /^\d+/.exec(text.slice(at))?.[0];
  let next = at + (digits?.length ?? 0);
  let number: Component["number"] = digits ?? NO_NUMBER;
  if (digits === undefined && text[at] === "*") {
    number = STAR;
    next = text.length;
  }
  let letter = 0;
  let patch: string | null = "0";
  const word = /^[a-z]+/i.exec(text.slice(next))?.[0];
  const stage = word === undefined || word.length < 2 ? null : STAGE.exec(text.slice(next));
  if (word !== undefined && !(stage !== null && digits !== undefined)) {
    letter = stage?.[0].toLowerCase() === "pl" ? 0 : (word.toLowerCase().codePointAt(0) ?? 0) - 0x60;
    next += word.length;
    patch = /^\d+/.exec(text.slice(next))?.[0] ?? null;
    next += patch?.length ?? 0;
  }
  while (next < text.length && !/[a-z\d*]/i.test(text[next] as string)) next++;
  return { component: { number, letter, patch }, next };
}

function blockOf(text: string): Component[] {
  const components: Component[] = [];
  for (let at = 0; at < text.length;) {
    const { component, next } = componentAt(text, at);
    components.push(component);
    at = next;
  }
  while (components.length > 0 && compareComponents(components.at(-1), undefined) === 0) components.pop();
  return components;
}

function parse(version: string): FreebsdVersion | null {
  const text = bounded(version)?.replace(BASE, (_, release: string, level?: string) => `${release}_${level ?? "0"}`);
  const match = text === undefined ? null : PATTERN.exec(text);
  if (match === null) return null;
  const [, upstream = "", revision = "0", epoch = "0"] = match;
  if (!/[a-z\d*]/i.test(upstream)) return null;
  const blocks = upstream.split("+").map(blockOf);
  while (blocks.length > 0 && blocks.at(-1)?.length === 0) blocks.pop();
  return { epoch, blocks, revision };
}

const rankOf = ({ number }: Component): number => (typeof number === "number" ? number : 0);

function compareComponents(a: Component = ZERO, b: Component = ZERO): -1 | 0 | 1 {
  if (rankOf(a) !== rankOf(b)) return order(rankOf(a), rankOf(b));
  const numbers = typeof a.number === "string" ? compareDigits(a.number, b.number as string) : 0;
  if (numbers !== 0) return numbers;
  if (a.letter !== b.letter) return order(a.letter, b.letter);
  if (a.patch === null || b.patch === null) return order(Number(a.patch !== null), Number(b.patch !== null));
  return compareDigits(a.patch, b.patch);
}

/** -1 and 1: below and above what is absent. */
const signOf = (components: readonly Component[]): -1 | 0 | 1 => {
  for (const component of components) {
    const sign = compareComponents(component, undefined);
    if (sign !== 0) return sign;
  }
  return 0;
};

/** Order of a key's marks: what is below the end, the end, what is above it. */
const MARK = { below: 1, end: 2, above: 3 } as const;

/** Marks something after `skipped` that are as good as absent: the fewer, the farther it is from the end, on either side. */
function mark(sign: -1 | 0 | 1, skipped: number): void {
  const distance = sign < 0 ? skipped : 0xffff - skipped;
  keyWriter.byte(sign < 0 ? MARK.below : MARK.above);
  keyWriter.byte(distance >> 8);
  keyWriter.byte(distance & 0xff);
}

function writeBlock(components: readonly Component[]): void {
  let skipped = 0;
  for (const { number, letter, patch } of components) {
    const sign = signOf([{ number, letter, patch }]);
    if (sign === 0) {
      skipped++;
      continue;
    }
    mark(sign, skipped);
    skipped = 0;
    keyWriter.byte(typeof number === "number" ? number + 3 : 3);
    if (typeof number === "string") keyWriter.number(number, 0, number.length);
    keyWriter.byte(letter);
    keyWriter.byte(patch === null ? 1 : 2);
    if (patch !== null) keyWriter.number(patch, 0, patch.length);
  }
  keyWriter.byte(MARK.end);
}

/**
 * Versions of FreeBSD's packages in the order of pkg(8): epoch after the comma, components of number, letter and patch level, revision
 * of the port after the underscore. What is absent is 0, a letter alone is below it: 10.a = 10alpha < 10 = 10.0 < 10a. A `+` begins a
 * part of its own. Of the base system, `14.3-RELEASE-p1` is `14.3_1`.
 */
export const freebsd = parsedScheme("freebsd", {
  parse,
  write: (parsed) => {
    keyWriter.number(parsed.epoch, 0, parsed.epoch.length);
    let skipped = 0;
    for (const block of parsed.blocks) {
      const sign = signOf(block);
      if (sign === 0) {
        skipped++;
        continue;
      }
      mark(sign, skipped);
      skipped = 0;
      writeBlock(block);
    }
    keyWriter.byte(MARK.end);
    keyWriter.number(parsed.revision, 0, parsed.revision.length);
  },
  compare: (left, right) => {
    const epochs = compareDigits(left.epoch, right.epoch);
    if (epochs !== 0) return epochs;
    for (let i = 0; i < Math.max(left.blocks.length, right.blocks.length); i++) {
      const [x = [], y = []] = [left.blocks[i], right.blocks[i]];
      for (let n = 0; n < Math.max(x.length, y.length); n++) {
        const result = compareComponents(x[n], y[n]);
        if (result !== 0) return result;
      }
    }
    return compareDigits(left.revision, right.revision);
  },
});
