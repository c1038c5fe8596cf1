import { AppError, raisedRange, rangeAllows } from "@zerotrace/core";
import { listOf, recordOf, wordOf } from "../../extractors/text-file.ts";
import { beside, type Demand, folderOf, type PlanFix, type Step, way } from "../fix.ts";
import { objectOf } from "../json-text.ts";

type Fields = Readonly<Record<string, unknown>>;

const QUIET = ["--no-install", "--no-scripts", "--no-plugins"];

/**
 * composer.lock, which holds what every package asks for. Where all allow the fix `composer update` changes the lockfile alone; the
 * project's own range is raised by `composer require`. Composer cannot overrule a parent: then that one has to be upgraded.
 */
export const plan: PlanFix = async ({ path, name, to, isDev, via }, { read }) => {
  const lock = objectOf(path, await read(path));
  if (lock === null) throw new AppError("UNREADABLE", `${path} does not exist.`);
  const manifest = beside(path, "composer.json");
  const project = objectOf(manifest, await read(manifest));
  const own = [...rangesIn(project, "require", name), ...rangesIn(project, "require-dev", name)];
  const demand = (by: string, range: string): Demand => ({ by, range, allows: rangeAllows("Packagist", range, to) });
  const parents = [...listOf(lock["packages"]), ...listOf(lock["packages-dev"])].map(recordOf).flatMap((fields) => {
    const by = `${wordOf(fields?.["name"]) ?? ""}@${wordOf(fields?.["version"]) ?? ""}`;
    return rangesIn(fields, "require", name).map((range) => demand(by, range));
  });
  const demands = [...own.map((range) => demand("", range)), ...parents];
  const files = [path, manifest];
  const step = (args: readonly string[]): Step => ({
    program: "composer",
    args: [...args, ...QUIET],
    folder: folderOf(path),
  });
  const refused = parents.filter(({ allows }) => allows === false);
  if (refused.length > 0) {
    const who = refused.map(({ by, range }) => `${by} (${range})`).join(", ");
    const notes = [`${who} does not allow it, and Composer cannot overrule that: upgrade ${via?.[0] ?? "that"}.`];
    return way("manual", { demands, files, notes });
  }
  const raised = own.find((range) => rangeAllows("Packagist", range, to) !== true);
  if (raised === undefined) {
    return way("lock", {
      demands,
      steps: [step(["update", "--with-dependencies", name])],
      files,
      notes: ["Composer takes the newest version that is allowed."],
    });
  }
  const dev = isDev === true ? ["--dev"] : [];
  const spec = `${name}:${raisedRange("Packagist", raised, to)}`;
  return way("manifest", { demands, steps: [step(["require", "--with-all-dependencies", ...dev, spec])], files });
};

const rangesIn = (fields: Fields | null, kind: string, name: string): string[] =>
  Object.entries(recordOf(fields?.[kind]) ?? {})
    .filter(([asked]) => asked.toLowerCase() === name.toLowerCase())
    .flatMap(([, range]) => wordOf(range) ?? []);
