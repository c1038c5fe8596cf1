import { AppError, crossesMajor, raisedRange, rangeAllows } from "@zerotrace/core";
import { yamlDocuments } from "../../extractors/plain-yaml.ts";
import { recordOf, wordOf } from "../../extractors/text-file.ts";
import { beside, type Demand, type Edit, type FixContext, folderOf, type PlanFix, type Step, way } from "../fix.ts";
import { objectOf, setInJson } from "../json-text.ts";

const KINDS = ["dependencies", "devDependencies", "optionalDependencies"] as const;
const QUIET = ["--lockfile-only", "--ignore-scripts"];

/**
 * pnpm-lock.yaml. It holds what the projects ask for and not what packages ask of each other: within the same major version pnpm itself
 * looks whether it may; over one, an override forces it, as `pnpm audit --fix` does.
 */
export const plan: PlanFix = async ({ ecosystem, path, name, from, to, isDirect }, { read }) => {
  const text = await read(path);
  if (text === null) throw new AppError("UNREADABLE", `${path} does not exist.`);
  const demands = await demandsOf(path, text, name, from, to);
  const manifest = beside(path, "package.json");
  const files = [path, manifest];
  const step = (args: readonly string[]): Step => ({
    program: "pnpm",
    args: [...args, ...QUIET],
    folder: folderOf(path),
  });
  if (isDirect === true && demands.length > 0) {
    const refused = demands.find(({ allows }) => allows !== true);
    if (refused === undefined) return way("lock", { demands, steps: [step(["update", "--recursive", name])], files });
    const spec = `${name}@${raisedRange("npm", refused.range, to)}`;
    const folders = projectsOf(await yamlDocuments(path, text)).filter(
      (folder) => folder !== "." && !folder.startsWith(".."),
    );
    const manifests = folders.map((folder) => beside(path, `${folder}/package.json`));
    return way("manifest", {
      demands,
      steps: [step(["update", "--recursive", spec])],
      files: [...files, ...manifests],
    });
  }
  if (!crossesMajor(ecosystem, from, to)) {
    const notes = [
      "The lockfile does not tell the parents' ranges: pnpm takes what they allow. Where it stays, force it with overrides.",
    ];
    return way("lock", { steps: [step(["update", "--recursive", "--depth", "Infinity", name])], files, notes });
  }
  const edit = await overruling(manifest, name, to, read);
  return way("override", { edits: [edit], steps: [step(["install"])], files });
};

/** Before pnpm 10 overrides stood in package.json; since then they stand in pnpm-workspace.yaml, and package.json soon was not asked. */
const overruling = async (manifest: string, name: string, to: string, read: FixContext["read"]): Promise<Edit> => {
  const key = `${name}@<${to}`;
  const fields = objectOf(manifest, await read(manifest));
  const major = /^pnpm@(\d{1,4})\./.exec(wordOf(fields?.["packageManager"]) ?? "")?.[1];
  if (major !== undefined && Number(major) < 10) {
    const change = (text: string): string | null => setInJson(text, ["pnpm", "overrides", key], `>=${to}`);
    return { path: manifest, says: `pnpm.overrides.${key} >=${to}`, change };
  }
  const path = beside(manifest, "pnpm-workspace.yaml");
  return {
    path,
    says: `overrides.${key} >=${to}`,
    change: (text) => withOverride(text, key, `>=${to}`),
    isNewAllowed: true,
  };
};

/** The text with an entry of `overrides`; null where that is written in one line. */
const withOverride = (text: string, key: string, value: string): string | null => {
  const lines = text.split("\n");
  const at = lines.findIndex((line) => line.startsWith("overrides:"));
  if (at < 0) return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}overrides:\n  '${key}': '${value}'\n`;
  if (!/^overrides:\s*(?:#.*)?$/.test(lines[at]!)) return null;
  const end = lines.findIndex((line, i) => i > at && line !== "" && !/^\s/.test(line));
  const own = lines.slice(at + 1, end < 0 ? lines.length : end);
  if (own.some((line) => line.trim().startsWith(`'${key}':`))) return text;
  const indent = /^\s+/.exec(own.find((line) => line.trim() !== "") ?? "")?.[0] ?? "  ";
  return [...lines.slice(0, at + 1), `${indent}'${key}': '${value}'`, ...lines.slice(at + 1)].join("\n");
};

const projectsOf = (documents: Awaited<ReturnType<typeof yamlDocuments>>): string[] =>
  documents.flatMap(({ value }) => Object.keys(recordOf(recordOf(value)?.["importers"]) ?? {}));

/** What the projects declare, where the lockfile resolved it to this version. */
const demandsOf = async (path: string, text: string, name: string, from: string, to: string): Promise<Demand[]> => {
  const demands: Demand[] = [];
  for (const { value } of await yamlDocuments(path, text)) {
    const lock = recordOf(value) ?? {};
    for (const project of Object.values(recordOf(lock["importers"]) ?? { ".": lock }).map(recordOf)) {
      for (const kind of KINDS) {
        const entry = recordOf(project?.[kind])?.[name];
        const range = wordOf(recordOf(entry)?.["specifier"]) ?? wordOf(recordOf(project?.["specifiers"])?.[name]);
        const version = wordOf(recordOf(entry)?.["version"]) ?? wordOf(entry) ?? "";
        if (range === null || version.split(/[(_]/, 1)[0] !== from) continue;
        const said = range.startsWith("catalog:") ? (inCatalog(lock, range, name) ?? range) : range;
        demands.push({ by: "", range: said, allows: rangeAllows("npm", said, to) });
      }
    }
  }
  return demands;
};

/** `catalog:` and `catalog:name` stand for a range that all projects share. */
const inCatalog = (lock: Readonly<Record<string, unknown>>, range: string, name: string): string | null => {
  const catalog = recordOf(recordOf(lock["catalogs"])?.[range.slice("catalog:".length) || "default"]);
  return wordOf(recordOf(catalog?.[name])?.["specifier"]);
};
