import { AppError } from "@zerotrace/core";
import { posix } from "node:path";
import type { ExtractFile, FileContext } from "../file-extractor.ts";
import { gatherPackages, type PackageEntry, type PackageGathering } from "../gather-packages.ts";
import { lineFinder } from "../line-finder.ts";
import { aliasOf, askedBy, isInstalledWith, manifestIn, NOTHING_FOUND } from "../package-manifest.ts";
import { listOf, MAX_NESTING, parsed, recordOf, textOf, wordOf } from "../text-file.ts";

type Fields = Readonly<Record<string, unknown>>;
type FindLine = (needle: string) => number | undefined;

/**
 * npm's package-lock.json, npm-shrinkwrap.json and node_modules/.package-lock.json, lockfileVersion 1 to 3
 * (docs.npmjs.com, package-lock-json). Where both lie in a folder npm obeys the shrinkwrap alone, and so does this.
 */
export const extract: ExtractFile = async (file, context) => {
  const folder = posix.dirname(file.path);
  const fileName = posix.basename(file.path);
  if (fileName !== ".package-lock.json" && isInstalledWith(file.path)) return NOTHING_FOUND;
  if (fileName === "package-lock.json" && (await context.list(folder))?.includes("npm-shrinkwrap.json") === true) {
    return NOTHING_FOUND;
  }
  const text = await textOf(file, context);
  const lock = recordOf(parsed(file.path, (): unknown => JSON.parse(text)));
  if (lock === null) throw new AppError("UNREADABLE", `${file.path} is no npm lockfile: it is not an object.`);
  const into = gatherPackages(file.path);
  const packages = recordOf(lock["packages"]);
  const lineOf = lineFinder(text);
  if (packages !== null) {
    readPackages(packages, await askedOutside(packages, folder, context), into, lineOf);
    return into.finish();
  }
  const manifest = await manifestIn(folder, context);
  const asked = manifest === null ? null : new Set(askedBy(manifest).map(({ name }) => name));
  const root: Scope = { dependencies: recordOf(lock["dependencies"]) ?? {}, parent: null, place: "" };
  readDependencies(root, { into, asked, lineOf }, 0);
  return into.finish();
};

/** The lock inside node_modules does not hold the project itself: its package.json, one folder up, tells what it asks for. */
const askedOutside = async (
  packages: Fields,
  folder: string,
  context: FileContext,
): Promise<readonly string[] | null> => {
  if (Object.hasOwn(packages, "")) return [];
  const manifest = await manifestIn(posix.dirname(folder), context);
  return manifest === null ? null : askedBy(manifest).map(({ name }) => name);
};

const NEEDED = ["dependencies", "optionalDependencies", "peerDependencies"] as const;
const ASKED = [...NEEDED, "devDependencies"] as const;

/** Version 2 and 3: one flat object, its keys are places in the tree of folders. `asked` is null when nobody tells. */
const readPackages = (
  packages: Fields,
  asked: readonly string[] | null,
  into: PackageGathering,
  lineOf: FindLine,
): void => {
  const direct = new Set((asked ?? []).flatMap((name) => resolved(packages, "", name) ?? []));
  for (const [place, value] of Object.entries(packages)) {
    const fields = recordOf(value);
    // The project itself and its workspaces ask; what lies in node_modules is asked for.
    if (fields === null || isInstalled(place)) continue;
    for (const name of namesIn(fields, ASKED)) {
      const found = resolved(packages, place, name);
      if (found !== null) direct.add(found);
    }
  }
  for (const [place, value] of Object.entries(packages)) {
    const fields = recordOf(value);
    if (!isInstalled(place) || fields?.["link"] === true) continue;
    if (fields === null) {
      into.problem(`${place}: it is not an object`);
      continue;
    }
    const name = wordOf(fields["name"]) ?? place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);
    const needs = namesIn(fields, NEEDED).flatMap((needed) => resolved(packages, place, needed) ?? []);
    const line = lineOf(`${JSON.stringify(place)}:`);
    const graph = { key: place, dependsOn: needs, ...(line === undefined ? {} : { line }) };
    into.add(entryOf(name, fields, asked === null ? graph : { ...graph, isDirect: direct.has(place) }));
  }
};

const isInstalled = (place: string): boolean => place.startsWith("node_modules/") || place.includes("/node_modules/");

/** Node's way of finding a package: in the nearest node_modules, then outward, through every folder between. */
export const resolved = (packages: Fields, from: string, name: string): string | null => {
  for (let folder = from; ;) {
    const place = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (Object.hasOwn(packages, place)) return place;
    if (folder === "") return null;
    // Inside node_modules only the package's own folders hold modules; in a workspace any folder above may.
    const inner = folder.lastIndexOf("/node_modules/");
    const up = folder.startsWith("node_modules/") || inner >= 0 ? inner : folder.lastIndexOf("/");
    folder = up < 0 ? "" : folder.slice(0, up);
  }
};

interface Scope {
  readonly dependencies: Fields;
  readonly parent: Scope | null;
  readonly place: string;
}

interface Reading {
  readonly into: PackageGathering;
  /** What the project's package.json asks for, null without one. */
  readonly asked: ReadonlySet<string> | null;
  readonly lineOf: FindLine;
}

/** Version 1: objects nested as the folders are. `requires` names what each needs. */
const readDependencies = (scope: Scope, reading: Reading, depth: number): void => {
  const { into, asked, lineOf } = reading;
  if (depth > MAX_NESTING) return into.problem(`what is nested deeper than ${MAX_NESTING} levels is not read`);
  for (const [name, value] of Object.entries(scope.dependencies)) {
    const fields = recordOf(value);
    if (fields === null) {
      into.problem(`${name}: it is not an object`);
      continue;
    }
    const place = placeIn(scope, name);
    const inner: Scope = { dependencies: recordOf(fields["dependencies"]) ?? {}, parent: scope, place };
    const needs = Object.keys(recordOf(fields["requires"]) ?? {}).flatMap((needed) => placeOf(inner, needed) ?? []);
    const line = lineOf(`${JSON.stringify(name)}: {`);
    const graph = { key: place, dependsOn: needs, ...(line === undefined ? {} : { line }) };
    const isDirect = depth === 0 && asked?.has(name) === true;
    into.add(entryOf(name, fields, asked === null ? graph : { ...graph, isDirect }));
    readDependencies(inner, reading, depth + 1);
  }
};

const placeIn = (scope: Scope, name: string): string => (scope.place === "" ? name : `${scope.place}/${name}`);

const placeOf = (from: Scope, name: string): string | null => {
  for (let scope: Scope | null = from; scope !== null; scope = scope.parent) {
    if (Object.hasOwn(scope.dependencies, name)) return placeIn(scope, name);
  }
  return null;
};

/** A git address, a folder or an archive's address where version 1 writes no version. */
const ADDRESS = /[:/]/;

const entryOf = (
  name: string,
  fields: Fields,
  graph: Pick<PackageEntry, "key" | "dependsOn" | "isDirect" | "line">,
): PackageEntry => {
  const said = wordOf(fields["version"]) ?? "";
  const alias = aliasOf(said);
  const version = alias?.version ?? (ADDRESS.test(said) ? "" : said);
  const license = wordOf(fields["license"]);
  return {
    ...graph,
    component: { ecosystem: "npm", name: alias?.name ?? name, version },
    // What is also an optional dependency of something shipped (`devOptional`) is installed with it.
    isDev: fields["dev"] === true,
    ...(license === null ? {} : { license }),
  };
};

const namesIn = (fields: Fields, kinds: readonly string[]): string[] =>
  kinds.flatMap((kind) => {
    const asked = fields[kind];
    return Array.isArray(asked)
      ? listOf(asked).flatMap((name) => wordOf(name) ?? [])
      : Object.keys(recordOf(asked) ?? {});
  });
