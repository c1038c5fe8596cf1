import { AppError } from "@zerotrace/core";
import { posix } from "node:path";
import type { Extracted, ExtractFile } from "../file-extractor.ts";
import { gatherPackages, type PackageGathering } from "../gather-packages.ts";
import { relaxedJson } from "../relaxed-json.ts";
import { listOf, recordOf, textOf, wordOf } from "../text-file.ts";
import { componentOfUrl } from "./urls.ts";

type Fields = Readonly<Record<string, unknown>>;

const NOTHING: Extracted = { packages: [], problems: [] };

/**
 * deno.lock, version 2 to 5, and deno.json(c): npm and JSR packages and modules from known addresses. A deno.json says
 * nothing where a deno.lock lies beside it, which fixes the versions.
 */
export const extract: ExtractFile = async (file, context) => {
  const isLock = file.path.endsWith(".lock");
  if (!isLock && (await context.list(posix.dirname(file.path)))?.includes("deno.lock") === true) return NOTHING;
  const fields = recordOf(relaxedJson(file.path, await textOf(file, context)));
  if (fields === null) throw new AppError("UNREADABLE", `${file.path} is no Deno file: it is not an object.`);
  const into = gatherPackages(file.path);
  if (isLock) readLock(fields, into);
  else readManifest(fields, into);
  return into.finish();
};

/** Where the versions of deno.lock keep their parts. */
const readLock = (lock: Fields, into: PackageGathering): void => {
  // Version 3 has them in `packages`, version 2 in `npm`, without the prefix.
  const old = recordOf(lock["packages"]);
  const oldest = recordOf(recordOf(lock["npm"])?.["packages"]) === null ? null : recordOf(lock["npm"]);
  const home = old ?? lock;
  const npm = recordOf(oldest === null ? home["npm"] : oldest["packages"]) ?? {};
  const jsr = recordOf(home["jsr"]) ?? {};
  const specifiers = recordOf((oldest ?? home)["specifiers"]) ?? {};
  const resolve = resolverOf(specifiers, npm, jsr, oldest !== null);
  const direct = directOf(lock, specifiers, resolve);
  for (const [prefix, entries] of [["npm", npm] as const, ["jsr", jsr] as const]) {
    for (const [spec, value] of Object.entries(entries)) {
      const { name, version } = splitSpec(spec);
      const asked = recordOf(value)?.["dependencies"];
      const needs = Array.isArray(asked) ? listOf(asked) : Object.values(recordOf(asked) ?? {});
      const component = { ecosystem: prefix === "npm" ? "npm" : "JSR", name, version };
      const key = `${prefix}:${spec}`;
      const dependsOn = needs.flatMap((need) => resolve(prefix, wordOf(need) ?? "") ?? []);
      into.add({ component, key, dependsOn, ...(direct === null ? {} : { isDirect: direct.has(key) }) });
    }
  }
  for (const url of Object.keys(recordOf(lock["remote"]) ?? {})) {
    const component = componentOfUrl(url);
    if (component !== null) into.add({ component });
  }
};

/** Finds the key that a text means, in a package of that prefix. */
type Resolve = (prefix: string, text: string) => string | null;

const resolverOf = (specifiers: Fields, npm: Fields, jsr: Fields, isOldest: boolean): Resolve => {
  const single = new Map<string, string | null>();
  for (const [prefix, entries] of [["npm", npm] as const, ["jsr", jsr] as const]) {
    for (const spec of Object.keys(entries)) {
      const bare = `${prefix}:${splitSpec(spec).name}`;
      single.set(bare, single.has(bare) ? null : `${prefix}:${spec}`);
    }
  }
  const known = (key: string): string | null =>
    Object.hasOwn(key.startsWith("jsr:") ? jsr : npm, key.slice(key.indexOf(":") + 1)) ? key : null;
  return (prefix, text) => {
    const full = /^(?:npm|jsr):/.test(text) ? text : `${prefix}:${text}`;
    const to = wordOf(specifiers[isOldest ? full.slice(4) : full]);
    if (to === null) return known(full) ?? single.get(full) ?? single.get(nameOf(full)) ?? null;
    // Version 2 and 3 write the whole name, version 4 and 5 the version alone.
    return known(`${nameOf(full)}@${to}`) ?? known(to) ?? known(`npm:${to}`);
  };
};

/** `npm:@scope/name` of `npm:@scope/name@^1`. */
const nameOf = (full: string): string => {
  const at = full.indexOf("@", 5);
  return at < 0 ? full : full.slice(0, at);
};

const splitSpec = (spec: string): { name: string; version: string } => {
  const at = spec.indexOf("@", 1);
  // What follows an underscore are the peers it was resolved with.
  return at < 0 ? { name: spec, version: "" } : { name: spec.slice(0, at), version: spec.slice(at + 1).split("_")[0]! };
};

/** What the workspace asks for; without one every specifier was written by somebody, and nobody tells by whom. */
const directOf = (lock: Fields, specifiers: Fields, resolve: Resolve): Set<string> | null => {
  const workspace = recordOf(lock["workspace"]);
  if (workspace === null || Object.keys(specifiers).length === 0) return null;
  const members = [workspace, ...Object.values(recordOf(workspace["members"]) ?? {})].flatMap((one): Fields[] => [
    recordOf(one) ?? {},
  ]);
  const asked = members.flatMap(({ dependencies, packageJson }: Fields) => [
    ...listOf(dependencies),
    ...listOf(recordOf(packageJson)?.["dependencies"]),
  ]);
  return new Set(asked.flatMap((text) => resolve("npm", wordOf(text) ?? "") ?? []));
};

/** An exact version, not a range. */
const EXACT = /^\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/;

const readManifest = (manifest: Fields, into: PackageGathering): void => {
  const maps = [manifest["imports"], ...Object.values(recordOf(manifest["scopes"]) ?? {})];
  for (const value of maps.flatMap((map) => Object.values(recordOf(map) ?? {}))) {
    const text = wordOf(value) ?? "";
    const prefix = /^(npm|jsr):\/?/.exec(text);
    if (prefix === null) {
      const component = componentOfUrl(text);
      if (component !== null) into.add({ component, isDirect: true });
      continue;
    }
    const { name, version } = splitSpec(text.slice(prefix[0].length));
    const exact = version.split("/")[0]!;
    const bare = name.startsWith("@") ? name.split("/").slice(0, 2).join("/") : name.split("/")[0]!;
    const ecosystem = prefix[1] === "npm" ? "npm" : "JSR";
    into.add({ component: { ecosystem, name: bare, version: EXACT.test(exact) ? exact : "" }, isDirect: true });
  }
};
