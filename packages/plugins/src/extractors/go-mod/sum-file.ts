import { schemeFor } from "@zerotrace/core";
import { openLineOf } from "../cut-off.ts";
import { MAX_PROBLEMS } from "../gather.ts";
import { goVersion } from "../go-version.ts";

/** The modules whose content a go.sum vouches for: of each the highest version, as the build would select it. */
export const latestOfSum = (
  text: string,
): { readonly versions: ReadonlyMap<string, string>; readonly problems: readonly string[] } => {
  const versions = new Map<string, string>();
  const problems: string[] = [];
  // A hash ends with its padding.
  if (openLineOf(text)?.endsWith("=") === false) problems.push("it ends in the middle of a line: the file is cut off");
  for (const line of text.split("\n")) {
    const [name, version, hash, more] = line.trim().split(/\s+/);
    if (name === undefined || name === "") continue;
    if (version === undefined || hash === undefined || more !== undefined) {
      if (problems.length < MAX_PROBLEMS) problems.push("a line has not three parts");
      continue;
    }
    // Of those only the go.mod was looked at while versions were selected.
    if (version.endsWith("/go.mod")) continue;
    const before = versions.get(name);
    if (before === undefined || isHigher(version, before)) versions.set(name, version);
  }
  return { versions, problems };
};

/** A version that is none stands where it was met first. */
const isHigher = (a: string, b: string): boolean => (schemeFor("Go")?.compare(goVersion(a), goVersion(b)) ?? 0) > 0;
