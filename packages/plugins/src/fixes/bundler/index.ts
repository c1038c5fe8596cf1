import { AppError, raisedRange, rangeAllows } from "@zerotrace/core";
import { basename } from "node:path/posix";
import { beside, type Demand, type Edit, folderOf, type PlanFix, type Step, way } from "../fix.ts";

const SPEC = /^( {4}| {6})([^\s()]+)(?: \(([^()]*)\))?$/;
const DIRECT = /^ {2}([^\s()!]+)(?: \(([^()]*)\))?!?$/;

/**
 * Gemfile.lock, which holds what every gem asks for. Where all allow the fix `bundle lock` changes the lockfile alone; a range in the
 * Gemfile is raised there. Bundler cannot overrule a gem: then that one has to be upgraded.
 */
export const plan: PlanFix = async ({ path, name, to, via }, { read }) => {
  const text = await read(path);
  if (text === null) throw new AppError("UNREADABLE", `${path} does not exist.`);
  const manifest = beside(path, basename(path) === "gems.locked" ? "gems.rb" : "Gemfile");
  const demands = demandsIn(text, name, to);
  const files = [path, manifest];
  const steps: Step[] = [
    { program: "bundle", args: ["lock", `--update=${name}`, "--conservative"], folder: folderOf(path) },
  ];
  const refused = demands.filter(({ by, allows }) => by !== "" && allows === false);
  if (refused.length > 0) {
    const who = refused.map(({ by, range }) => `${by} (${range})`).join(", ");
    const notes = [`${who} does not allow it, and Bundler cannot overrule that: upgrade ${via?.[0] ?? "that"}.`];
    return way("manual", { demands, files, notes });
  }
  const raised = demands.find(({ by, allows }) => by === "" && allows === false);
  if (raised === undefined)
    return way("lock", { demands, steps, files, notes: ["Bundler takes the newest version that is allowed."] });
  const range = raisedRange("RubyGems", raised.range, to);
  const edit: Edit = {
    path: manifest,
    says: `gem "${name}", "${range}"`,
    change: (now) => withRange(now, name, range),
  };
  const gemfile = await read(manifest);
  if (gemfile !== null && edit.change(gemfile) !== null)
    return way("manifest", { demands, edits: [edit], steps, files });
  return way("manual", { demands, steps, files, notes: [`Ask for ${name} "${range}" in ${manifest} first.`] });
};

const demandsIn = (text: string, name: string, to: string): Demand[] => {
  const demands: Demand[] = [];
  let section = "";
  let by = "";
  for (const raw of text.split("\n")) {
    const line = raw.trimEnd();
    if (line !== "" && !line.startsWith(" ")) {
      section = line;
      continue;
    }
    const found = section === "DEPENDENCIES" ? DIRECT.exec(line) : SPEC.exec(line);
    if (found === null) continue;
    const isDirect = section === "DEPENDENCIES";
    const [asked, range = ">= 0"] = isDirect ? [found[1], found[2]] : [found[2], found[3]];
    if (!isDirect && found[1]!.length === 4) by = `${asked}@${range.split("-", 1)[0]}`;
    else if (asked === name)
      demands.push({ by: isDirect ? "" : by, range, allows: rangeAllows("RubyGems", range, to) });
  }
  return demands;
};

/** `gem "name", "~> 1.2", require: false`: the versions after the name become one. */
const withRange = (text: string, name: string, range: string): string | null => {
  let isDone = false;
  const lines = text.split("\n").map((line) => {
    const found = /^(\s*gem[\s(]+["']([^"']+)["'])((?:\s*,\s*["'][^"']*["'])+)(.*)$/.exec(line);
    if (found === null || found[2] !== name) return line;
    isDone = true;
    return `${found[1]}, "${range}"${found[4]}`;
  });
  return isDone ? lines.join("\n") : null;
};
