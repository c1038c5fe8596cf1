import { messageOf } from "@zerotrace/core";
import { posix } from "node:path";
import type { FileContext } from "../file-extractor.ts";
import { xmlOf } from "../xml-tree.ts";
import { interpolated, propertiesOf } from "./properties.ts";
import { type Coordinates, type Pom, type PomDependency, pomOf } from "./model.ts";

/** Parents above one pom (count). */
const MAX_PARENTS = 16;
/** Lists of versions that are imported, directly or by each other (count). */
const MAX_IMPORTS = 32;

/** A pom with what its parents give it, as far as they lie in the target. */
export interface EffectivePom {
  /** The pom itself, then its parents. */
  readonly line: readonly Pom[];
  readonly properties: ReadonlyMap<string, string>;
  /** By `keyOf`. */
  readonly managed: ReadonlyMap<string, PomDependency>;
}

/** Reads poms of the target by their path; null when one is absent or is no pom. */
export type ReadPom = (path: string) => Promise<Pom | null>;

interface Read {
  readonly pom: Pom | null;
  /** Why it is not read; null when it is absent too. */
  readonly fault: string | null;
}

/** Poms kept of one target (count): the modules of a build have the same parents. */
const MAX_KEPT = 512;
const KEPT = new WeakMap<FileContext, Map<string, Promise<Read>>>();

/** Reads each pom of a target once. One that cannot be read is told to `problem`, and is as if it were absent. */
export const pomReader = (context: FileContext, problem: (text: string) => void): ReadPom => {
  const kept = KEPT.get(context) ?? new Map<string, Promise<Read>>();
  KEPT.set(context, kept);
  return async (path) => {
    const reading = kept.get(path) ?? readPom(context, path);
    if (kept.size < MAX_KEPT) kept.set(path, reading);
    const { pom, fault } = await reading;
    if (fault !== null) problem(fault);
    return pom;
  };
};

const readPom = async (context: FileContext, path: string): Promise<Read> => {
  try {
    const names = await context.list(posix.dirname(path) === "." ? "" : posix.dirname(path));
    if (names?.includes(posix.basename(path)) !== true) return { pom: null, fault: null };
    return { pom: pomOf(await xmlOf({ path, sizeBytes: 0, realPath: "" }, context)), fault: null };
  } catch (error) {
    return { pom: null, fault: messageOf(error) };
  }
};

/** Puts together what `pom`, which lies at `path`, inherits, manages and imports. */
export const effectivePom = async (
  path: string,
  pom: Pom,
  load: ReadPom,
  imports: Set<string> = new Set(),
): Promise<EffectivePom> => {
  const line = await lineOf(path, pom, load);
  const properties = propertiesOf(line.map((member) => member.pom));
  const managed = new Map<string, PomDependency>();
  const imported: PomDependency[] = [];
  for (const dependency of line.flatMap((member) => member.pom.managed)) {
    const said = resolved(dependency, properties);
    if (said.scope === "import" && said.type === "pom") imported.push(said);
    else if (!managed.has(keyOf(said))) managed.set(keyOf(said), said);
  }
  // What the project manages itself goes before what it imports, and the first import before the next.
  for (const bom of imported) {
    const id = `${bom.groupId}:${bom.artifactId}`;
    if (imports.has(id) || imports.size >= MAX_IMPORTS) continue;
    imports.add(id);
    const found = await neighborOf(
      line.map((member) => member.path),
      bom,
      load,
    );
    if (found === null) continue;
    const effective = await effectivePom(found.path, found.pom, load, imports);
    for (const [key, value] of effective.managed) if (!managed.has(key)) managed.set(key, value);
  }
  return { line: line.map((member) => member.pom), properties, managed };
};

/** A dependency with its properties put in. Without an own version or scope, the managed ones hold. */
export const resolved = (dependency: PomDependency, properties: ReadonlyMap<string, string>): PomDependency => ({
  ...dependency,
  groupId: interpolated(dependency.groupId, properties),
  artifactId: interpolated(dependency.artifactId, properties),
  version: interpolated(dependency.version, properties),
  type: interpolated(dependency.type, properties),
  classifier: interpolated(dependency.classifier, properties),
  scope: interpolated(dependency.scope, properties),
});

/** By what Maven tells dependencies apart. */
export const keyOf = (d: PomDependency): string => [d.groupId, d.artifactId, d.type, d.classifier].join(":");

interface Placed {
  readonly path: string;
  readonly pom: Pom;
}

const lineOf = async (path: string, pom: Pom, load: ReadPom): Promise<Placed[]> => {
  const line: Placed[] = [{ path, pom }];
  while (line.length <= MAX_PARENTS) {
    const last = line.at(-1) as Placed;
    const { parent } = last.pom;
    if (parent === null) break;
    const found = await parentOf(last.path, parent, load);
    // A parent that is its own child would never end.
    if (found === null || line.some((member) => member.path === found.path)) break;
    line.push(found);
  }
  return line;
};

const parentOf = async (path: string, parent: NonNullable<Pom["parent"]>, load: ReadPom): Promise<Placed | null> => {
  const said = parent.relativePath;
  const places = said === "" ? [] : [said, `${said}/pom.xml`].map((place) => within(posix.dirname(path), place));
  return firstOf([...places, ...repositoryPlaces(parent)], parent, load);
};

/** A pom of the same build, beside one of these or above it, or one in a local repository inside the target. */
const neighborOf = (paths: readonly string[], wanted: Coordinates, load: ReadPom): Promise<Placed | null> => {
  const folders = [...new Set(paths.map((path) => posix.dirname(path)))];
  const places = folders.flatMap((folder) =>
    [".", "..", wanted.artifactId, `../${wanted.artifactId}`].map((place) => within(folder, `${place}/pom.xml`)),
  );
  return firstOf([...places, ...repositoryPlaces(wanted)], wanted, load);
};

const firstOf = async (
  places: readonly (string | null)[],
  wanted: Coordinates,
  load: ReadPom,
): Promise<Placed | null> => {
  for (const path of places) {
    const pom = path === null ? null : await load(path);
    if (path === null || pom === null) continue;
    // Maven too passes over a pom in the right place that is another one.
    const groupId = pom.own.groupId || pom.parent?.groupId;
    if (pom.own.artifactId === wanted.artifactId && (groupId === wanted.groupId || wanted.groupId === "")) {
      return { path, pom };
    }
  }
  return null;
};

const REPOSITORIES = [".m2/repository", "root/.m2/repository"];

const repositoryPlaces = ({ groupId, artifactId, version }: Coordinates): (string | null)[] =>
  [groupId, artifactId, version].some((part) => part === "" || /[^\w.-]/.test(part))
    ? []
    : REPOSITORIES.map((root) =>
        within(root, `${groupId.replaceAll(".", "/")}/${artifactId}/${version}/${artifactId}-${version}.pom`),
      );

/** The path inside the target; null when it leads out of it or is none. */
const within = (folder: string, place: string): string | null => {
  if (place.startsWith("/") || /[\\\0]/.test(place)) return null;
  const path = posix.normalize(posix.join(folder, place));
  return path.startsWith("..") || path === "." || path.endsWith("/") ? null : path;
};
