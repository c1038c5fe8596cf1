import { AppError } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { jsonOf, listOf, MAX_NESTING, recordOf, wordOf } from "../text-file.ts";
import { gatherPackages, type PackageEntry, type PackageGathering } from "../gather-packages.ts";

type Fields = Readonly<Record<string, unknown>>;

/** npm's package-lock.json and npm-shrinkwrap.json, lockfileVersion 1 to 3 (docs.npmjs.com, package-lock-json). */
export const extract: ExtractFile = async (file, context) => {
  const lock = recordOf(await jsonOf(file, context));
  if (lock === null) throw new AppError("UNREADABLE", `${file.path} is no npm lockfile: it is not an object.`);
  const into = gatherPackages(file.path);
  const packages = recordOf(lock["packages"]);
  if (packages !== null) readPackages(packages, into);
  else readDependencies(recordOf(lock["dependencies"]) ?? {}, null, into, 0);
  return into.finish();
};

const NEEDED = ["dependencies", "optionalDependencies", "peerDependencies"] as const;
const ASKED = [...NEEDED, "devDependencies"] as const;

/** Version 2 and 3: one flat object, its keys are places in the tree of folders. */
const readPackages = (packages: Fields, into: PackageGathering): void => {
  const direct = new Set<string>();
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
    if (fields === null || !isInstalled(place) || fields["link"] === true) continue;
    const name = wordOf(fields["name"]) ?? place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);
    const needs = namesIn(fields, NEEDED).flatMap((needed) => resolved(packages, place, needed) ?? []);
    into.add(entryOf(name, fields, { key: place, dependsOn: needs, isDirect: direct.has(place) }));
  }
};

const isInstalled = (place: string): boolean => place.startsWith("node_modules/") || place.includes("/node_modules/");

/** Node's way of finding a package: in the nearest node_modules, then outward. A link is followed to its workspace. */
const resolved = (packages: Fields, from: string, name: string): string | null => {
  for (let folder = from; ;) {
    const place = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (Object.hasOwn(packages, place)) return place;
    if (folder === "") return null;
    const inner = folder.lastIndexOf("/node_modules/");
    folder = inner >= 0 ? folder.slice(0, inner) : "";
  }
};

/** Version 1: objects nested as the folders are. `requires` names what each needs. */
const readDependencies = (dependencies: Fields, parent: Scope | null, into: PackageGathering, depth: number): void => {
  if (depth > MAX_NESTING) return into.problem(`what is nested deeper than ${MAX_NESTING} levels is not read`);
  const scope: Scope = { dependencies, parent, place: parent === null ? "" : `${parent.place}/` };
  for (const [name, value] of Object.entries(dependencies)) {
    const fields = recordOf(value);
    if (fields === null) continue;
    const place = `${scope.place}${name}`;
    const inner: Scope = { dependencies: recordOf(fields["dependencies"]) ?? {}, parent: scope, place };
    const needs = Object.keys(recordOf(fields["requires"]) ?? {}).flatMap((needed) => placeOf(inner, needed) ?? []);
    into.add(entryOf(name, fields, { key: place, dependsOn: needs }));
    if (recordOf(fields["dependencies"]) !== null)
      readDependencies(inner.dependencies, { ...scope, place }, into, depth + 1);
  }
};

interface Scope {
  readonly dependencies: Fields;
  readonly parent: Scope | null;
  readonly place: string;
}

const placeOf = (scope: Scope, name: string): string | null => {
  for (let at: Scope | null = scope; at !== null; at = at.parent) {
    if (Object.hasOwn(at.dependencies, name)) return at.place === "" ? name : `${at.place}/${name}`;
  }
  return null;
};

/** `npm:left-pad@1.3.0` installs another package under a name of the project's own. */
const ALIAS = /^npm:((?:@[^/@]+\/)?[^/@]+)@(.+)$/;

const entryOf = (
  name: string,
  fields: Fields,
  graph: Pick<PackageEntry, "key" | "dependsOn" | "isDirect">,
): PackageEntry => {
  const said = wordOf(fields["version"]) ?? "";
  const alias = ALIAS.exec(said);
  const license = wordOf(fields["license"]);
  return {
    ...graph,
    component: { ecosystem: "npm", name: alias?.[1] ?? name, version: alias?.[2] ?? said },
    isDev: fields["dev"] === true || fields["devOptional"] === true,
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
