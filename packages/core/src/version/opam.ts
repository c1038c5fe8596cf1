import { comparePart, writePart } from "./dpkg.ts";
import { bounded, keyWriter } from "./key.ts";
import type { VersionScheme } from "./scheme.ts";

const PATTERN = /^[!-~]+$/;

interface OpamVersion {
  readonly upstream: string;
  readonly revision: string;
}

function parse(version: string): OpamVersion | null {
  const text = bounded(version);
  if (text === null || !PATTERN.test(text)) return null;
  const hyphen = text.lastIndexOf("-");
  return hyphen < 0
    ? { upstream: text, revision: "" }
    : { upstream: text.slice(0, hyphen), revision: text.slice(hyphen + 1) };
}

/**
 * OCaml package versions in opam's order: Debian's, without an epoch (`:` is a character like any other) and without
 * its demands on form. What follows the last hyphen is compared last; an absent revision is the same as `0`.
 */
export const opam: VersionScheme = {
  id: "opam",
  key(version) {
    const parsed = parse(version);
    if (parsed === null) return null;
    keyWriter.start();
    writePart(parsed.upstream);
    writePart(parsed.revision);
    return keyWriter.finish();
  },
  compare(a, b) {
    const left = parse(a);
    const right = parse(b);
    if (left === null || right === null) return null;
    return comparePart(left.upstream, right.upstream) || comparePart(left.revision, right.revision);
  },
};
