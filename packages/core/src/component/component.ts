/**
 * A piece of software in an asset. Two components are the same when all five fields are.
 * Operating-system packages are judged by `source` where it is given, everything else by `name` and `version`.
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
}

/** The name and version that advisories speak of. */
export const judgedAs = (c: Component): { name: string; version: string } =>
  c.source ?? { name: c.name, version: c.version };
