import { bounded, compareDigits, digitsEnd, isDigit, keyWriter, order } from "./key.ts";
import { parsedScheme } from "./scheme.ts";

/** The grammar of PEP 440, appendix B, on lower-cased text. */
const PATTERN =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/;

/** Ranks of the phase before a release. They are also the bytes of the key. */
const PHASE = { devOnly: 1, alpha: 2, beta: 3, candidate: 4, final: 5 } as const;

const KEY_END = 0x00;
const KEY_MORE = 0x01;
const KEY_ABSENT_POST = 0x01;
const KEY_POST = 0x02;
const KEY_DEV = 0x01;
const KEY_ABSENT_DEV = 0x02;
const KEY_LOCAL_TEXT = 0x01;
const KEY_LOCAL_NUMBER = 0x02;

interface Pep440 {
  readonly epoch: string;
  /** Without the zeros at its end, which do not count; at least one number. */
  readonly release: string;
  readonly phase: number;
  readonly phaseNumber: string;
  /** Absent: no such segment. Empty: an implied 0. */
  readonly post: string | undefined;
  readonly dev: string | undefined;
  readonly local: string;
}

function phaseOf(letters: string | undefined, hasPost: boolean, hasDev: boolean): number {
  if (letters === undefined) return hasDev && !hasPost ? PHASE.devOnly : PHASE.final;
  if (letters.startsWith("a")) return PHASE.alpha;
  return letters.startsWith("b") ? PHASE.beta : PHASE.candidate;
}

function withoutTrailingZeros(release: string): string {
  let end = release.length;
  for (let at = end; at > 0;) {
    let start = at;
    while (start > 0 && release[start - 1] === "0") start--;
    if (start === at || start === 0 || release[start - 1] !== ".") break;
    end = start - 1;
    at = end;
  }
  return release.slice(0, end);
}

function parse(version: string): Pep440 | null {
  const text = bounded(version);
  const match = text === null ? null : PATTERN.exec(text.toLowerCase());
  if (match === null) return null;
  const post = match[5] ?? (match[6] === undefined ? undefined : (match[7] ?? ""));
  const dev = match[8] === undefined ? undefined : (match[9] ?? "");
  return {
    epoch: match[1] ?? "",
    release: withoutTrailingZeros(match[2] ?? ""),
    phase: phaseOf(match[3], post !== undefined, dev !== undefined),
    phaseNumber: match[4] ?? "",
    post,
    dev,
    local: match[10] ?? "",
  };
}

function compareLists(
  a: readonly string[],
  b: readonly string[],
  compareOne: (x: string, y: string) => -1 | 0 | 1,
): -1 | 0 | 1 {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const result = compareOne(a[i] as string, b[i] as string);
    if (result !== 0) return result;
  }
  return order(a.length, b.length);
}

/** `absentRank` says on which side of every number an absent segment stands. */
function compareOptional(a: string | undefined, b: string | undefined, absentRank: -1 | 1): -1 | 0 | 1 {
  if (a !== undefined && b !== undefined) return compareDigits(a, b);
  return order(a === undefined ? absentRank : 0, b === undefined ? absentRank : 0);
}

function compareLocalPart(a: string, b: string): -1 | 0 | 1 {
  const aIsNumber = digitsEnd(a, 0, a.length) === a.length;
  const bIsNumber = digitsEnd(b, 0, b.length) === b.length;
  if (aIsNumber !== bIsNumber) return aIsNumber ? 1 : -1;
  return aIsNumber ? compareDigits(a, b) : order(a, b);
}

function localParts(local: string): string[] {
  return local === "" ? [] : local.split(/[-_.]/);
}

function writeOptional(digits: string | undefined, present: number, absent: number): void {
  keyWriter.byte(digits === undefined ? absent : present);
  if (digits !== undefined) keyWriter.number(digits, 0, digits.length);
}

function writeRelease(release: string): void {
  for (let at = 0; at < release.length; at++) {
    if (at > 0) keyWriter.byte(KEY_MORE);
    const end = digitsEnd(release, at, release.length);
    keyWriter.number(release, at, end);
    at = end;
  }
  keyWriter.byte(KEY_END);
}

function writeLocal(local: string): void {
  for (const part of localParts(local)) {
    if (isDigit(part.charCodeAt(0)) && digitsEnd(part, 0, part.length) === part.length) {
      keyWriter.byte(KEY_LOCAL_NUMBER);
      keyWriter.number(part, 0, part.length);
    } else {
      keyWriter.byte(KEY_LOCAL_TEXT);
      keyWriter.ascii(part, 0, part.length);
      keyWriter.byte(KEY_END);
    }
  }
  keyWriter.byte(KEY_END);
}

/** Python package versions in the order of PEP 440. Legacy versions, which it refuses, do not parse. */
export const pep440 = parsedScheme("pep440", {
  parse,
  write: (parsed) => {
    keyWriter.number(parsed.epoch, 0, parsed.epoch.length);
    writeRelease(parsed.release);
    keyWriter.byte(parsed.phase);
    keyWriter.number(parsed.phaseNumber, 0, parsed.phaseNumber.length);
    writeOptional(parsed.post, KEY_POST, KEY_ABSENT_POST);
    writeOptional(parsed.dev, KEY_DEV, KEY_ABSENT_DEV);
    writeLocal(parsed.local);
  },
  compare: (left, right) =>
    compareDigits(left.epoch, right.epoch) ||
    compareLists(left.release.split("."), right.release.split("."), compareDigits) ||
    order(left.phase, right.phase) ||
    compareDigits(left.phaseNumber, right.phaseNumber) ||
    compareOptional(left.post, right.post, -1) ||
    compareOptional(left.dev, right.dev, 1) ||
    compareLists(localParts(left.local), localParts(right.local), compareLocalPart),
});
