import { AppError } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages, type PackageGathering } from "../gather-packages.ts";
import { textOf } from "../text-file.ts";

/** Bundler's Gemfile.lock. Gems of folders (PATH) are left out; gems of git are kept with the version that is locked. */
export const extract: ExtractFile = async (file, context) => {
  const into = gatherPackages(file.path);
  const text = await textOf(file, context);
  if (text.trim() !== "" && !SECTION.test(text)) {
    throw new AppError("UNREADABLE", `${file.path} is no Gemfile.lock: it has none of its sections.`);
  }
  const lock = read(text, into);
  if (isCut(text)) into.problem("it has no list of what was asked for (DEPENDENCIES): the file is cut off");
  for (const gem of lock.gems) {
    const { name, version, line, needs } = gem;
    const component = { ecosystem: "RubyGems", name, version };
    into.add({ component, key: name, dependsOn: needs, isDirect: lock.direct.has(name), line });
  }
  return into.finish();
};

interface Gem {
  readonly name: string;
  readonly version: string;
  readonly line: number;
  readonly needs: string[];
}

const SOURCES: ReadonlySet<string> = new Set(["GEM", "GIT", "PLUGIN SOURCE"]);
/** Bundler writes what was asked for after what was found, also when that is nothing. */
const isCut = (text: string): boolean => /^(?:GEM|GIT|PATH)\r?$/m.test(text) && !/^DEPENDENCIES\r?$/m.test(text);

/** A line that Bundler begins a section with; a lockfile without gems has at least its platforms. */
const SECTION = /^(?:[A-Z][A-Z ]*)\r?$/m;
/** `    name (1.2.3-x86_64-linux)` and, deeper, `      name (~> 1.0)`; the depth says which. */
const SPEC = /^( {4}| {6})([^\s()]+)(?: \(([^()]*)\))?$/;
const DIRECT = /^ {2}([^\s()!]+)(?: \([^()]*\))?!?$/;

const read = (text: string, into: PackageGathering): { readonly gems: Gem[]; readonly direct: ReadonlySet<string> } => {
  const gems: Gem[] = [];
  const direct = new Set<string>();
  let section = "";
  let isInSpecs = false;
  let last: Gem | null = null;
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trimEnd();
    if (line !== "" && !line.startsWith(" ")) {
      [section, isInSpecs, last] = [line, false, null];
      continue;
    }
    if (section === "DEPENDENCIES") {
      const name = DIRECT.exec(line)?.[1];
      if (name !== undefined) direct.add(name);
      continue;
    }
    if (!SOURCES.has(section)) continue;
    if (line.startsWith("  ") && line[2] !== " ") isInSpecs = line.trim() === "specs:";
    const found = isInSpecs ? SPEC.exec(line) : null;
    if (found === null) continue;
    const [, indent = "", name = "", locked = ""] = found;
    if (indent.length > 4) last?.needs.push(name);
    else if (locked === "") into.problem(`line ${index + 1}: ${name} has no version`);
    else gems.push((last = { name, version: withoutPlatform(locked), line: index + 1, needs: [] }));
  }
  return { gems, direct };
};

/** `1.13.3-x86_64-linux` is version 1.13.3 built for a platform; a version of a gem itself has no dash. */
const withoutPlatform = (locked: string): string => locked.split("-", 1)[0] as string;
