import { isEndOfLife } from "../advisory/life-cycle.ts";
import { SYSTEM_ECOSYSTEM } from "../advisory/systems.ts";
import { judgedAs } from "../component/component.ts";
import { applicableEcosystems, baseEcosystem, canonicalEcosystem, hasReleases } from "../component/ecosystem.ts";
import { SYSTEMS } from "../component/systems.ts";
import type { AdvisoryIndex } from "../match/open.ts";
import type { SourceReport } from "../match/types.ts";
import { schemeFor } from "../version/index.ts";
import { parsesVersion } from "../version/scheme.ts";
import type { ExplainQuestion, ExplainRule, Explanation } from "./explanation.ts";
import type { Group } from "./groups.ts";
import { publisherOf } from "./publisher.ts";
import { becauseWords, dayOf, fixWords, rangeWords, recordWords, spanWords, vexWords } from "./words.ts";

/** Names that one sentence lists (count). */
const NAMED_MAX = 3;

const IS_SYSTEM = new Set(SYSTEMS.map((system) => system.ecosystem));

/** By whose records a package is judged. */
const ruleWords = ({ component }: ExplainQuestion, ecosystem: string): string => {
  if (component.ownedBy) return "what lies in files of a system's package takes that package's verdict";
  if (ecosystem === SYSTEM_ECOSYSTEM) return "a system is judged by the end of its release cycle";
  if (!IS_SYSTEM.has(baseEcosystem(ecosystem))) return "a package is judged by the records of its ecosystem";
  return component.source
    ? "a system's package is judged by its distribution alone, by its source package"
    : "a system's package is judged by its distribution alone";
};

const speaksOf = (ecosystem: string) => {
  const wanted = new Set(applicableEcosystems(ecosystem));
  return (s: SourceReport): boolean => s.covers.some((one) => wanted.has(canonicalEcosystem(one)));
};

/** `osv (data of 2026-11-20)`: the sources that decide for an ecosystem. */
export const sourceWords = (index: AdvisoryIndex, ecosystem: string): string =>
  index.meta.sources
    .filter(speaksOf(ecosystem))
    .map((s) => `${s.feed}${s.dataAt === null ? "" : ` (data of ${dayOf(s.dataAt)})`}`)
    .join(", ");

/** The answer and what decided it. */
export interface Decision {
  readonly verdict: Explanation["verdict"];
  readonly rule: ExplainRule;
  readonly answer: string;
  readonly decidedBy: string;
}

/** Names that a sentence lists, and how many more there are. */
const listed = (names: readonly string[]): string => {
  const more = names.length - NAMED_MAX;
  return `${names.slice(0, NAMED_MAX).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
};

/** When a range could decide and the version, or its own bound, has no place in the order. */
const undecided = (question: ExplainQuestion, { deciding }: Group): Decision => {
  const { ecosystem, name, version } = judgedAs(question.component);
  const scheme = schemeFor(ecosystem);
  const order = scheme ? `the order of ${baseEcosystem(ecosystem)} (${scheme.id})` : "any order that we have";
  const why =
    scheme && parsesVersion(scheme, version)
      ? `its bound cannot be ordered (${spanWords(deciding)})`
      : `${version} has no place in ${order}`;
  return {
    verdict: "unknown",
    rule: "unparsable",
    answer: `Unknown: ${name} ${version} cannot be compared with the records about it`,
    decidedBy: `${recordWords(deciding.recordId)} could affect it, but ${why}; a range decides only over what can be ordered`,
  };
};

/** When no source in force speaks of the ecosystem. */
const uncovered = (index: AdvisoryIndex, question: ExplainQuestion, rule: "no_feed" | "end_of_life"): Decision => {
  const { ecosystem, name, version } = judgedAs(question.component);
  const feeds = question.feedsFor?.(ecosystem) ?? [];
  const would =
    hasReleases(ecosystem) && !ecosystem.includes(":")
      ? "the package URL names no release: add ?distro= with it, such as debian-12 or ubuntu-22.04"
      : feeds.length > 0
        ? `it would be covered by ${listed(feeds)}`
        : "no feed that we know covers it";
  const ended = rule === "end_of_life" ? ", which is past its end of life, " : ", ";
  const inForce = listed([...new Set(index.meta.sources.map((s) => s.feed))]);
  return {
    verdict: "unknown",
    rule,
    answer: `Unknown: no source in force covers ${ecosystem}${ended}so nothing is known of ${name} ${version}`,
    decidedBy: `In force: ${inForce || "no source"}; ${would}; what nobody covers is never called clean`,
  };
};

/** When records of modules know the name, and nothing tells the stream of the package at hand. */
const withoutStream = (index: AdvisoryIndex, question: ExplainQuestion): Decision => {
  const { ecosystem, name, version } = judgedAs(question.component);
  const sources = sourceWords(index, ecosystem);
  return {
    verdict: "unknown",
    rule: "no_stream",
    answer: `Unknown: ${name} of ${ecosystem} is known in modules alone, and the stream of ${version} is not told`,
    decidedBy: `${sources === "" ? "The sources in force" : sources}: each stream of a module has fixes of its own; name it in the package URL, ?rpmmod=<module>:<stream>`,
  };
};

const affected = (open: readonly Group[], question: ExplainQuestion): Decision => {
  const { ecosystem, name, version } = judgedAs(question.component);
  const worst = open[0]!;
  const { deciding } = worst;
  const isEnd = isEndOfLife(deciding.recordId);
  const one = isEnd
    ? rangeWords(deciding, version).replace(/\.$/, "")
    : `${worst.id} affects ${name} ${version}; ${fixWords(deciding)}`;
  const many = `${name} ${version} has ${open.length} open weaknesses: ${listed(open.map((g) => g.id))}`;
  const because = isEnd ? "the release cycle is over" : becauseWords(deciding, version);
  return {
    verdict: "affected",
    rule: "range",
    answer: `Affected: ${open.length === 1 ? one : many}`,
    decidedBy: `${recordWords(deciding.recordId)} decides: ${because}; ${ruleWords(question, ecosystem)}`,
  };
};

/** What cleared it, by the weakness that is nearest: VEX before a fix, a fix before the rest. */
const cleared = (groups: readonly Group[], question: ExplainQuestion): Decision => {
  const { ecosystem, name, version } = judgedAs(question.component);
  const nearest = groups[0]!;
  const { deciding, ruling } = nearest;
  const record = recordWords(deciding.recordId);
  const what = `${name} ${version}`;
  const about = groups.length > 1 ? `any of ${groups.length} weaknesses known of ${name}` : nearest.id;
  const isWithdrawn = deciding.outcome === "withdrawn";
  if (deciding.outcome === "affected" && ruling !== null) {
    return {
      verdict: "not_affected",
      rule: "vex",
      answer: `Not affected: ${what} by ${about}, as its supplier says`,
      decidedBy: `VEX on ${nearest.id}: ${vexWords(ruling)}; the newest statement about a package goes before ${record}`,
    };
  }
  const publisher = publisherOf(deciding.recordId);
  const by = deciding.outcome === "fixed" && publisher !== "" ? ` by ${publisher}` : "";
  const reason = groups.length > 1 ? "" : `: ${rangeWords(deciding, version).replace(/^not affected: /, "")}${by}`;
  const first = groups.length > 1 ? `${nearest.id} is the nearest, ` : "";
  const closed = deciding.isRejected ? "a CVE that is rejected affects nothing" : "a withdrawn record affects nothing";
  const rule = isWithdrawn ? closed : ruleWords(question, ecosystem);
  return {
    verdict: "not_affected",
    rule: isWithdrawn ? "withdrawn" : "range",
    answer: `Not affected: ${what} by ${about}${reason}`,
    decidedBy: `${record} decides: ${first}${becauseWords(deciding, version)}; ${rule}`,
  };
};

const notNamed = (index: AdvisoryIndex, question: ExplainQuestion): Decision => {
  const { ecosystem, name, version } = judgedAs(question.component);
  const { advisory } = question;
  const sources = sourceWords(index, ecosystem);
  if (advisory === undefined) {
    return {
      verdict: "not_affected",
      rule: "not_named",
      answer: `Not affected: no record names ${name} of ${ecosystem}, so nothing is known against ${version}`,
      decidedBy: `${sources === "" ? "The sources in force" : sources} cover ${ecosystem}; ${ruleWords(question, ecosystem)}`,
    };
  }
  const position = index.find(advisory.toUpperCase());
  const records = position < 0 ? index.find(advisory) : position;
  const known = records < 0 ? [] : index.recordsOf(records);
  const about = `${name} ${version}`;
  return {
    verdict: "not_affected",
    rule: known.length > 0 ? "not_named" : "not_known",
    answer: `Not affected: no record of ${advisory} names ${name} of ${ecosystem}`,
    decidedBy:
      known.length > 0
        ? `${advisory} is known by ${listed(known.map(recordWords))}, and none says that ${about} is affected; ${ruleWords(question, ecosystem)}`
        : `${advisory} is the name of nothing that the sources in force say of ${ecosystem}${sources === "" ? "" : `: ${sources}`}`,
  };
};

/** Decides by the weaknesses that are known of the package, in the order of `groupsOf`. */
export const decide = (index: AdvisoryIndex, question: ExplainQuestion, groups: readonly Group[]): Decision => {
  const { ecosystem, name, version } = judgedAs(question.component);
  const open = groups.filter((g) => g.outcome === "affected");
  if (open.length > 0) return affected(open, question);
  const blocked = groups.find((g) => g.outcome === "unknown");
  if (blocked) return undecided(question, blocked);
  const { reason } = index.match(ecosystem, name, version);
  if (reason === "no_feed" || reason === "end_of_life") return uncovered(index, question, reason);
  if (groups.length > 0) return cleared(groups, question);
  return reason === "no_stream" ? withoutStream(index, question) : notNamed(index, question);
};
