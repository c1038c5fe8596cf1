import { globTest } from "./glob.ts";
import type { IgnoreRule } from "./rules.ts";

/** What a rule looks at. */
export interface IgnoreSubject {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly purl: string;
  readonly package: string;
  readonly places: readonly { readonly path: string }[];
}

export interface Ignores {
  /** The first rule in force that leaves out this finding; a rule with a path must fit every place. */
  readonly of: (finding: IgnoreSubject) => IgnoreRule | null;
  /** Rules that have expired, left out nothing, or are too broad, in sentences; asked after the last finding. */
  readonly warnings: () => string[];
}

/** The ignore rules of a policy on `today` (`2026-11-21`): a rule is in force on its last day. */
export const ignoresOf = (rules: readonly IgnoreRule[], today: string): Ignores => {
  const live = rules.map((rule, at) => ({
    rule,
    label: labelOf(rule, at),
    isExpired: rule.expires !== undefined && rule.expires < today,
    fits: fitOf(rule),
    count: 0,
  }));
  return {
    of: (finding) => {
      let found: IgnoreRule | null = null;
      for (const one of live) {
        if (!one.fits(finding)) continue;
        one.count += 1;
        if (!one.isExpired) found ??= one.rule;
      }
      return found;
    },
    warnings: () =>
      live.flatMap(({ rule, label, isExpired, count }) => [
        ...(isExpired
          ? [`${label} expired on ${rule.expires}${count > 0 ? `; what it left out counts again` : ""}`]
          : []),
        ...(count === 0 && !isExpired ? [`${label} left out nothing; remove it`] : []),
        ...(isBroad(rule) ? [`${label} names no advisory and a wide pattern: what comes later is left out too`] : []),
      ]),
  };
};

const labelOf = (rule: IgnoreRule, at: number): string => {
  const said = [rule.id, rule.package, rule.path].filter((text) => text !== undefined).join(", ");
  return `ignore rule ${at + 1} (${said})`;
};

const ONLY_STARS = /^[*/]+$/;

/** A rule without an advisory is fine for one package or one folder; for everything it hides what nobody has seen. */
const isBroad = ({ id, package: name, path }: IgnoreRule): boolean =>
  id === undefined && [name, path].every((text) => text === undefined || ONLY_STARS.test(text));

const fitOf = ({ id, package: name, path }: IgnoreRule): ((finding: IgnoreSubject) => boolean) => {
  const wanted = id?.toUpperCase();
  const byName = name === undefined ? null : globTest(name);
  const byPath = path === undefined ? null : globTest(path);
  return (finding) =>
    (wanted === undefined || [finding.id, ...finding.aliases].some((one) => one.toUpperCase() === wanted)) &&
    (byName === null || byName(finding.package) || byName(finding.purl) || byName(unversioned(finding.purl))) &&
    (byPath === null || (finding.places.length > 0 && finding.places.every((place) => byPath(place.path))));
};

const unversioned = (purl: string): string => {
  const at = purl.indexOf("@", purl.lastIndexOf("/"));
  return at < 0 ? purl : purl.slice(0, at);
};
