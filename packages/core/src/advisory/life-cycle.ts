import { baseEcosystem } from "../component/ecosystem.ts";
import { componentOfPurl } from "../component/purl-component.ts";
import { SYSTEMS } from "../component/systems.ts";
import { AppError } from "../errors.ts";
import { schemeFor } from "../version/index.ts";
import type { AdvisoryRecord, AffectedPackage } from "./advisory.ts";
import type { Cycle, LifeCycle } from "./enrichment.ts";
import { SYSTEM_ECOSYSTEM, systemIdsOf } from "./systems.ts";

/** True when a cycle's support is over on a day (ISO; only its date counts). A cycle without an end goes on. */
export const isEnded = (cycle: Cycle, on: string): boolean =>
  cycle.endsAt === "ended" || (cycle.endsAt !== null && cycle.endsAt <= on.slice(0, 10));

/** The versions of a cycle: `low` and above, below `limit`; both as dotted numbers. */
export interface CycleSpan {
  readonly cycle: Cycle;
  readonly low: string;
  readonly limit: string;
}

/** `22.04`, `v3`, `stream 9`: the dotted numbers at the end of a cycle's name. */
const CYCLE_NUMBER = /^(?:[a-z]+[ -])?v?(\d{1,9}(?:\.\d{1,9}){0,3})$/i;

const compareNumbers = (a: readonly number[], b: readonly number[]): number => {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const d = (a[i] ?? 0) - (b[i] ?? 0);
    if (d !== 0) return d;
  }
  return 0;
};

const isLater = (a: Cycle, b: Cycle): boolean => {
  if (a.endsAt === null || b.endsAt === null) return a.endsAt === null;
  return b.endsAt === "ended" || (a.endsAt !== "ended" && a.endsAt > b.endsAt);
};

/**
 * The versions of each cycle, highest first: `3` ends where `4` or its own `3.1` begins, and `15.0` begins at `15`. Where
 * two cycles begin at the same version the one that is supported longer counts. Names without numbers are left out.
 */
export const cycleSpans = (cycles: readonly Cycle[]): CycleSpan[] => {
  const starts: { cycle: Cycle; numbers: number[] }[] = [];
  for (const cycle of cycles) {
    const numbers = CYCLE_NUMBER.exec(cycle.name)?.[1]?.split(".").map(Number);
    if (numbers === undefined) continue;
    const known = starts.findIndex((one) => compareNumbers(one.numbers, numbers) === 0);
    if (known < 0) starts.push({ cycle, numbers });
    else if (isLater(cycle, starts[known]!.cycle)) starts[known] = { cycle, numbers };
  }
  starts.sort((a, b) => compareNumbers(b.numbers, a.numbers));
  return starts.map(({ cycle, numbers }, i) => {
    const low = [...numbers];
    while (low.length > 1 && low.at(-1) === 0) low.pop();
    // Some name a cycle by its first release: 5.0 whose newest version is 5.4.4 holds all of 5.
    const latest = /^\d+(?:\.\d+)*/.exec(cycle.latest)?.[0].split(".").map(Number) ?? numbers;
    const own = begins(latest, numbers) || !begins(latest, low) ? numbers : low;
    const next = [...own.slice(0, -1), own.at(-1)! + 1];
    const above = starts[i - 1]?.numbers ?? next;
    return { cycle, low: low.join("."), limit: (compareNumbers(above, next) < 0 ? above : next).join(".") };
  });
};

const begins = (numbers: readonly number[], first: readonly number[]): boolean =>
  first.every((n, i) => (numbers[i] ?? 0) === n);

/** The lowest version that begins with these numbers, early releases included, by a version scheme. */
const LOWEST: Readonly<Record<string, (numbers: string) => string>> = {
  semver: (numbers) =>
    `${[...numbers.split("."), "0", "0"].slice(0, Math.max(3, numbers.split(".").length)).join(".")}-0`,
  nuget: (numbers) => `${numbers}-0`,
  pep440: (numbers) => `${numbers}.dev0`,
  rubygems: (numbers) => `${numbers}.a`,
  maven: (numbers) => `${numbers}-alpha`,
  packagist: (numbers) => `${numbers}-dev`,
};

/** Purl types that name no package of an ecosystem that we could inventory under that name. */
const NO_PACKAGES = /^pkg:(?:docker|generic|github|oci|swid)\//;
const DISTRIBUTIONS: ReadonlySet<string> = new Set(SYSTEMS.map((system) => system.ecosystem));

/** The package that an identifier means; null for a system's package, which its distribution judges, and for no package. */
const packageOf = (identifier: string): { ecosystem: string; name: string } | null => {
  if (!identifier.startsWith("pkg:") || identifier.includes("?") || NO_PACKAGES.test(identifier)) return null;
  try {
    const { ecosystem, name, version } = componentOfPurl(identifier);
    return version !== "" || DISTRIBUTIONS.has(baseEcosystem(ecosystem)) ? null : { ecosystem, name };
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
};

/** `next`: the nearest cycle above that is supported, which is the way out. */
const affectedOf = (
  { ecosystem, name }: { ecosystem: string; name: string },
  span: CycleSpan,
  next: CycleSpan | undefined,
): AffectedPackage[] => {
  const scheme = schemeFor(ecosystem);
  if (scheme === undefined) return [];
  const lowest = Object.hasOwn(LOWEST, scheme.id) ? LOWEST[scheme.id]! : (numbers: string): string => numbers;
  const limit = lowest(span.limit);
  const way = ecosystem === SYSTEM_ECOSYSTEM ? CYCLE_NUMBER.exec(next?.cycle.name ?? "")?.[1] : next?.cycle.latest;
  const fixed = way !== undefined && (scheme.compare(way, limit) ?? -1) >= 0 ? way : null;
  const range = { introduced: lowest(span.low), fixed, lastAffected: null, limit };
  return [{ ecosystem, name, ranges: [range], versions: [], urgency: "" }];
};

const summaryOf = (product: LifeCycle, cycle: Cycle, supported: readonly string[]): string => {
  const what = `${product.title} ${cycle.name}`;
  const over =
    cycle.endsAt === "ended" || cycle.endsAt === null
      ? `${what} is no longer supported`
      : `${what} reached its end of life on ${cycle.endsAt}`;
  return supported.length === 0 ? `${over}.` : `${over}; supported: ${supported.join(", ")}.`;
};

/** Supported cycles named in a summary, newest first (count). */
const SUPPORTED_NAMED = 3;

const PREFIX = "EOL-";

/** True for the id of a record about an end of life: its summary says all that there is to say. */
export const isEndOfLife = (id: string): boolean => id.startsWith(PREFIX);

const recordOf = (product: LifeCycle, span: CycleSpan, supported: readonly string[], label: string) => {
  const { cycle } = span;
  const endedAt = cycle.endsAt === "ended" || cycle.endsAt === null ? null : `${cycle.endsAt}T00:00:00.000Z`;
  return {
    id: `${PREFIX}${product.product}-${cycle.name.replaceAll(/[^A-Za-z0-9._+-]+/g, "-")}`,
    aliases: [],
    upstream: [],
    publishedAt: endedAt,
    // An end without a date has no time; it must not look new with every build.
    modifiedAt: endedAt ?? "",
    withdrawnAt: null,
    summary: summaryOf(product, cycle, supported),
    severity: { vectors: [], label },
    origin: "",
  } as const;
};

/** A system without support gets no fix at all; a package's next weakness gets none. There is no CVSS for either. */
const SEVERITY = { system: "high", package: "medium" } as const;

/**
 * One record for each cycle whose support is over `on` that day (ISO), `EOL-<product>-<cycle>`, sorted by id: of systems in
 * the ecosystem `OS`, and of packages in the ecosystems that `covers` allows. Packages of a distribution are left out: an
 * upstream's end says nothing of what the distribution still mends. Pure.
 */
export const endOfLifeRecords = (
  lifeCycles: readonly LifeCycle[],
  on: string,
  covers: (ecosystem: string) => boolean,
): AdvisoryRecord[] => {
  const records: AdvisoryRecord[] = [];
  for (const product of lifeCycles) {
    const systems = systemIdsOf(product.product).map((name) => ({ ecosystem: SYSTEM_ECOSYSTEM, name }));
    const named = product.identifiers.flatMap((identifier) => packageOf(identifier) ?? []);
    const packages = systems.length > 0 ? systems : named.filter(({ ecosystem }) => covers(ecosystem));
    if (packages.length === 0) continue;
    const spans = cycleSpans(product.cycles);
    const supported = spans.filter(({ cycle }) => !isEnded(cycle, on)).map(({ cycle }) => cycle.name);
    const label = systems.length > 0 ? SEVERITY.system : SEVERITY.package;
    for (const [i, span] of spans.entries()) {
      if (!isEnded(span.cycle, on) || isShadowed(product, span, lifeCycles)) continue;
      const next = spans.slice(0, i).findLast(({ cycle }) => !isEnded(cycle, on));
      const affected = packages.flatMap((one) => affectedOf(one, span, next));
      if (affected.length === 0) continue;
      records.push({ ...recordOf(product, span, supported.slice(0, SUPPORTED_NAMED), label), affected });
    }
  }
  return records.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
};

/** Two products may call themselves the same (CentOS and CentOS Stream 8): the one that is supported longer counts. */
const isShadowed = (product: LifeCycle, span: CycleSpan, lifeCycles: readonly LifeCycle[]): boolean => {
  const ids = systemIdsOf(product.product);
  if (ids.length === 0) return false;
  return lifeCycles.some(
    (other) =>
      other !== product &&
      systemIdsOf(other.product).some((id) => ids.includes(id)) &&
      cycleSpans(other.cycles).some((one) => one.low === span.low && isLater(one.cycle, span.cycle)),
  );
};

/** The cycle of a system's version, of the product that supports it longest; null when no product knows it. */
export const systemCycle = (lifeCycles: readonly LifeCycle[], id: string, version: string): Cycle | null => {
  const scheme = schemeFor(SYSTEM_ECOSYSTEM)!;
  let found: Cycle | null = null;
  for (const product of lifeCycles) {
    if (!systemIdsOf(product.product).includes(id)) continue;
    for (const { cycle, low, limit } of cycleSpans(product.cycles)) {
      const isIn = (scheme.compare(version, low) ?? -1) >= 0 && scheme.compare(version, limit) === -1;
      if (isIn && (found === null || isLater(cycle, found))) found = cycle;
    }
  }
  return found;
};
