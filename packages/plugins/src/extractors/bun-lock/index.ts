import { AppError } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { lineFinder } from "../line-finder.ts";
import { askedBy, isInstalledWith, NOTHING_FOUND } from "../package-manifest.ts";
import { relaxedJson } from "../relaxed-json.ts";
import { listOf, recordOf, textOf, wordOf } from "../text-file.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Bun's text lockfile, bun.lock: packages by their place in the tree, each as a list `[name@version, …, {needs}, …]`. */
export const extract: ExtractFile = async (file, context) => {
  if (isInstalledWith(file.path)) return NOTHING_FOUND;
  const text = await textOf(file, context);
  const lock = recordOf(relaxedJson(file.path, text));
  if (lock === null) throw new AppError("UNREADABLE", `${file.path} is no bun lockfile: it is not an object.`);
  const packages = recordOf(lock["packages"]) ?? {};
  const into = gatherPackages(file.path);
  const direct = directOf(recordOf(lock["workspaces"]) ?? {}, packages);
  const lineOf = lineFinder(text);
  for (const [key, value] of Object.entries(packages)) {
    const spec = wordOf(listOf(value)[0]);
    if (spec === null) {
      into.problem(`${key}: it names no package`);
      continue;
    }
    const at = spec.indexOf("@", 1);
    const [name, version] = at < 0 ? [spec, ""] : [spec.slice(0, at), spec.slice(at + 1)];
    if (OWN.test(version)) continue;
    const fields =
      listOf(value)
        .map(recordOf)
        .find((part) => part !== null) ?? {};
    const isDev = direct.get(key);
    const line = lineOf(`${JSON.stringify(key)}: [`);
    into.add({
      component: { ecosystem: "npm", name, version: ADDRESS.test(version) ? "" : version },
      key,
      dependsOn: askedBy(fields).flatMap((asked) => resolved(packages, key, asked.name) ?? []),
      isDirect: direct.has(key),
      ...(isDev === undefined ? {} : { isDev }),
      ...(line === undefined ? {} : { line }),
    });
  }
  return into.finish({ devByGraph: true });
};

const OWN = /^(?:workspace|link|root):/;
/** Git, a folder or an archive: the lockfile does not state the version. */
const ADDRESS = /[:/]/;

/** What the workspaces ask for, and whether all of them only to develop. */
const directOf = (workspaces: Fields, packages: Fields): Map<string, boolean> => {
  const direct = new Map<string, boolean>();
  for (const [place, value] of Object.entries(workspaces)) {
    const fields = recordOf(value) ?? {};
    // What a workspace alone holds in another version lies under the workspace's name.
    const from = place === "" ? "" : (wordOf(fields["name"]) ?? "");
    for (const { name, isDev } of askedBy(fields)) {
      const key = resolved(packages, from, name);
      if (key !== null) direct.set(key, isDev && direct.get(key) !== false);
    }
  }
  return direct;
};

/** The nearest package of that name: under the asking one, then outward. A scope is part of a name, not a level. */
const resolved = (packages: Fields, from: string, name: string): string | null => {
  for (let place = from; place !== "";) {
    const key = `${place}/${name}`;
    if (Object.hasOwn(packages, key)) return key;
    const slash = place.lastIndexOf("/");
    const scope = place.lastIndexOf("/", slash - 1);
    const up = slash > 0 && place[scope + 1] === "@" ? scope : slash;
    place = up < 0 ? "" : place.slice(0, up);
  }
  return Object.hasOwn(packages, name) ? name : null;
};
