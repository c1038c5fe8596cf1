import { FINDING_FIELDS, numberOf, type Term, type Word } from "@zerotrace/core/query/language/index";
import { bitsIn, type Choice, choiceOf, type LeadTo, type Tallies } from "../tallies/index.ts";
import type { LeadKey } from "./lead-sql.ts";
import { assetAsked, namesStatus, rankOf, ranksAsked, smallForm } from "./query-sql.ts";
import type { FindingFilter } from "./rules.ts";

const HOLDS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
};

const pattern = (text: string): RegExp =>
  new RegExp(
    `^${text
      .split("*")
      .map((part) => RegExp.escape(part))
      .join(".*")}$`,
    "is",
  );

/** As the condition on a column of text: whole, or by a pattern in any case. */
const isNamed = (values: readonly string[]): ((text: string) => boolean) => {
  const exact = new Set(values.filter((v) => !v.includes("*")));
  const globs = values.filter((v) => v.includes("*")).map(pattern);
  return (text) => exact.has(text) || globs.some((glob) => glob.test(text));
};

const riskIs = ({ op, values }: Term): Choice | null => {
  const type = FINDING_FIELDS.find(({ name }) => name === "risk")?.type;
  if (type?.kind !== "number") return null;
  const numbers = values.map((v) => numberOf(v, type) ?? Number.NaN);
  const holds = HOLDS[op] ?? ((a: number, b: number) => a === b);
  return { on: "run", is: (_, __, risk) => numbers.some((n) => holds(risk, n)) };
};

const ofTerm = (term: Term): Choice | null => {
  const { field, values } = term;
  if (field === "severity") {
    const ranks = new Set(ranksAsked(term));
    return { on: "run", is: (rank) => ranks.has(rank) };
  }
  const [yes, no] = [values.some((v) => v === "true" || v === "yes"), values.some((v) => v !== "true" && v !== "yes")];
  if (field === "kev") return { on: "run", is: (_, isKev) => (isKev ? yes : no) };
  if (field === "fix") return { on: "fix", is: ({ hasFix }) => (hasFix ? yes : no) };
  if (field === "risk") return riskIs(term);
  if (field === "source") {
    const isSource = isNamed(values);
    return { on: "fix", is: (fix) => isSource(fix.package) };
  }
  if (field !== "ecosystem") return null;
  const is = isNamed(values.map(smallForm));
  return {
    on: "fix",
    is: (fix) => {
      const ecosystem = smallForm(fix.ecosystem);
      return is(ecosystem) || is(ecosystem.split(":")[0] ?? "");
    },
  };
};

const ofLead = (lead: LeadTo, tallies: Tallies): Choice => ({
  on: "lead",
  components: bitsIn(lead),
  advisories: new Set(lead.advisories.flatMap((name) => tallies.idOf(name) ?? [])),
});

/** The asset that a filter asks for; null where it asks for none or several. */
export const assetOf = ({ assetId, query }: FindingFilter): string | null =>
  assetId ?? (query === null ? null : assetAsked(query));

/** A filter as a choice among what is open in memory; null where that cannot tell. Of decisions on one asset alone it knows nothing. */
export const choiceOfFilter = (filter: FindingFilter, tallies: Tallies): Choice | null => {
  const { query, q, severities, kev, fix, status, vex, ecosystem, assetId, advisory, package: name, leads } = filter;
  if (status !== "open" || vex !== null || (query !== null && namesStatus(query))) return null;
  const isOfAsset = assetOf(filter) !== null;
  const leafOf = (leaf: Term | Word): Choice | null => {
    const lead = leads?.get(leaf);
    if (lead !== undefined) return ofLead(lead, tallies);
    return leaf.kind === "word" || (leaf.field === "risk" && isOfAsset) ? null : ofTerm(leaf);
  };
  const named = (key: LeadKey & string, asked: string | null): (Choice | null)[] => {
    const lead = leads?.get(key);
    return asked === null ? [] : [lead === undefined ? null : ofLead(lead, tallies)];
  };
  const ranks = new Set(severities.map(rankOf));
  const parts: (Choice | null)[] = [
    ...(query === null ? [] : [choiceOf(query, leafOf)]),
    ...(ranks.size === 0 ? [] : [{ on: "run", is: (rank: number) => ranks.has(rank) } as const]),
    ...(kev === null ? [] : [{ on: "run", is: (_: number, isKev: boolean) => isKev === kev } as const]),
    ...(fix === null ? [] : [{ on: "fix", is: (one: { hasFix: boolean }) => one.hasFix === fix } as const]),
    ...(ecosystem === null
      ? []
      : [{ on: "fix", is: (one: { ecosystem: string }) => one.ecosystem === ecosystem } as const]),
    ...named("q", q),
    ...named("package", name),
    ...named("advisory", advisory),
    ...named("assetId", assetId),
  ];
  return parts.includes(null) ? null : { on: "and", parts: parts as Choice[] };
};
