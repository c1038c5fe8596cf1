import { AppError } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages, type PackageGathering } from "../gather-packages.ts";
import { isInstalledWith, NOTHING_FOUND } from "../package-manifest.ts";
import { type YamlDocument, yamlDocuments } from "../plain-yaml.ts";
import { recordOf, textOf, wordOf } from "../text-file.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Since this version `packages` does not say which are for development, and `snapshots` holds the graph. */
const SNAPSHOTS_SINCE = 9;

/** pnpm-lock.yaml, lockfileVersion 5 to 9; of several documents (pnpm 11) all are read. */
export const extract: ExtractFile = async (file, context) => {
  if (isInstalledWith(file.path)) return NOTHING_FOUND;
  const documents = await yamlDocuments(file.path, await textOf(file, context));
  const into = gatherPackages(file.path);
  let isNew = false;
  for (const document of documents) {
    const lock = recordOf(document.value);
    // Nothing but comments is an empty lockfile.
    if (lock !== null && Object.keys(lock).length === 0) continue;
    const version = Number.parseFloat(wordOf(lock?.["lockfileVersion"]) ?? "");
    if (lock === null || Number.isNaN(version)) {
      throw new AppError("UNREADABLE", `${file.path} is no pnpm lockfile: it has no lockfileVersion.`);
    }
    isNew ||= version >= SNAPSHOTS_SINCE;
    readLock(lock, document, into);
  }
  return into.finish({ devByGraph: isNew });
};

const readLock = (lock: Fields, { lines }: YamlDocument, into: PackageGathering): void => {
  const packages = recordOf(lock["packages"]) ?? {};
  const snapshots = recordOf(lock["snapshots"]) ?? {};
  const isNew = Object.keys(snapshots).length > 0 || wordOf(lock["lockfileVersion"])?.startsWith("9") === true;
  const nodes = isNew ? nodesOf(packages, snapshots) : packages;
  const direct = directOf(lock, nodes);
  if (isCut(packages, snapshots, lock)) into.problem("what it lists last is not whole: the file is cut off");
  for (const [key, value] of Object.entries(nodes)) {
    const place = isNew ? withoutPeers(key) : key;
    const fields = recordOf(packages[place]) ?? {};
    const named = packageOf(place, fields);
    if (named === null && FOLDER.test(place) && wordOf(fields["version"]) === null) continue;
    if (named === null) {
      into.problem(`${key}: it names no package and version`);
      continue;
    }
    const graph = recordOf(value) ?? {};
    const isDev = isNew ? direct.get(key) : fields["dev"] === "true";
    const line = lines.get(`packages\0${place}`);
    into.add({
      component: { ecosystem: "npm", ...named },
      key,
      dependsOn: needsOf(graph, nodes),
      isDirect: direct.has(key),
      ...(isDev === undefined ? {} : { isDev }),
      ...(line === undefined ? {} : { line }),
    });
  }
};

/** Since version 9 each package has a snapshot below the packages; before, each says where it comes from. */
const isCut = (packages: Fields, snapshots: Fields, lock: Fields): boolean => {
  const last = Object.keys(packages).at(-1);
  if (last === undefined) return false;
  const isNew = wordOf(lock["lockfileVersion"])?.startsWith("9") === true;
  if (isNew) return Object.keys(snapshots).length === 0;
  return recordOf(packages[last])?.["resolution"] === undefined;
};

/** A folder of the project: it has a version of its own only where it was packed. */
const FOLDER = /(?:^|@)file:/;

/** Each package once for every set of peers it is installed with; those without a snapshot by themselves. */
const nodesOf = (packages: Fields, snapshots: Fields): Fields => {
  const nodes: Record<string, unknown> = Object.create(null);
  const seen = new Set<string>();
  for (const [key, value] of Object.entries(snapshots)) {
    nodes[key] = value;
    seen.add(withoutPeers(key));
  }
  for (const key of Object.keys(packages)) if (!seen.has(key)) nodes[key] = "";
  return nodes;
};

const withoutPeers = (key: string): string => {
  const paren = key.indexOf("(");
  return paren < 0 ? key : key.slice(0, paren);
};

const NEEDED = ["dependencies", "optionalDependencies"] as const;
const ASKED: readonly (readonly [kind: string, isDev: boolean])[] = [
  ["devDependencies", true],
  ["configDependencies", true],
  ["packageManagerDependencies", true],
  ["optionalDependencies", false],
  ["dependencies", false],
];

/** What the projects ask for, and whether all of them only to develop. */
const directOf = (lock: Fields, nodes: Fields): Map<string, boolean> => {
  const importers = recordOf(lock["importers"]);
  const direct = new Map<string, boolean>();
  for (const importer of importers === null ? [lock] : Object.values(importers)) {
    for (const [kind, isDev] of ASKED) {
      for (const [name, value] of Object.entries(recordOf(recordOf(importer)?.[kind]) ?? {})) {
        const key = keyOf(name, value, nodes);
        if (key !== null) direct.set(key, isDev && direct.get(key) !== false);
      }
    }
  }
  return direct;
};

const needsOf = (fields: Fields, nodes: Fields): string[] =>
  NEEDED.flatMap((kind) =>
    Object.entries(recordOf(fields[kind]) ?? {}).flatMap(([name, value]) => keyOf(name, value, nodes) ?? []),
  );

/** The key under which a dependency is listed: versions 9, 6 and 5 write it differently, aliases by their whole key. */
const keyOf = (name: string, value: unknown, nodes: Fields): string | null => {
  const to = wordOf(value) ?? wordOf(recordOf(value)?.["version"]);
  if (to === null) return null;
  for (const key of [`${name}@${to}`, `/${name}@${to}`, `/${name}/${to}`, to]) {
    if (Object.hasOwn(nodes, key)) return key;
  }
  return null;
};

/** `name@1.0.0`, `/name@1.0.0(peer@1)`, `registry/name@1.0.0`; the name may have a scope. */
const BY_AT = /^(?:[^/@]*\/)?((?:@[^/@]+\/)?[^/@]+)@(\d[^/]*)$/;
/** `/name/1.0.0_peer@1`, `registry/@scope/name/1.0.0`. */
const BY_SLASH = /^[^/]*\/((?:@[^/]+\/)?[^/]+)\/(\d[^/_@]*)(?:_.*)?$/;
/** `name@https://…`, `name@file:…`, `name@git+ssh://…`: the entry itself states the version. */
const BY_ADDRESS = /^((?:@[^/@]+\/)?[^/@:]+)@(?:[a-z+]+:|\.)/;

/** Git and archive dependencies state name and version in fields; the others in their key. */
const packageOf = (key: string, fields: Fields): { name: string; version: string } | null => {
  const place = withoutPeers(key);
  const found = BY_SLASH.exec(place) ?? BY_AT.exec(place);
  const name = wordOf(fields["name"]) ?? found?.[1] ?? BY_ADDRESS.exec(place)?.[1];
  const version = wordOf(fields["version"]) ?? found?.[2];
  return name === undefined || version === undefined ? null : { name, version };
};
