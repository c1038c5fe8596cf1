import { AppError } from "@zerotrace/core";
import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import type { Cli } from "../cli.ts";
import { baselineOfFile } from "./baseline.ts";
import { atRevision, defaultRevision, isRevision } from "./git.ts";

/**
 * The keys of what was there before: of a file that holds an earlier report, or of a git revision that the same targets are read at;
 * null where no baseline is asked for. Throws AppError NOT_FOUND.
 */
export const baselineFor = async (
  cli: Cli,
  targets: readonly string[],
  { baseline, newOnly }: { readonly baseline?: string; readonly newOnly?: true },
  read: (targets: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<ReadonlySet<string> | null> => {
  if (baseline === undefined && newOnly === undefined) return null;
  if (baseline !== undefined && existsSync(baseline)) return baselineOfFile(baseline);
  const [first = "."] = targets.filter((target) => existsSync(target));
  const folder = resolve(first);
  const root = await folderOf(folder);
  if (baseline !== undefined && !(await isRevision(root, baseline))) {
    throw new AppError("NOT_FOUND", `There is no file and no git revision ${baseline}.`, { field: "baseline" });
  }
  const revision = baseline ?? (await defaultRevision(root));
  cli.err.write(`Comparing with ${revision}\n`);
  return atRevision(root, revision, (at) => {
    const then = targets.map((target) => (existsSync(target) ? resolve(at, relative(root, resolve(target))) : target));
    // What was not there yet has no findings to compare with.
    return read(then.filter((target, i) => target === targets[i] || existsSync(target)));
  });
};

const folderOf = async (path: string): Promise<string> => {
  const { stat } = await import("node:fs/promises");
  return (await stat(path)).isDirectory() ? path : resolve(path, "..");
};
