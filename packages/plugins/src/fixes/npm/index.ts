import { AppError, raisedRange } from "@zerotrace/core";
import { recordOf } from "../../extractors/text-file.ts";
import { beside, type Edit, type FixRequest, folderOf, type PlanFix, type Step, way } from "../fix.ts";
import { objectOf, setInJson } from "../json-text.ts";
import { demandsIn, type NpmDemand } from "./tree.ts";

/** Only the lockfile is made, no package's script runs, and nothing is asked beside what is needed. */
const QUIET = ["--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"];

/**
 * npm's lockfiles. Versions 2 and 3 hold every range: where all allow the fix `npm update` suffices; a project's own range is raised by
 * `npm install`; a parent that forbids it is overruled in `overrides` of package.json. Version 1 is updated without that knowledge.
 */
export const plan: PlanFix = async (request, { read }) => {
  const { path, name, from, to } = request;
  const lock = objectOf(path, await read(path));
  if (lock === null) throw new AppError("UNREADABLE", `${path} does not exist.`);
  const packages = recordOf(lock["packages"]);
  const manifest = beside(path, "package.json");
  const own = [path, manifest];
  if (packages === null) return old(request, own);
  const demands = demandsIn(packages, name, from, to);
  const raised = demands.filter(({ project, allows }) => project !== null && allows !== true);
  const refused = demands.filter(({ project, allows }) => project === null && allows !== true);
  const edits = refused.map((demand) => overruling(manifest, demand, to));
  const shown = demands.map(({ by, range, allows }) => ({ by, range, allows }));
  const version = lock["lockfileVersion"] === 2 ? ["--lockfile-version=2"] : [];
  const step = (args: readonly string[]): Step => ({
    program: "npm",
    args: [...args, ...QUIET, ...version],
    folder: folderOf(path),
  });
  const again = "The lockfile alone is changed: npm ci brings it into node_modules.";
  if (raised.length === 0 && refused.length === 0) {
    const names = [...new Set(demands.map(({ as }) => as))].sort();
    const known = names.length > 0 ? names : [name];
    const note = "npm takes the newest version that the declared ranges allow.";
    return way("lock", { demands: shown, steps: [step(["update", ...known])], files: own, notes: [note, again] });
  }
  const steps = raised.length > 0 ? installs(raised, request).map(step) : [step(["install"])];
  const projects = raised.map(({ project }) => (project ? beside(path, `${project}/package.json`) : manifest));
  const notes = [again];
  const tops = [...new Set(refused.map(({ by }) => by))].sort();
  if (tops.length > 0)
    notes.unshift(
      `${tops.join(", ")} asks for another version: test what uses it, or upgrade ${request.via?.[0] ?? "that"} instead.`,
    );
  const files = [...new Set([...own, ...projects])];
  return way(refused.length > 0 ? "override" : "manifest", { demands: shown, edits, steps, files, notes });
};

const old = ({ name, path }: FixRequest, files: readonly string[]) =>
  way("lock", {
    steps: [{ program: "npm", args: ["update", name, ...QUIET, "--lockfile-version=1"], folder: folderOf(path) }],
    files,
    notes: [
      "A lockfile of version 1 does not tell all ranges: npm leaves the package where one of them forbids the fix.",
    ],
  });

/** `overrides` speaks of what a package asks for, so that other copies stay as they are. */
const overruling = (path: string, { parent, as }: NpmDemand, to: string): Edit => ({
  path,
  says: `overrides.${parent}.${as} ^${to}`,
  change: (text) =>
    setInJson(text, ["overrides", parent, as], `^${to}`) ??
    // A parent that is itself forced to a version has that under `.`.
    null,
});

/** One command for each way of writing the range, in each project. */
const installs = (raised: readonly NpmDemand[], { name, to }: FixRequest): string[][] => {
  const commands = new Map<string, string[]>();
  for (const { project, as, range } of raised) {
    const next = raisedRange("npm", range.replace(/^npm:(?:@[^/@]+\/)?[^/@]+@/, ""), to);
    const style = next.startsWith("~")
      ? ["--save-prefix=~"]
      : /^[\d=v]/.test(next)
        ? ["--save-exact"]
        : ["--save-prefix=^"];
    const spec = as === name ? `${name}@${to}` : `${as}@npm:${name}@${to}`;
    const where = project === null || project === "" ? [] : [`--workspace=${project}`];
    commands.set(JSON.stringify([project, as]), ["install", spec, ...where, ...style]);
  }
  return [...commands.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, args]) => args);
};
