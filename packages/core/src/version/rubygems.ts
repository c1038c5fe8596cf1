import { bounded, compareDigits, isDigit, keyWriter, order } from "./key.ts";
import { parsedScheme } from "./scheme.ts";

const PATTERN = /^\d+(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;
/** `1.13.0-x86_64-linux`, `1.13.0-java`: Bundler and some tools write the platform of a built gem behind its version. */
const PLATFORM =
  /^([^-]+)-(?:java|jruby|(?:x86|x64|x86_64|i[3-6]86|arm|arm64|armv\d[a-z]?|aarch64|universal|ppc64le|powerpc64le|riscv64|s390x)-[a-z][\w-]*)$/i;
const SEGMENT = /\d+|[A-Za-z]+/g;

const KEY_TEXT = 0x01;
const KEY_END = 0x02;
const KEY_NUMBER = 0x03;

/** Runs of zeros up to this length are written in one byte. */
const SHORT_ZERO_RUN = 0xef;

/** Segments as Gem::Version splits them: `-` means `.pre.`, digits and letters part, zeros at an end go. */
function parse(version: string): string[] | null {
  const whole = bounded(version);
  const text = whole === null ? null : (PLATFORM.exec(whole)?.[1] ?? whole);
  if (text === null || !PATTERN.test(text)) return null;
  const segments = text.replaceAll("-", ".pre.").match(SEGMENT) ?? [];
  const firstText = segments.findIndex((segment) => !isNumber(segment));
  if (firstText < 0) return withoutTrailingZeros(segments);
  return [...withoutTrailingZeros(segments.slice(0, firstText)), ...withoutTrailingZeros(segments.slice(firstText))];
}

function isNumber(segment: string): boolean {
  return isDigit(segment.charCodeAt(0));
}

function isZero(segment: string): boolean {
  return /^0+$/.test(segment);
}

function withoutTrailingZeros(segments: readonly string[]): string[] {
  let end = segments.length;
  while (end > 0 && isZero(segments[end - 1] as string)) end--;
  return segments.slice(0, end);
}

/** Letters sort before numbers; what is not there is 0. */
function compareSegments(a: string, b: string): -1 | 0 | 1 {
  const aIsNumber = isNumber(a);
  if (aIsNumber !== isNumber(b)) return aIsNumber ? 1 : -1;
  return aIsNumber ? compareDigits(a, b) : order(a, b);
}

/**
 * The end of a version is an endless run of zeros. So zeros are not written: what follows them is, with their
 * count. Letters are below the end, the sooner the lower; other numbers above it, the sooner the higher.
 */
function writeSegments(segments: readonly string[]): void {
  let zeroCount = 0;
  for (const segment of segments) {
    if (isZero(segment)) {
      zeroCount++;
    } else if (isNumber(segment)) {
      keyWriter.byte(KEY_NUMBER);
      writeInverse(zeroCount);
      keyWriter.number(segment, 0, segment.length);
      zeroCount = 0;
    } else {
      keyWriter.byte(KEY_TEXT);
      const digits = String(zeroCount);
      keyWriter.number(digits, 0, digits.length);
      keyWriter.ascii(segment, 0, segment.length);
      keyWriter.byte(0);
      zeroCount = 0;
    }
  }
  keyWriter.byte(KEY_END);
}

/** Writes a count of at most 65,535 so that a larger one sorts first. */
function writeInverse(count: number): void {
  if (count <= SHORT_ZERO_RUN) {
    keyWriter.byte(0xff - count);
    return;
  }
  keyWriter.byte(0);
  keyWriter.byte((0xffff - count) >> 8);
  keyWriter.byte((0xffff - count) & 0xff);
}

/** Ruby gem versions in the order of Gem::Version. A platform behind the version takes no part. */
export const rubygems = parsedScheme("rubygems", {
  parse,
  write: writeSegments,
  compare: (left, right) => {
    for (let i = 0; i < Math.max(left.length, right.length); i++) {
      const result = compareSegments(left[i] ?? "0", right[i] ?? "0");
      if (result !== 0) return result;
    }
    return 0;
  },
});
