import { schemeFor } from "@zerotrace/core";
import { normalizePython } from "../../extractors/python-requirement.ts";

/** One pin of a requirements file. */
export interface Pin {
  /** Its first line, from 0. */
  readonly line: number;
  /** Lines that it has, with those after a backslash. */
  readonly lineCount: number;
  /** `==1.0` */
  readonly specifier: string;
  readonly hasHashes: boolean;
}

/** Longer lines are no pins (UTF-16 units). */
const MAX_LINE = 8192;
const PIN =
  /^([ \t]{0,64})([A-Za-z0-9][A-Za-z0-9._-]*)([ \t]{0,16}(?:\[[^\]]*\])?[ \t]{0,16}\(?[ \t]{0,16})(={2,3}[ \t]{0,16})([A-Za-z0-9][\w.!+-]*)/;
const HASH = /^\s--hash[= ]\S+/;

const same = (a: string, b: string): boolean => a === b || schemeFor("PyPI")?.compare(a, b) === 0;

/** Where a text pins a package to a version. Linear. */
export const pinsIn = (text: string, name: string, version: string): Pin[] => {
  const wanted = normalizePython(name);
  const lines = text.split("\n");
  const pins: Pin[] = [];
  for (let at = 0; at < lines.length; at++) {
    const found = lines[at]!.length > MAX_LINE ? null : PIN.exec(lines[at]!);
    if (found === null || normalizePython(found[2]!) !== wanted || !same(found[5]!, version)) continue;
    let lineCount = 1;
    while (/\\\s*$/.test(lines[at + lineCount - 1]!) && at + lineCount < lines.length) lineCount++;
    const whole = lines.slice(at, at + lineCount).join("\n");
    pins.push({ line: at, lineCount, specifier: found[4]!.trim() + found[5]!, hasHashes: /--hash[= ]/.test(whole) });
    at += lineCount - 1;
  }
  return pins;
};

/** The text with another version pinned, without the hashes of the old one; null when no such pin is there. */
export const withPin = (text: string, name: string, from: string, to: string): string | null => {
  const pins = pinsIn(text, name, from);
  if (pins.length === 0) return pinsIn(text, name, to).length > 0 ? text : null;
  const lines = text.split("\n");
  for (const { line, lineCount } of [...pins].reverse()) {
    const [first = "", ...rest] = lines.slice(line, line + lineCount);
    const pinned = first.replace(
      PIN,
      (_, space: string, as: string, middle: string, op: string) => space + as + middle + op + to,
    );
    const kept = [pinned, ...rest].map(withoutHashes).filter((one, at) => at === 0 || one.trim() !== "");
    lines.splice(line, lineCount, ...kept.map((one, at) => (at < kept.length - 1 ? `${one} \\` : one)));
  }
  return lines.join("\n");
};

/** A line without `--hash=…` and without the backslash at its end. */
const withoutHashes = (line: string): string => {
  if (!line.includes("--hash") && !line.trimEnd().endsWith("\\")) return line;
  const end = line.endsWith("\r") ? "\r" : "";
  const bare = ` ${line.trimEnd().replace(/\\$/, "")}`;
  const pieces = bare.split(/(?=\s--hash[= ])/).map((piece) => piece.replace(HASH, ""));
  return pieces.join("").slice(1).trimEnd() + end;
};
