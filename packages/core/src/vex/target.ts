import { baseEcosystem, plainEcosystem } from "../component/ecosystem.ts";
import type { Component } from "../component/component.ts";
import { normalizeName } from "../component/normalize.ts";
import { componentOfPurl } from "../component/purl-component.ts";
import { AppError } from "../errors.ts";
import { schemeFor } from "../version/index.ts";

/** A package that a statement names, in the terms of components. */
export interface VexTarget {
  /** With its release where the purl names one; without, every release is meant. */
  readonly ecosystem: string;
  readonly name: string;
  /** Null: every version. */
  readonly version: string | null;
  /** Null: every architecture. */
  readonly arch: string | null;
  /** The source package of an operating system is meant, and so all that is built from it. */
  readonly isSource: boolean;
}

const SOURCE_ARCHS: ReadonlySet<string> = new Set(["source", "src"]);

/**
 * The target of a package URL; null where nothing that is inventoried can be meant: a type we do not know, or a part inside a
 * package (a subpath), of which a finding does not say whether it is used.
 */
export const vexTarget = (purl: string): VexTarget | null => {
  if (purl.includes("#")) return null;
  try {
    const { ecosystem, name, version, arch } = componentOfPurl(purl);
    const isSource = arch !== undefined && SOURCE_ARCHS.has(arch);
    return { ecosystem, name, version: version || null, arch: isSource ? null : (arch ?? null), isSource };
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
};

/** True when a release that was named (`9`) means the one of a component (`9.4`). */
const isEcosystemOf = (named: string, own: string): boolean => {
  const [a, b] = [named, own].map((one) => plainEcosystem(one).replace(/^Ubuntu:Pro:(?=\d)/, "Ubuntu:")) as [
    string,
    string,
  ];
  return a === b || a === baseEcosystem(b) || (a.includes(":") && b.startsWith(`${a}.`));
};

const isSameVersion = (ecosystem: string, a: string, b: string): boolean =>
  a === b || schemeFor(ecosystem)?.compare(a, b) === 0;

type Comparator = "=" | "!=" | "<" | "<=" | ">" | ">=";
const CONSTRAINT = /^(>=|<=|!=|=|<|>)?(.+)$/;
/** Constraints of one range that are read (count). */
const CONSTRAINTS_MAX = 1_000;

const constraintsOf = (versions: string): { comparator: Comparator; version: string }[] => {
  const written = versions.slice(versions.indexOf("/") + 1).split("|", CONSTRAINTS_MAX);
  return written.flatMap((one) => {
    const found = CONSTRAINT.exec(one.trim());
    if (found === null) return [];
    try {
      return [{ comparator: (found[1] ?? "=") as Comparator, version: decodeURIComponent(found[2]!) }];
    } catch {
      return [];
    }
  });
};

const holds = (order: -1 | 0 | 1 | null, comparator: Comparator): boolean => {
  if (order === null) return false;
  if (comparator === "<" || comparator === "<=") return order < 0 || (order === 0 && comparator === "<=");
  return order > 0 || (order === 0 && comparator === ">=");
};

/**
 * Whether a version lies in a range of the notation `vers` (https://github.com/package-url/vers-spec), by the order of the
 * component's own ecosystem. False for what cannot be ordered: nothing is closed by a guess.
 */
export const isInVers = (versions: string, ecosystem: string, version: string): boolean => {
  if (versions.slice(versions.indexOf("/") + 1) === "*") return true;
  const constraints = constraintsOf(versions);
  const equal = (c: (typeof constraints)[number]): boolean => isSameVersion(ecosystem, version, c.version);
  if (constraints.some((c) => c.comparator === "!=" && equal(c))) return false;
  if (constraints.some((c) => c.comparator === "=" && equal(c))) return true;
  const bounds = constraints.filter((c) => c.comparator !== "=" && c.comparator !== "!=");
  const scheme = schemeFor(ecosystem);
  const isIn = (c: (typeof constraints)[number]): boolean =>
    holds(scheme?.compare(version, c.version) ?? null, c.comparator);
  const isUpper = (c: (typeof constraints)[number]): boolean => c.comparator.startsWith("<");
  // Bounds are written in ascending order: a lower one and the upper one after it are a span.
  return bounds.some((c, i) => {
    if (isUpper(c)) return i === 0 ? isIn(c) : !isUpper(bounds[i - 1]!) && isIn(bounds[i - 1]!) && isIn(c);
    return i === bounds.length - 1 && isIn(c);
  });
};

/** Whether a target means a component; `versions` as in `VexProduct`. */
export const isTargetOf = (target: VexTarget, component: Component, versions: string | null = null): boolean => {
  if (!isEcosystemOf(target.ecosystem, component.ecosystem)) return false;
  const { source } = component;
  const [name, version] =
    target.isSource && source ? [source.name, source.version] : [component.name, component.version];
  const spelled = (one: string): string => normalizeName(component.ecosystem, one);
  if (spelled(name) !== spelled(target.name)) return false;
  if (target.arch !== null && component.arch !== undefined && target.arch !== component.arch) return false;
  if (target.version !== null && !isSameVersion(component.ecosystem, target.version, version)) return false;
  return versions === null || isInVers(versions, component.ecosystem, version);
};
