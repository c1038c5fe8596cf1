import { comparePart, writePart } from "./dpkg.ts";
import { bounded } from "./key.ts";
import { parsedScheme } from "./scheme.ts";

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
export const opam = parsedScheme("opam", {
  parse,
  write: (parsed) => {
    writePart(parsed.upstream);
    writePart(parsed.revision);
  },
  compare: (left, right) => comparePart(left.upstream, right.upstream) || comparePart(left.revision, right.revision),
});
