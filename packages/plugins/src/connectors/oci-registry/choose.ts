import { AppError, globTest } from "@zerotrace/core";
import type { RegistryRules } from "../connector.ts";

/** Tags by which registries without a referrers API attach signatures and bills of materials: no images. */
const ATTACHED = /^sha256-[a-f0-9]{64}(?:\.[a-z0-9]+)?$/;
const VERSION = /^v?\d/;

type Test = (text: string) => boolean;

const anyOf = (patterns: readonly string[], field: string): Test => {
  const tests = patterns.map((pattern) => {
    const test = globTest(pattern);
    if (test !== null) return test;
    throw new AppError("BAD_REQUEST", `"${pattern.slice(0, 80)}" is no pattern: it is empty or has too many stars.`, {
      field,
    });
  });
  return (text) => tests.some((test) => test(text));
};

/** Whether a pattern is a name alone. */
export const isName = (pattern: string): boolean => !pattern.includes("*");

/** Whether the rules choose a repository. Throws BAD_REQUEST for what is no pattern. */
export const repositoryTest = ({ repositories, exceptRepositories }: RegistryRules): Test => {
  const [isIn, isOut] = [
    anyOf(repositories, "rules.repositories"),
    anyOf(exceptRepositories, "rules.exceptRepositories"),
  ];
  return (name) => isIn(name) && !isOut(name);
};

/** Pieces of digits and of anything else, so that `1.10` comes after `1.9`. */
const piecesOf = (text: string): string[] => text.match(/\d+|\D+/g) ?? [];

const compareNatural = (a: string, b: string): number => {
  const [left, right] = [piecesOf(a), piecesOf(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [x, y] = [left[i], right[i]];
    if (x === undefined || y === undefined) {
      // `1.2-rc1` comes before `1.2`, and `1.2.1` after it.
      const [longer, sign] = x === undefined ? [y, -1] : [x, 1];
      return longer?.startsWith("-") ? -sign : sign;
    }
    if (x === y) continue;
    const areNumbers = /^\d/.test(x) && /^\d/.test(y);
    const [m, n] = [x.replace(/^0+(?=\d)/, ""), y.replace(/^0+(?=\d)/, "")];
    if (areNumbers && m.length !== n.length) return m.length - n.length;
    if (areNumbers && m !== n) return m < n ? -1 : 1;
    return x < y ? -1 : 1;
  }
  return 0;
};

const rankOf = (tag: string): number => (tag === "latest" ? 0 : VERSION.test(tag) ? 1 : 2);

/**
 * Tags with the newest first, as far as names tell: `latest`, then versions and dates from high to low, then all others in the
 * order of their names. Registries do not say when a tag was made.
 */
export const orderTags = (tags: readonly string[]): string[] =>
  tags.toSorted((a, b) => {
    const [x, y] = [rankOf(a), rankOf(b)];
    if (x !== y) return x - y;
    return x === 1 ? compareNatural(b.replace(/^v/, ""), a.replace(/^v/, "")) || (a < b ? -1 : 1) : a < b ? -1 : 1;
  });

/** The tags that the rules choose, newest first. Throws BAD_REQUEST for what is no pattern. */
export const chosenTags = (all: readonly string[], { tags, exceptTags, newestTags }: RegistryRules): string[] => {
  const isIn = tags.length === 0 ? () => true : anyOf(tags, "rules.tags");
  const isOut = anyOf(exceptTags, "rules.exceptTags");
  return orderTags(all.filter((tag) => isIn(tag) && !isOut(tag) && !ATTACHED.test(tag))).slice(0, newestTags);
};
