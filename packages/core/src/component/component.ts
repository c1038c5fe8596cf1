/** What advisories speak of: a package of an ecosystem at a version. */
export interface JudgedPackage {
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
}

/**
 * A piece of software in an asset. Two components are the same when all six fields are.
 * Operating-system packages are judged by `source` where it is given, everything else by `name` and `version`. What lies
 * in the files of an operating-system package is judged with that package.
 */
export interface Component {
  /** OSV's ecosystem with its release, such as `Debian:12`, `Alpine:v3.20`, `npm`, `PyPI`. */
  readonly ecosystem: string;
  /** The installed name: the binary package of an operating system, else the package's own name, normalized. */
  readonly name: string;
  /** The installed version as the packager writes it. */
  readonly version: string;
  /** The architecture, for operating-system packages. */
  readonly arch?: string;
  /** The source package and its version, when they differ from name and version. */
  readonly source?: { readonly name: string; readonly version: string };
  /** The operating-system package whose files it lies in, as that is judged: the source package where it has one. */
  readonly ownedBy?: JudgedPackage;
}

/** The package by which a component is judged: its owner, else its source package, else itself. */
export const judgedAs = (c: Component): JudgedPackage =>
  c.ownedBy ?? {
    ecosystem: c.ecosystem,
    name: c.source?.name ?? c.name,
    version: c.source?.version ?? c.version,
  };

/** Every text that tells two components apart, in one order; an absent one is empty. */
export const componentTexts = (c: Component): string[] => {
  const own = [c.ecosystem, c.name, c.version, c.arch ?? "", c.source?.name ?? "", c.source?.version ?? ""];
  // Left out where there is none, so that digests of inventories without owners stay what they were.
  return c.ownedBy ? [...own, c.ownedBy.ecosystem, c.ownedBy.name, c.ownedBy.version] : own;
};

/** RPM distributions whose advisories name source packages; those of AlmaLinux, Rocky Linux, SUSE and others name binary ones. */
const RPM_BY_SOURCE: ReadonlySet<string> = new Set(["Mageia", "Red Hat", "openEuler"]);

/** Whether advisories of an RPM distribution speak of source packages. Takes OSV's ecosystem, with or without its release. */
export const isRpmJudgedBySource = (ecosystem: string): boolean => RPM_BY_SOURCE.has(ecosystem.split(":")[0] ?? "");
