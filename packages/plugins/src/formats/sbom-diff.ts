import { AppError, componentOfPurl, schemeFor } from "@zerotrace/core";
import type { Sbom, SbomComponent } from "./sbom.ts";

/** A component by its name, without its version. */
export interface DiffedComponent {
  /** The purl without version, qualifiers and subpath; empty for what has none. */
  readonly purl: string;
  /** With its group. */
  readonly name: string;
}

export interface SbomDiff {
  /** All of them sorted by name, purl and version. */
  readonly added: readonly (DiffedComponent & { readonly version: string })[];
  readonly removed: readonly (DiffedComponent & { readonly version: string })[];
  readonly upgraded: readonly VersionChange[];
  readonly downgraded: readonly VersionChange[];
  /** Other versions whose order nobody knows. */
  readonly changed: readonly VersionChange[];
  /** The same component at the same version under other licenses. */
  readonly relicensed: readonly (DiffedComponent & {
    readonly version: string;
    readonly from: readonly string[];
    readonly to: readonly string[];
  })[];
  readonly sameCount: number;
}

export interface VersionChange extends DiffedComponent {
  readonly from: string;
  readonly to: string;
}

const nameOf = ({ group, name }: SbomComponent): string => (group === "" ? name : `${group}/${name}`);

/** The purl up to its version. */
const basePurl = (purl: string): string => {
  const end = purl.search(/[?#]/);
  const path = end < 0 ? purl : purl.slice(0, end);
  const at = path.lastIndexOf("@");
  return at > path.lastIndexOf("/") ? path.slice(0, at) : path;
};

type Versions = Map<string, SbomComponent>;

/** Components by what they are, then by version. The subject is left out: of two versions of a product it is always another. */
const byIdentity = ({ components, subject }: Sbom): Map<string, Versions> => {
  const found = new Map<string, Versions>();
  for (const component of components) {
    if (component.ref === subject) continue;
    const key = component.purl === "" ? `${component.type} ${nameOf(component)}` : basePurl(component.purl);
    const versions = found.get(key) ?? new Map<string, SbomComponent>();
    found.set(key, versions);
    if (!versions.has(component.version)) versions.set(component.version, component);
  }
  return found;
};

const orderOf = (component: SbomComponent, to: string): number | null => {
  try {
    const { ecosystem } = componentOfPurl(component.purl);
    return schemeFor(ecosystem)?.compare(component.version, to) ?? null;
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
};

const licensesOf = (c: SbomComponent): string[] => [...new Set([...c.declaredLicenses, ...c.concludedLicenses])].sort();

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const sorted = <T extends DiffedComponent>(list: readonly T[], version: (one: T) => string): T[] =>
  [...list].sort(
    (a, b) => compareText(a.name, b.name) || compareText(a.purl, b.purl) || compareText(version(a), version(b)),
  );

/**
 * What is different in `b` against `a`: components are the same when their purls are, but for version and qualifiers; without a
 * purl, when type, group and name are. Upgrades and downgrades follow the order of the ecosystem's versions. Of a component
 * with several versions those on one side alone are compared one with one, else told as added and removed.
 */
export const diffSboms = (a: Sbom, b: Sbom): SbomDiff => {
  const [before, after] = [byIdentity(a), byIdentity(b)];
  const added: SbomDiff["added"][number][] = [];
  const removed: SbomDiff["removed"][number][] = [];
  const relicensed: SbomDiff["relicensed"][number][] = [];
  const moved = { upgraded: [] as VersionChange[], downgraded: [] as VersionChange[], changed: [] as VersionChange[] };
  let sameCount = 0;
  const told = (c: SbomComponent) => ({ purl: c.purl === "" ? "" : basePurl(c.purl), name: nameOf(c) });
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const old: Versions = before.get(key) ?? new Map<string, SbomComponent>();
    const now: Versions = after.get(key) ?? new Map<string, SbomComponent>();
    const gone = [...old.values()].filter(({ version }) => !now.has(version));
    const come = [...now.values()].filter(({ version }) => !old.has(version));
    const [from] = gone;
    const [to] = come;
    if (from !== undefined && to !== undefined && gone.length === 1 && come.length === 1) {
      const order = orderOf(from, to.version);
      const kind = order === null || order === 0 ? "changed" : order < 0 ? "upgraded" : "downgraded";
      moved[kind].push({ ...told(to), from: from.version, to: to.version });
    } else {
      for (const one of gone) removed.push({ ...told(one), version: one.version });
      for (const one of come) added.push({ ...told(one), version: one.version });
    }
    for (const [version, one] of now) {
      const other = old.get(version);
      if (other === undefined) continue;
      sameCount += 1;
      const [was, is] = [licensesOf(other), licensesOf(one)];
      if (was.join("\n") !== is.join("\n")) relicensed.push({ ...told(one), version, from: was, to: is });
    }
  }
  return {
    added: sorted(added, ({ version }) => version),
    removed: sorted(removed, ({ version }) => version),
    upgraded: sorted(moved.upgraded, ({ from }) => from),
    downgraded: sorted(moved.downgraded, ({ from }) => from),
    changed: sorted(moved.changed, ({ from }) => from),
    relicensed: sorted(relicensed, ({ version }) => version),
    sameCount,
  };
};
