import { AppError } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages, type PackageGathering } from "../gather-packages.ts";
import { jsonOf, listOf, recordOf, wordOf } from "../text-file.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Conan's conan.lock: version 1 (a graph of nodes) and 2 (lists of references). */
export const extract: ExtractFile = async (file, context) => {
  const lock = recordOf(await jsonOf(file, context));
  if (lock === null) throw new AppError("UNREADABLE", `${file.path} is no conan.lock: it is not an object.`);
  const into = gatherPackages(file.path);
  const nodes = recordOf(recordOf(lock["graph_lock"])?.["nodes"]);
  if (nodes === null) readLists(lock, into);
  else readNodes(nodes, into);
  return into.finish({ devByGraph: nodes !== null });
};

/** Version 2 says what builds, but not who asked. */
const readLists = (lock: Fields, into: PackageGathering): void => {
  for (const [list, isDev] of [
    ["requires", false],
    ["build_requires", true],
    ["python_requires", true],
  ] as const) {
    for (const reference of listOf(lock[list])) addReference(wordOf(reference) ?? "", { isDev }, into);
  }
};

/** Version 1: the node that has a path is the project's own recipe. */
const readNodes = (nodes: Fields, into: PackageGathering): void => {
  const kept: [string, Fields, string][] = [];
  const asked = new Map<string, boolean>();
  for (const [key, value] of Object.entries(nodes)) {
    const node = recordOf(value) ?? {};
    const reference = wordOf(node["ref"]) ?? wordOf(node["pref"]);
    if (reference !== null && wordOf(node["path"]) === null) {
      kept.push([key, node, reference]);
      continue;
    }
    for (const needed of keysIn(node["build_requires"])) asked.set(needed, true);
    for (const needed of keysIn(node["requires"])) asked.set(needed, false);
  }
  for (const [key, node, reference] of kept) {
    const isDirect = asked.has(key);
    const dependsOn = [...keysIn(node["requires"]), ...keysIn(node["build_requires"])];
    addReference(
      reference,
      { key, dependsOn, isDirect, ...(isDirect ? { isDev: asked.get(key) ?? false } : {}) },
      into,
    );
  }
};

/** Keys of nodes; the oldest locks say each with its reference: `{"zlib/1.2.11#0": "1"}`. */
const keysIn = (value: unknown): string[] => {
  const keys = Array.isArray(value) ? listOf(value) : Object.values(recordOf(value) ?? {});
  return keys.flatMap((key) => wordOf(key) ?? []);
};

type Graph = Omit<Parameters<PackageGathering["add"]>[0], "component">;

/** `name/version@user/channel#recipe revision:package id#package revision%time`; all but name and version may be absent. */
const addReference = (reference: string, graph: Graph, into: PackageGathering): void => {
  const [name = "", version = ""] = (reference.split(/[@#:%]/, 1)[0] ?? "").split("/");
  if (name === "" || version === "") return into.problem(`${reference}: it is not written as name/version`);
  into.add({ component: { ecosystem: "ConanCenter", name, version }, ...graph });
};
