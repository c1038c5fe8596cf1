import { bounded, keyWriter, order } from "./key.ts";
import { parsedScheme } from "./scheme.ts";

/** RFC 3339, section 5.6. */
const PATTERN =
  /^(\d{4})-(0[1-9]|1[0-2])-(\d\d)[Tt ]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/** Added to seconds since 1970 so that every year from 0 on is positive and takes six bytes. */
const SECONDS_BASE = 2 ** 40;
const KEY_SECONDS_BYTES = 6;

interface Instant {
  /** Since 1970, in seconds; a leap second is the first of the next minute. */
  readonly seconds: number;
  /** Digits after the point, without zeros at the end. */
  readonly fraction: string;
}

function parse(version: string): Instant | null {
  const text = bounded(version);
  const match = text === null ? null : PATTERN.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCDate() !== day) return null;
  const offset = (Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0)) * (match[8] === "-" ? -60 : 60);
  return {
    seconds: date.getTime() / 1000 + hour * 3600 + minute * 60 + second - offset,
    fraction: withoutTrailingZeros(match[7] ?? ""),
  };
}

function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === "0") end--;
  return digits.slice(0, end);
}

/** Timestamps of RFC 3339 as versions, ordered by their instant whatever the offset. */
export const datetime = parsedScheme("datetime", {
  parse,
  write: (instant) => {
    const positive = instant.seconds + SECONDS_BASE;
    for (let i = KEY_SECONDS_BYTES - 1; i >= 0; i--) keyWriter.byte(Math.floor(positive / 256 ** i) & 0xff);
    keyWriter.ascii(instant.fraction, 0, instant.fraction.length);
  },
  compare: (left, right) => order(left.seconds, right.seconds) || order(left.fraction, right.fraction),
});
