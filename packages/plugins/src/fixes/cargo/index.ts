import { AppError, rangeAllows } from "@zerotrace/core";
import { basename } from "node:path/posix";
import { listOf, recordOf, wordOf } from "../../extractors/text-file.ts";
import { beside, type Demand, type FixContext, folderOf, type PlanFix, type Step, way } from "../fix.ts";
import { tomlOf } from "../python-ranges.ts";
import { asksIn, withRange } from "./manifest.ts";

/** Manifests of one workspace that are read (count). */
const MAX_MEMBERS = 500;

/**
 * Cargo.lock and Cargo.toml. What the project's manifests allow changes the lockfile alone, by `cargo update --precise`, which refuses where
 * a parent forbids it; a range of the project's own is raised in its Cargo.toml.
 */
export const plan: PlanFix = async ({ path, name, from, to, via }, context) => {
  const isLock = basename(path) === "Cargo.lock";
  const manifests = isLock ? await manifestsOf(path, context) : [path];
  const refuses = (range: string): boolean => rangeAllows("crates.io", range, to) === false;
  const demands: Demand[] = [];
  const raised: string[] = [];
  for (const manifest of manifests) {
    const asks = asksIn((await context.read(manifest)) ?? "", name);
    // Of two versions of a crate in one build only those that may be this one are meant.
    const own = asks.filter(({ range }) => rangeAllows("crates.io", range, from) !== false);
    demands.push(...own.map(({ range }) => ({ by: "", range, allows: rangeAllows("crates.io", range, to) })));
    if (own.some(({ range }) => refuses(range))) raised.push(manifest);
  }
  if (!isLock && demands.length === 0) throw new AppError("UNREADABLE", `${path} does not ask for ${name}.`);
  const step = (args: readonly string[]): Step => ({ program: "cargo", args, folder: folderOf(path) });
  const files = isLock ? [path, ...manifests] : [path];
  if (raised.length === 0) {
    const top = via?.[0] === undefined ? "" : `: then upgrade ${via[0]}, which brings it`;
    const notes = [
      `A Cargo.lock does not tell what crates ask of each other: cargo refuses where one forbids it${top}.`,
    ];
    const steps = [step(["update", `${name}@${from}`, "--precise", to])];
    return way("lock", { demands, steps, files, notes: demands.length > 0 && via?.length === 0 ? [] : notes });
  }
  const edits = raised.map((manifest) => ({
    path: manifest,
    says: `${name} -> ${to}`,
    change: (text: string) =>
      withRange(text, name, to, (range) => refuses(range) && rangeAllows("crates.io", range, from) !== false),
  }));
  return way("manifest", { demands, edits, steps: isLock ? [step(["update", "--workspace"])] : [], files });
};

/** The manifest beside the lockfile and those of the workspace's members: folders by name, or each of a folder for `crates/*`. */
const manifestsOf = async (path: string, context: FixContext): Promise<string[]> => {
  const root = beside(path, "Cargo.toml");
  const fields = await tomlOf(context, root);
  const found = fields === null ? [] : [root];
  for (const member of listOf(recordOf(fields?.["workspace"])?.["members"]).flatMap((one) => wordOf(one) ?? [])) {
    if (member.includes("..") || member.startsWith("/")) continue;
    const isAll = member.endsWith("/*");
    const folder = isAll ? member.slice(0, -2) : member;
    const inner = isAll
      ? ((await context.list(beside(path, folder))) ?? []).map((one) => `${folder}/${one}`)
      : [folder];
    for (const one of inner) {
      const manifest = beside(path, `${one}/Cargo.toml`);
      if (found.length < MAX_MEMBERS && !one.includes("*") && (await context.read(manifest)) !== null)
        found.push(manifest);
    }
  }
  return found;
};
