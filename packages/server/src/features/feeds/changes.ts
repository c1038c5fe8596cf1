import {
  type AdvisoryIndex,
  applicableEcosystems,
  baseEcosystem,
  decidingNames,
  hasModules,
  hasReleases,
  nameInModule,
  normalizeName,
  SYSTEM_ECOSYSTEM,
} from "@zerotrace/core";

/** What differs between two generations, in the words of the index. */
export interface IndexChanges {
  /** `ecosystem\0name` of packages whose ranges or names changed, appeared or went. */
  readonly packages: ReadonlySet<string>;
  /** Ecosystems that one has records for and the other has not, or whose end of life only one of them knows. */
  readonly ecosystems: ReadonlySet<string>;
}

/** A package of the dictionary. */
export interface KnownPackage {
  readonly ecosystem: string;
  readonly name: string;
}

/** What a comparison needs of one generation: so the index itself need not stay in memory. */
export interface PackageHashes {
  /** By `ecosystem\0name`. */
  readonly hashes: ReadonlyMap<string, string>;
  readonly ecosystems: ReadonlySet<string>;
  /** Ecosystems of `known` without records whose release is past its end of life. */
  readonly ended: ReadonlySet<string>;
}

/** Any name and version: the verdict depends on the ecosystem alone where no record names it. */
const isEnded = (index: AdvisoryIndex, ecosystem: string): boolean =>
  index.match(ecosystem, "x", "0").reason === "end_of_life";

/** The packages of an index that may decide on one of the dictionary, as `ecosystem\0name`. */
const keysOf = ({ ecosystem, name }: KnownPackage): string[] => {
  // Names of the dictionary may be older than the rule by which they are compared now.
  const spelled = normalizeName(ecosystem, name);
  return applicableEcosystems(ecosystem).flatMap((e) => decidingNames(e, spelled).map((one) => `${e}\0${one}`));
};

/** Of those packages alone that concern `known`: an index names far more than anyone has. Nothing where there is no index. */
export const hashesOf = (index: AdvisoryIndex | null, known: readonly KnownPackage[]): PackageHashes => {
  const wanted = new Set(known.flatMap(keysOf));
  const hashes = new Map<string, string>();
  const ecosystems = new Set<string>();
  for (const p of index?.packages() ?? []) {
    const key = `${p.ecosystem}\0${p.name}`;
    if (wanted.has(key)) hashes.set(key, `${p.hash}${hashes.get(key) ?? ""}`);
    // That a module has a package of the name decides on one whose stream is not told.
    const tail = hasModules(p.ecosystem) ? nameInModule(p.name) : null;
    const plain = `${p.ecosystem}\0${tail}`;
    if (tail !== null && wanted.has(plain)) hashes.set(plain, `${hashes.get(plain) ?? ""} ${p.name}`);
    ecosystems.add(p.ecosystem);
  }
  // Which releases of a system are known decides too, though only those that ended have a range.
  const lifeCycles = JSON.stringify(index?.lifeCycles() ?? []);
  for (const p of known) {
    const key = `${p.ecosystem}\0${p.name}`;
    if (p.ecosystem === SYSTEM_ECOSYSTEM) hashes.set(key, `${hashes.get(key) ?? ""} ${lifeCycles}`);
  }
  const ended = new Set(known.map((p) => p.ecosystem).filter((e) => index !== null && isEnded(index, e)));
  return { hashes, ecosystems, ended };
};

/** Compares two generations by package. */
export const changesBetween = (a: PackageHashes, b: PackageHashes): IndexChanges => {
  const packages = new Set<string>();
  for (const [key, hash] of b.hashes) if (a.hashes.get(key) !== hash) packages.add(key);
  for (const key of a.hashes.keys()) if (!b.hashes.has(key)) packages.add(key);
  const ecosystems = new Set<string>();
  for (const e of b.ecosystems) if (!a.ecosystems.has(e)) ecosystems.add(e);
  for (const e of a.ecosystems) if (!b.ecosystems.has(e)) ecosystems.add(e);
  for (const e of a.ended.symmetricDifference(b.ended)) ecosystems.add(e);
  return { packages, ecosystems };
};

/** Those of the dictionary's packages that the changes concern; a record for `Debian` concerns `Debian:12` too. */
export const concernedPackages = <P extends KnownPackage>(known: readonly P[], changes: IndexChanges): P[] =>
  known.filter((p) => keysOf(p).some((key) => changes.packages.has(key)));

/**
 * Those of the dictionary's ecosystems that came to be covered, or ceased to be. Whether records without release cover a release
 * depends on what is known of the others, so a new release concerns every one of its system.
 */
export const concernedEcosystems = (known: readonly string[], changes: IndexChanges): string[] => {
  const released = new Set([...changes.ecosystems].filter(hasReleases).map(baseEcosystem));
  return known.filter(
    (e) => released.has(baseEcosystem(e)) || applicableEcosystems(e).some((x) => changes.ecosystems.has(x)),
  );
};
