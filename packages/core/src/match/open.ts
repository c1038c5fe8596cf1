import { SEVERITIES, type AdvisoryGroup } from "../advisory/advisory.ts";
import type { LifeCycle } from "../advisory/enrichment.ts";
import { SYSTEM_ECOSYSTEM } from "../advisory/systems.ts";
import { applicableEcosystems, baseEcosystem, hasReleases } from "../component/ecosystem.ts";
import { nameRuleOf } from "../component/normalize.ts";
import { AppError } from "../errors.ts";
import { schemeFor } from "../version/index.ts";
import type { VersionScheme } from "../version/scheme.ts";
import { type Extras, unpackSsvc } from "./build-enrichment.ts";
import { NO_SCORE } from "./build-groups.ts";
import { hashName, hex, lowerBound } from "./bytes.ts";
import { unpackShare } from "./epss.ts";
import { createJudge, type Judge, type Layer } from "./judge.ts";
import { createLayers, judgeLayers, type Layers } from "./layers.ts";
import { NONE, type Sections, unpack } from "./layout.ts";
import { createMemo } from "./memo.ts";
import { type IndexSource, judgeInParts, openParts, type Parts, textsInParts } from "./partial.ts";
import { createSystems, NO_FEED, type Systems } from "./systems.ts";
import { createTexts, type Texts } from "./texts.ts";
import type { ExplainedRange, IndexMeta, Verdict } from "./types.ts";

/** Reads one index artefact. Cheap to open and to keep; every answer comes from the bytes. */
export interface AdvisoryIndex {
  readonly meta: IndexMeta;
  /** What it was opened over; other threads can open it too where it lies in shared memory. */
  readonly bytes: Uint8Array;
  readonly groupCount: number;
  /** Judges one package version. `ecosystem` with its release, any spelling of `name`. Never throws. */
  match(ecosystem: string, name: string, version: string): Verdict;
  /** Every range of the package with what it says of the version, sorted by advisory id, withdrawn ones included. */
  explain(ecosystem: string, name: string, version: string): ExplainedRange[];
  /** The group at a position below `groupCount`; throws NOT_FOUND elsewhere. */
  advisory(position: number): AdvisoryGroup;
  /** The position of the group with this id (not an alias), or -1. */
  find(id: string): number;
  /** Ids of the group's records, in the order in which they were read. */
  recordsOf(position: number): string[];
  /** Changes when names, summary, severity, CVSS, EPSS or KEV of the group change. */
  attributesHash(position: number): string;
  /** Every package, sorted; `hash` changes when a range of it or a name of its groups changes. */
  packages(): Iterable<{ ecosystem: string; name: string; hash: string }>;
  /** Products and their release cycles, sorted by product. */
  lifeCycles(): readonly LifeCycle[];
  /** The name of a weakness (`CWE-79`), or null. */
  cweName(id: string): string | null;
}

/** What an ecosystem as written by a component means in this index. */
interface Place {
  readonly ecosystems: readonly number[];
  /** Only records without release speak of it, while other releases have records of their own: then these are not all there is. */
  readonly isPartial: boolean;
  readonly rule: ((name: string) => string) | null;
  readonly scheme: VersionScheme | null;
  readonly layers: Layers | null;
}

/** Ecosystem spellings whose resolution is remembered. */
const PLACES_MAX = 10_000;

const NAMELESS: readonly number[] = [];
const NOT_AFFECTED: Verdict = Object.freeze({ verdict: "not_affected", hits: Object.freeze([]) });

const readMeta = (s: Sections): IndexMeta => {
  try {
    return JSON.parse(new TextDecoder().decode(s.meta.slice())) as IndexMeta;
  } catch (cause) {
    throw new AppError("BAD_FEED", "The index cannot be used: its head is torn. Build it again.", { cause });
  }
};

const createLookup = (s: Sections, texts: Texts) => {
  const numbers = new Map(Array.from(s.ecosystems, (text, i) => [texts.decode(text), i]));
  const places = new Map<string, Place>();
  const mask = s.slots.length - 1;
  // Packages are sorted by ecosystem, so that a range tells what each one's own column would, without reading it.
  const firstOf = new Uint32Array(s.ecosystems.length);
  const endOf = new Uint32Array(s.ecosystems.length);
  s.packageEcosystem.forEach((ecosystem, i) => {
    if (endOf[ecosystem] === 0) firstOf[ecosystem] = i;
    endOf[ecosystem] = i + 1;
  });

  const isPartial = (ecosystem: string, ecosystems: readonly number[]): boolean => {
    if (ecosystems.length !== 1 || !hasReleases(ecosystem)) return false;
    const base = baseEcosystem(ecosystem);
    return ecosystems[0] === numbers.get(base) && [...numbers.keys()].some((name) => name.startsWith(`${base}:`));
  };

  const placeOf = (ecosystem: string): Place => {
    let place = places.get(ecosystem);
    if (place) return place;
    if (places.size >= PLACES_MAX) places.clear();
    const ecosystems = applicableEcosystems(ecosystem).flatMap((name) => numbers.get(name) ?? []);
    const layers = layersOf(ecosystem, ecosystems);
    place = {
      ecosystems,
      isPartial: isPartial(ecosystem, ecosystems),
      rule: nameRuleOf(ecosystem),
      scheme: schemeFor(ecosystem) ?? null,
      layers,
    };
    places.set(ecosystem, place);
    return place;
  };

  /** Position of a package, or -1. */
  const packageOf = (ecosystem: number, name: string): number => {
    const [first, end] = [firstOf[ecosystem]!, endOf[ecosystem]!];
    let slot = hashName(ecosystem, name) & mask;
    for (let probes = 0; probes <= mask; probes++) {
      const found = s.slots[slot]!;
      if (found === 0) return -1;
      if (found > first && found <= end && texts.equals(s.packageName[found - 1]!, name)) return found - 1;
      slot = (slot + 1) & mask;
    }
    return -1;
  };
  const layersOf = createLayers(s, texts, packageOf);
  return { placeOf, packageOf };
};

const instant = (seconds: number): string | null => (seconds === NONE ? null : new Date(seconds * 1000).toISOString());

const createGroups = (s: Sections, texts: Texts, parts: Parts | null) => {
  const check = (position: number): void => {
    if (!(position >= 0 && position < s.groupId.length && Number.isInteger(position))) {
      throw new AppError("NOT_FOUND", `The index has no advisory at ${position}.`);
    }
    parts?.group(position);
  };
  /** What a group has in a table of few: the texts of its rows. */
  const rowsOf = (groups: Uint32Array, values: Uint32Array, i: number): string[] => {
    const own: string[] = [];
    for (let row = lowerBound(groups, i); groups[row] === i; row++) own.push(texts.decode(values[row]!));
    return own;
  };
  const advisory = (i: number): AdvisoryGroup => {
    check(i);
    const score = unpackShare(s.groupEpss[i * 2]!);
    const percentile = unpackShare(s.groupEpss[i * 2 + 1]!);
    return {
      id: texts.decode(s.groupId[i]!),
      aliases: Array.from(s.groupAliases.slice(s.groupAliasOffsets[i], s.groupAliasOffsets[i + 1]), texts.decode),
      summary: texts.decode(s.groupSummary[i]!),
      severity: SEVERITIES[s.groupSeverity[i]!]!,
      cvss:
        s.groupScore[i] === NO_SCORE ? null : { score: s.groupScore[i]! / 10, vector: texts.decode(s.groupVector[i]!) },
      epss: score === null || percentile === null ? null : { score, percentile },
      kevAddedAt: rowsOf(s.kevGroups, s.kevDates, i)[0] ?? null,
      publishedAt: instant(s.groupPublished[i]!),
      modifiedAt: instant(s.groupModified[i]!),
      cwes: rowsOf(s.cweGroups, s.cweTexts, i),
      ssvc: unpackSsvc(s.groupSsvc[i]!),
      exploits: rowsOf(s.exploitGroups, s.exploitTexts, i),
    };
  };
  const find = (id: string): number => {
    parts?.groupIds();
    let low = 0;
    let high = s.groupId.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (texts.decode(s.groupId[middle]!) < id) low = middle + 1;
      else high = middle;
    }
    return low < s.groupId.length && texts.equals(s.groupId[low]!, id) ? low : -1;
  };
  const recordsOf = (i: number): string[] => {
    check(i);
    const records = s.groupRecords.slice(s.groupRecordOffsets[i], s.groupRecordOffsets[i + 1]);
    return [...new Set(Array.from(records, (record) => texts.decode(s.recordId[record]!)))];
  };
  const attributesHash = (i: number): string => {
    check(i);
    return hex(s.groupHash[i * 2]!, s.groupHash[i * 2 + 1]!);
  };
  return { advisory, find, recordsOf, attributesHash };
};

const createExtras = (s: Sections, parts: Parts | null) => {
  let read: Extras | null = null;
  const extras = (): Extras => {
    if (read === null) parts?.extras();
    return (read ??= JSON.parse(new TextDecoder().decode(s.extras.slice())) as Extras);
  };
  return {
    lifeCycles: (): readonly LifeCycle[] => extras().lifeCycles,
    cweName: (id: string): string | null => {
      const { cweNames } = extras();
      return Object.hasOwn(cweNames, id) ? cweNames[id]! : null;
    },
  };
};

const createMatch = (lookup: ReturnType<typeof createLookup>, judge: Judge, systems: Systems) => {
  const memo = createMemo();
  const packagesOf = (place: Place, name: string): readonly number[] => {
    const spelled = place.rule ? place.rule(name) : name;
    let found = NAMELESS;
    for (const ecosystem of place.ecosystems) {
      const position = lookup.packageOf(ecosystem, spelled);
      if (position >= 0) found = found.length === 0 ? [position] : [...found, position];
    }
    const more = place.layers?.more(spelled) ?? NAMELESS;
    return more.length === 0 ? found : [...found, ...more];
  };
  const judgeOf = (place: Place, packages: readonly number[], name: string, version: string): Verdict =>
    place.layers === null
      ? judge.verdict(packages, place.scheme, version)
      : judgeLayers(judge, place.layers, { packages, name, version }, place.scheme);
  /** The verdict on all packages of an ecosystem that no record names. */
  const uncovered = (ecosystem: string): Verdict =>
    // No record of a system at all: this one is known, and its release goes on as all of them do.
    ecosystem === SYSTEM_ECOSYSTEM ? NOT_AFFECTED : systems.uncovered(ecosystem);
  /** What records without release affect is affected; that they clear the rest, nobody said. */
  const partly = (ecosystem: string, place: Place, name: string, version: string): Verdict => {
    const verdict = judgeOf(place, packagesOf(place, name), name, version);
    return verdict.verdict === "not_affected" ? uncovered(ecosystem) : verdict;
  };
  const judged = (ecosystem: string, name: string, version: string): Verdict => {
    const place = lookup.placeOf(ecosystem);
    if (place.ecosystems.length === 0) return uncovered(ecosystem);
    if (place.isPartial) return partly(ecosystem, place, name, version);
    const packages = packagesOf(place, name);
    return packages.length === 0 ? NOT_AFFECTED : judgeOf(place, packages, name, version);
  };
  const remembered = (ecosystem: string, name: string, version: string): Verdict => {
    let known = memo.get(ecosystem, name);
    if (!known) {
      const place = lookup.placeOf(ecosystem);
      if (place.ecosystems.length === 0) return uncovered(ecosystem);
      if (place.isPartial) return partly(ecosystem, place, name, version);
      known = memo.put(ecosystem, name, packagesOf(place, name));
    }
    if (known.packages.length === 0) return NOT_AFFECTED;
    const said = memo.said(known, version);
    if (said) return said;
    return memo.keep(known, version, judgeOf(lookup.placeOf(ecosystem), known.packages, name, version));
  };
  return {
    match: (ecosystem: string, name: string, version: string): Verdict => {
      // Unlike a package, a system that nobody lists is not clean.
      if (ecosystem === SYSTEM_ECOSYSTEM && !systems.isKnown(name, version)) return NO_FEED;
      return memo.takes(name) ? remembered(ecosystem, name, version) : judged(ecosystem, name, version);
    },
    rows: (ecosystem: string, name: string, version: string): { layers: Layer[]; scheme: VersionScheme | null } => {
      const place = lookup.placeOf(ecosystem);
      const packages = packagesOf(place, name);
      const layers = place.layers
        ? place.layers.speaking(packages, name, version)
        : packages.map((position) => ({ package: position, rank: 0 }));
      return { layers: layers ?? [], scheme: place.scheme };
    },
  };
};

/**
 * Opens an index over its bytes, which may lie in a SharedArrayBuffer; nothing is parsed or copied but the head (bytes
 * that do not start on an 8-byte bound are copied once). Throws BAD_FEED when the file is not whole.
 */
export const openIndex = (bytes: Uint8Array): AdvisoryIndex => indexOf(unpack(bytes), () => bytes, null);

/**
 * Opens an index of which only what is asked for is read, in pages with checksums of their own: for a process that asks little and
 * ends. `source` must stay as it is. Throws BAD_FEED when it is no index; answers throw it where a page is damaged.
 */
export const openIndexInParts = (source: IndexSource): AdvisoryIndex => {
  const { bytes, sections, parts } = openParts(source);
  return indexOf(sections, () => (parts.all(), bytes), parts);
};

const indexOf = (s: Sections, bytes: () => Uint8Array, parts: Parts | null): AdvisoryIndex => {
  const meta = readMeta(s);
  const texts = parts ? textsInParts(createTexts(s, true), parts) : createTexts(s);
  const lookup = createLookup(s, texts);
  const judge = parts ? judgeInParts(createJudge(s, texts, true), parts) : createJudge(s, texts);
  const groups = createGroups(s, texts, parts);
  const extras = createExtras(s, parts);
  const { match, rows } = createMatch(lookup, judge, createSystems(extras.lifeCycles, meta.builtAt));
  return {
    meta,
    get bytes() {
      return bytes();
    },
    groupCount: s.groupId.length,
    match,
    explain: (ecosystem, name, version) => {
      const { layers, scheme } = rows(ecosystem, name, version);
      return judge.explain(layers, scheme, version).map(({ hit, outcome, withdrawnAt, isRejected }) => ({
        ...hit,
        group: groups.advisory(hit.advisory),
        outcome,
        withdrawnAt,
        ...(isRejected && { isRejected }),
      }));
    },
    ...groups,
    ...extras,
    *packages() {
      parts?.all();
      for (let i = 0; i < s.packageName.length; i++) {
        yield {
          ecosystem: texts.decode(s.ecosystems[s.packageEcosystem[i]!]!),
          name: texts.decode(s.packageName[i]!),
          hash: hex(s.packageHash[i * 2]!, s.packageHash[i * 2 + 1]!),
        };
      }
    },
  };
};
