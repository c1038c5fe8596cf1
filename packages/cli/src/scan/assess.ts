import {
  applicableEcosystems,
  canonicalEcosystem,
  componentTexts,
  fixNeeds,
  isClosedBy,
  type IsPresent,
  isTargetOf,
  judgedAs,
  purlOf,
  riskOf,
  SYSTEM_ECOSYSTEM,
} from "@zerotrace/core";
import type { AdvisoryIndex, Component, Vex } from "@zerotrace/core";
import type {
  FindingPlace,
  ReportTarget,
  ScanCoverage,
  ScanFinding,
  ScanVex,
  Unreadable,
} from "@zerotrace/plugins/formats/report";
import type { Place, TargetInventory } from "@zerotrace/plugins/targets/target";
import type { FoundPackage } from "@zerotrace/plugins/extractors/file-extractor";
import type { FiledStatement } from "./vex-files.ts";

/** What a VEX statement closes: a finding all the same, that is not counted. */
export type ClosedFinding = ScanFinding & { readonly vex: ScanVex };

/** What the index says of targets. */
export interface Assessed {
  readonly targets: readonly ReportTarget[];
  readonly unreadable: readonly Unreadable[];
  readonly leftOut: readonly Unreadable[];
  readonly components: number;
  readonly coverage: readonly ScanCoverage[];
  readonly findings: readonly ScanFinding[];
  /** Findings that VEX statements close, in the same order. */
  readonly notAffected: readonly ClosedFinding[];
}

/** Why a component has no verdict, the worst first: it stands for the ecosystem. */
const REASONS = ["no_feed", "end_of_life", "unparsable", "no_stream"] as const;
type Reason = (typeof REASONS)[number];

/** A component of a target with all places where it was found. */
export interface Found {
  readonly component: Component;
  readonly places: { readonly place: Place; readonly found: FoundPackage }[];
}

/** The components of a target, one of each, in the order of places. */
export const componentsOf = (inventory: TargetInventory): Found[] => {
  const byKey = new Map<string, Found>();
  for (const place of inventory.places) {
    for (const found of place.packages) {
      const key = componentTexts(found.component).join("\0");
      const known = byKey.get(key);
      if (known === undefined) byKey.set(key, { component: found.component, places: [{ place, found }] });
      else known.places.push({ place, found });
    }
  }
  return [...byKey.values()];
};

/**
 * Judges targets: findings by risk, then package, id and purl; coverage by ecosystem. What the newest VEX statement closes
 * stands apart. Same input, same output.
 */
export const assess = (
  inventories: readonly TargetInventory[],
  index: AdvisoryIndex,
  vex: Vex<FiledStatement> | null = null,
): Assessed => {
  const perTarget = inventories.map((inventory) => ({ inventory, all: componentsOf(inventory) }));
  const rule = rulerOf(
    perTarget.flatMap(({ all }) => all.map(({ component }) => component)),
    vex,
  );
  const tally = createTally();
  const findings: (ScanFinding | ClosedFinding)[] = [];
  for (const { inventory, all } of perTarget) {
    for (const one of all) {
      const reason = findingsOf(one, inventory, index, (found) => findings.push(rule(one.component, found)));
      tally.add(one.component, reason);
    }
  }
  findings.sort(byRisk);
  const isOne = inventories.length === 1;
  return {
    targets: perTarget.map(({ inventory, all }) => targetOf(inventory, all.length, findings)),
    unreadable: inventories.flatMap((inventory) => unreadableOf(inventory, isOne)),
    leftOut: inventories.flatMap((inventory) => leftOutOf(inventory, isOne)),
    components: perTarget.reduce((sum, { all }) => sum + all.length, 0),
    coverage: tally.rows(index),
    findings: findings.filter((found) => !isClosed(found)),
    notAffected: findings.filter(isClosed),
  };
};

const findingsOf = (
  one: Found,
  inventory: TargetInventory,
  index: AdvisoryIndex,
  add: (found: ScanFinding) => void,
): Reason | undefined => {
  const { component } = one;
  const { ecosystem, name, version } = judgedAs(component);
  const verdict = index.match(ecosystem, name, version);
  // The owner is a component too and has the findings.
  if (component.ownedBy === undefined && verdict.hits.length > 0) {
    const about = aboutOf(one, inventory);
    for (const hit of verdict.hits) {
      const group = index.advisory(hit.advisory);
      const needs = fixNeeds(hit.urgency);
      add({
        ...about.head,
        id: group.id,
        aliases: group.aliases,
        title: group.summary,
        fixedIn: hit.fixedIn,
        ...(needs === "" ? {} : { fixNeeds: needs }),
        severity: group.severity,
        cvss: group.cvss?.score ?? null,
        epss: group.epss?.score ?? null,
        kev: group.kevAddedAt !== null,
        risk: riskOf({ ...group, fixAvailable: hit.fixedIn !== null }).risk,
        ...about.tail,
      });
    }
  }
  return REASONS.find((reason) => reason === verdict.reason);
};

/** What all findings of a component say alike. */
const aboutOf = ({ component, places }: Found, { name, image }: TargetInventory) => {
  const isDirect = places.map(({ found }) => found.isDirect).filter((said) => said !== undefined);
  const isDev = places.map(({ found }) => found.isDev).filter((said) => said !== undefined);
  const way = places
    .filter(({ found }) => found.via !== undefined)
    .sort((a, b) => a.found.via!.length - b.found.via!.length)[0];
  return {
    head: {
      purl: purlOf(component),
      ecosystem: component.ecosystem,
      package: component.name,
      ...(component.source ? { source: component.source.name } : {}),
      version: component.version,
    },
    tail: {
      target: name,
      places: places.map(({ place, found }) => findingPlace(place, found, image)),
      ...(isDirect.length > 0 ? { isDirect: isDirect.includes(true) } : {}),
      ...(isDev.length > 0 ? { isDev: !isDev.includes(false) } : {}),
      ...(way === undefined ? {} : { via: way.found.via!.map((at) => labelOf(way.place.packages[at])) }),
    },
  };
};

const labelOf = (found: FoundPackage | undefined): string =>
  found === undefined ? "?" : `${found.component.name}@${found.component.version}`;

/** Where a package was found, as reports tell it. */
export const findingPlace = (place: Place, found: FoundPackage, image: TargetInventory["image"]): FindingPlace => {
  const at = found.layer ?? place.layer;
  const layer = at === undefined ? undefined : image?.layers[at];
  return {
    path: place.path,
    reader: place.reader,
    ...(found.line === undefined ? {} : { line: found.line }),
    ...(found.inside === undefined ? {} : { inside: found.inside }),
    ...(at === undefined ? {} : { layer: at }),
    ...(layer === undefined ? {} : { step: layer.createdBy, isBase: layer.isBase }),
  };
};

const NO_COUNTS = { components: 0, owned: 0, no_feed: 0, end_of_life: 0, unparsable: 0, no_stream: 0 };

const createTally = () => {
  const counts = new Map<string, Record<"components" | "owned" | Reason, number>>();
  return {
    add: (component: Component, reason: Reason | undefined): void => {
      const { ecosystem } = judgedAs(component);
      const count = counts.get(ecosystem) ?? { ...NO_COUNTS };
      count.components += 1;
      if (component.ownedBy) count.owned += 1;
      if (reason) count[reason] += 1;
      counts.set(ecosystem, count);
    },
    rows: (index: AdvisoryIndex): ScanCoverage[] =>
      [...counts]
        .sort(([a], [b]) => compareText(a, b))
        .map(([ecosystem, count]) => {
          const reason = REASONS.find((one) => count[one] > 0);
          return {
            ecosystem,
            components: count.components,
            covered: count.components - REASONS.reduce((sum, one) => sum + count[one], 0),
            ...(count.owned > 0 ? { owned: count.owned } : {}),
            ...(reason ? { reason } : {}),
            sources: sourcesOf(ecosystem, index),
          };
        }),
  };
};

const sourcesOf = (ecosystem: string, index: AdvisoryIndex): string[] => {
  if (ecosystem === SYSTEM_ECOSYSTEM) return index.lifeCycles().length > 0 ? ["eol"] : [];
  const wanted = new Set(applicableEcosystems(ecosystem));
  const speaking = index.meta.sources.filter((s) => s.covers.some((one) => wanted.has(canonicalEcosystem(one))));
  return [...new Set(speaking.map((s) => s.feed))].sort();
};

const targetOf = (inventory: TargetInventory, components: number, findings: readonly ScanFinding[]): ReportTarget => {
  const { name, kind, os, places, image } = inventory;
  const base = image?.base;
  return {
    name,
    kind,
    os: os.prettyName || os.ecosystem,
    components,
    places: places.length,
    ...(base
      ? { base: { reference: base.reference, riskShare: baseShare(findings.filter((f) => f.target === name)) } }
      : {}),
  };
};

const baseShare = (findings: readonly ScanFinding[]): number => {
  const sum = (all: readonly ScanFinding[]): number => all.reduce((total, f) => total + f.risk, 0);
  const all = sum(findings);
  return all === 0 ? 0 : sum(findings.filter((f) => f.places.every((place) => place.isBase === true))) / all;
};

const unreadableOf = ({ name, kind, places, problems }: TargetInventory, isOne: boolean): Unreadable[] => {
  const target = isOne ? {} : { target: name };
  const lists = places
    .filter((place) => place.status === "unreadable")
    .map(({ path, reader, error }) => ({
      source: kind === "host" ? reader : path,
      error: error === undefined ? "It cannot be read." : withoutName(error, path),
      ...target,
    }));
  return [...lists, ...problems.map((error) => ({ source: name, error, ...target }))];
};

const leftOutOf = ({ name, places }: TargetInventory, isOne: boolean): Unreadable[] =>
  places.flatMap(({ path, problems }) =>
    problems.map((error) => ({ source: path, error, ...(isOne ? {} : { target: name }) })),
  );

/** An error of a reader names its file; here the file stands beside it. */
const withoutName = (error: string, path: string): string => {
  for (const start of [`${path} cannot be read: `, `/${path} cannot be read: `, `${path}: `]) {
    if (error.startsWith(start)) return error.slice(start.length);
  }
  return error.startsWith(`${path} `) ? `it ${error.slice(path.length + 1)}` : error;
};

/** Says what VEX statements decide on the findings of components that are scanned together. */
const rulerOf = (components: readonly Component[], vex: Vex<FiledStatement> | null) => {
  const isPresent: IsPresent = (product, versions) => components.some((one) => isTargetOf(product, one, versions));
  return (component: Component, found: ScanFinding): ScanFinding | ClosedFinding => {
    const ruling = vex?.rule([found.id, ...found.aliases], component, isPresent) ?? null;
    if (ruling === null) return found;
    const { status, justification, note, author, at, document } = ruling;
    return { ...found, vex: { status, justification, note, author, at, document } };
  };
};

const isClosed = (found: ScanFinding): found is ClosedFinding =>
  found.vex !== undefined && isClosedBy(found.vex.status);

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const byRisk = (a: ScanFinding, b: ScanFinding): number =>
  b.risk - a.risk ||
  (b.epss ?? -1) - (a.epss ?? -1) ||
  compareText(a.package, b.package) ||
  compareText(a.id, b.id) ||
  compareText(a.purl, b.purl) ||
  compareText(a.target, b.target);
