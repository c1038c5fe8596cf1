import {
  type AdvisoryRecord,
  type AffectedRange,
  applicableEcosystems,
  canonicalEcosystem,
  normalizeName,
  schemeFor,
} from "@zerotrace/core";

type Scheme = NonNullable<ReturnType<typeof schemeFor>>;
type Order = -1 | 0 | 1 | null;
type Said = "affected" | "not_affected" | "undecided";

/** What one record says of one package, with the weakness that the record is a name of. */
interface Entry {
  readonly group: string;
  readonly ranges: readonly AffectedRange[];
  readonly versions: readonly string[];
}

/** The reference's answer: the verdict as `zerotrace match` writes it, and the weaknesses found. */
export interface PlainVerdict {
  readonly verdict: "affected" | "not_affected" | "unknown";
  readonly groups: ReadonlySet<string>;
}

const orderOf = (scheme: Scheme | undefined, a: string, b: string): Order => scheme?.compare(a, b) ?? null;

const within = (scheme: Scheme | undefined, range: AffectedRange, version: string): Said => {
  let undecided = false;
  if (range.introduced !== "0") {
    const low = orderOf(scheme, range.introduced, version);
    if (low === 1) return "not_affected";
    undecided ||= low === null;
  }
  const end = range.limit ?? range.fixed ?? range.lastAffected;
  if (end !== null) {
    const high = orderOf(scheme, version, end);
    const inclusive = range.limit === undefined && range.fixed === null;
    if (high === 1 || (high === 0 && !inclusive)) return "not_affected";
    undecided ||= high === null;
  }
  return undecided ? "undecided" : "affected";
};

const saysOf = (scheme: Scheme | undefined, entry: Entry, version: string): Said => {
  let undecided = false;
  for (const range of entry.ranges) {
    const said = within(scheme, range, version);
    if (said === "affected") return said;
    undecided ||= said === "undecided";
  }
  const { versions } = entry;
  // Text first: it is the cheaper comparison, and nearly always the one that finds.
  if (versions.includes(version) || versions.some((v) => orderOf(scheme, v, version) === 0)) return "affected";
  return undecided ? "undecided" : "not_affected";
};

/** `nodejs:18/npm`, or `?/npm` where the record does not tell the stream. */
const IN_MODULE = /^(?:[^/]+:[^/]+|[?])[/](.+)$/;
const BUILT_FOR_MODULE = /[.]module[+_]el/;
const NO_NAMES: readonly string[] = [];

const NOBODY: ReadonlySet<string> = new Set();

/**
 * The plain way: a Map from ecosystem and name to ranges as version strings, each compared directly by the scheme. The
 * groups of aliases are given, so that it answers the same weaknesses, and the records that are `rejected`. Nothing is remembered between components.
 */
export const createReference = (
  records: readonly AdvisoryRecord[],
  groupOf: ReadonlyMap<string, string>,
  rejected: ReadonlySet<string> = new Set(),
) => {
  const covered = new Set<string>();
  const byName = new Map<string, Entry[]>();
  const modular = new Set<string>();
  for (const record of records) {
    for (const { ecosystem: written, name, ranges, versions } of record.affected) {
      const ecosystem = canonicalEcosystem(written);
      covered.add(ecosystem);
      const tail = IN_MODULE.exec(name)?.[1];
      if (tail !== undefined) modular.add(`${ecosystem}\0${tail}`);
      if (record.withdrawnAt !== null || rejected.has(record.id)) continue;
      const key = `${ecosystem}\0${normalizeName(ecosystem, name)}`;
      const entry = { group: groupOf.get(record.id) as string, ranges, versions };
      const known = byName.get(key);
      if (known) known.push(entry);
      else byName.set(key, [entry]);
    }
  }
  const spoken = new Map<string, readonly string[]>();
  const ecosystemsOf = (ecosystem: string): readonly string[] => {
    let found = spoken.get(ecosystem);
    if (!found) spoken.set(ecosystem, (found = applicableEcosystems(ecosystem).filter((one) => covered.has(one))));
    return found;
  };
  /** The names under which records speak of a package of modules; null where its stream would tell and is not told. */
  const namesOf = (ecosystem: string, name: string, version: string): readonly string[] | null => {
    if (modular.size === 0) return NO_NAMES;
    const tail = IN_MODULE.exec(name)?.[1];
    if (tail !== undefined) return [`?/${tail}`];
    const inModules = ecosystemsOf(ecosystem).some((one) => modular.has(`${one}\0${name}`));
    const isPlain = ecosystemsOf(ecosystem).some((one) => byName.has(`${one}\0${name}`));
    return inModules && (!isPlain || BUILT_FOR_MODULE.test(version)) ? null : NO_NAMES;
  };
  return (ecosystem: string, name: string, version: string): PlainVerdict => {
    const ecosystems = ecosystemsOf(ecosystem);
    if (ecosystems.length === 0) return { verdict: "unknown", groups: NOBODY };
    const scheme = schemeFor(ecosystem);
    const spelled = normalizeName(ecosystem, name);
    const more = namesOf(ecosystem, spelled, version);
    if (more === null) return { verdict: "unknown", groups: NOBODY };
    let groups: Set<string> | null = null;
    let undecided = false;
    for (const key of ecosystems.flatMap((one) => [spelled, ...more].map((own) => `${one}\0${own}`))) {
      const entries = byName.get(key);
      if (!entries) continue;
      for (const entry of entries) {
        const said = saysOf(scheme, entry, version);
        if (said === "affected") (groups ??= new Set()).add(entry.group);
        undecided ||= said === "undecided";
      }
    }
    if (groups) return { verdict: "affected", groups };
    return { verdict: undecided ? "unknown" : "not_affected", groups: NOBODY };
  };
};
