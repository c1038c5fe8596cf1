import type { ExtractFile, FileContext, ScannedFile } from "../file-extractor.ts";
import { openLineOf } from "../cut-off.ts";
import { gatherPackages } from "../gather-packages.ts";
import { nugetPackage } from "../nuget-package.ts";
import { textOf } from "../text-file.ts";

/** `    Name (1.2.3)`, what follows are restrictions; deeper what it needs: `      Name (>= 1.0)`. */
const ENTRY = /^( {4}| {6})([^\s()]+)(?: \(([^()]*)\))?/;

/**
 * Paket's paket.lock, all groups. Files that it takes from GitHub, Git or HTTP are no packages and are left out. Which
 * packages are direct, paket.dependencies beside it says.
 */
export const extract: ExtractFile = async (file, context) => {
  const into = gatherPackages(file.path);
  const direct = await directOf(file, context);
  let section = "";
  let group = "";
  let last: string[] | null = null;
  const text = await textOf(file, context);
  // A version and what restricts it stand in parentheses.
  if (/\([^()]*$/.test(openLineOf(text) ?? "")) into.problem("it ends in the middle of a line: the file is cut off");
  const lines = text.split("\n");
  const entries: { name: string; group: string; version: string; line: number; needs: string[] }[] = [];
  for (const [index, raw] of lines.entries()) {
    const line = raw.trimEnd();
    if (line !== "" && !line.startsWith(" ")) {
      if (line.startsWith("GROUP ")) group = line.slice("GROUP ".length).toLowerCase();
      section = line;
      last = null;
      continue;
    }
    const found = section === "NUGET" ? ENTRY.exec(line) : null;
    if (found === null) continue;
    const [, indent = "", name = "", version = ""] = found;
    if (indent.length > 4) last?.push(`${group} ${name.toLowerCase()}`);
    else if (version === "") into.problem(`line ${index + 1}: ${name} has no version`);
    else entries.push({ name, group, version, line: index + 1, needs: (last = []) });
  }
  for (const entry of entries) {
    const key = `${entry.group} ${entry.name.toLowerCase()}`;
    into.add({
      component: nugetPackage(entry.name, entry.version),
      key,
      dependsOn: entry.needs,
      ...(direct === null ? {} : { isDirect: direct.has(key) }),
      line: entry.line,
    });
  }
  return into.finish();
};

/** `group name` of what is asked for; null without the file. */
const directOf = async (file: ScannedFile, context: FileContext): Promise<ReadonlySet<string> | null> => {
  const folder = file.path.slice(0, Math.max(0, file.path.lastIndexOf("/")));
  if ((await context.list(folder))?.includes("paket.dependencies") !== true) return null;
  const path = folder === "" ? "paket.dependencies" : `${folder}/paket.dependencies`;
  const direct = new Set<string>();
  let group = "";
  for (const line of (await textOf({ ...file, path }, context)).split("\n")) {
    const [word = "", name = ""] = line.trim().split(/\s+/, 2);
    if (word === "group") group = name.toLowerCase();
    else if (word === "nuget" || word === "clitool") direct.add(`${group} ${name.toLowerCase()}`);
  }
  return direct;
};
