import { bounded } from "./key.ts";
import { packagist } from "./packagist.ts";
import type { VersionScheme } from "./scheme.ts";

/** One to four numbers and what Composer knows behind them; more is left as it stands. */
const CLASSICAL =
  /^v?(\d{1,5})(\.\d+)?(\.\d+)?(\.\d+)?(?:[._-]?(?:(stable|beta|b|rc|alpha|a|patch|pl|p)((?:[.-]?\d+(?:[.-]\d+)*)?)))?([.-]?dev)?$/i;

/** Composer's words for stages, in the spelling that the order of `packagist` knows. */
const STAGES: Readonly<Record<string, string>> = { stable: "", b: "beta", rc: "RC", a: "alpha", pl: "p", patch: "p" };

/** The version with four numbers as Composer compares it; null for a branch, which has no place among numbers, and for PHP's `#`. */
function normalized(version: string): string | null {
  const text = bounded(version)?.replace(/\+.*$/s, "") ?? null;
  if (text === null || text.startsWith("dev-") || text.includes("#")) return null;
  const found = CLASSICAL.exec(text);
  if (found === null) return text;
  const [, major = "", minor = ".0", patch = ".0", fourth = ".0", word, count = "", dev] = found;
  const stage = word?.toLowerCase() ?? "";
  const known = Object.hasOwn(STAGES, stage) ? STAGES[stage]! : stage;
  return `${major}${minor}${patch}${fourth}${known === "" ? "" : `-${known}${count}`}${dev === undefined ? "" : "-dev"}`;
}

/**
 * PHP packages as Composer meets constraints with them: the order of `packagist` after VersionParser::normalize. So `1.0` is `1.0.0.0`,
 * build metadata and `-stable` do not count, `-BETA1` is `-beta1`. A branch `dev-…` does not parse: no range can tell what it holds.
 */
export const composerNormalized: VersionScheme = {
  id: "composer-normalized",
  key(version) {
    const text = normalized(version);
    return text === null ? null : packagist.key(text);
  },
  compare(a, b) {
    const [left, right] = [normalized(a), normalized(b)];
    return left === null || right === null ? null : packagist.compare(left, right);
  },
};
