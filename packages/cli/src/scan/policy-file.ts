import { AppError, globTest, messageOf, type Policy } from "@zerotrace/core";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

/** The policy of a project, beside its lockfiles or above them within its repository. */
export const POLICY_NAMES: readonly string[] = ["zerotrace.yaml", "zerotrace.yml", ".zerotrace.yaml"];
/** A policy and the file that it is from. */
export interface FoundPolicy {
  readonly policy: Policy;
  readonly path: string;
}

/** Bytes of a policy file. */
const MAX_POLICY_BYTES = 4 * 1024 * 1024;
/** Folders above that are looked into (count). */
const MAX_ABOVE = 64;

/**
 * The policy of `--policy`, else of the nearest file above the first target that is a path, else above this folder; null without one,
 * and for `host` alone. Throws AppError
 * BAD_CONFIG naming the file and the field, UNREADABLE when a named file cannot be read.
 */
export const policyFor = async (named: string | undefined, targets: readonly string[]): Promise<FoundPolicy | null> => {
  const path = named === undefined ? nearest(startOf(targets)) : resolve(named);
  if (path === null) return null;
  const text = textOf(path);
  const [{ parse }, { readPolicy }] = await Promise.all([import("yaml"), import("@zerotrace/core/policy/rules")]);
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 100, prettyErrors: true });
  } catch (cause) {
    throw new AppError("BAD_CONFIG", `${path} is no YAML: ${messageOf(cause)}`, { field: "policy", cause });
  }
  return { policy: readPolicy(value, path), path };
};

/** Where a policy is looked for: an image is judged by that of the folder at hand, a machine by none of a project. */
const startOf = (targets: readonly string[]): string | null => {
  const projects = targets.filter((target) => target !== "host");
  return projects.find((target) => existsSync(target)) ?? (projects.length > 0 ? "." : null);
};

const textOf = (path: string): string => {
  try {
    if (statSync(path).size > MAX_POLICY_BYTES)
      throw new Error(`it is larger than ${MAX_POLICY_BYTES / 1024 ** 2} MiB`);
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new AppError("UNREADABLE", `${path} cannot be read: ${messageOf(cause)}.`, { field: "policy", cause });
  }
};

/**
 * What a policy excludes, as patterns of a target below its folder: `tools/testdata/**` of the folder above is `testdata/**` within
 * `tools`. As they are where the target lies elsewhere.
 */
export const patternsWithin = (found: FoundPolicy | null, target: string): string[] => {
  if (found === null) return [];
  const patterns = found.policy.exclude;
  const policyFolder = dirname(found.path);
  const folder = existsSync(target) && !statSync(target).isDirectory() ? dirname(resolve(target)) : resolve(target);
  const path = relative(policyFolder, folder);
  if (path === "" || path.startsWith("..") || !existsSync(target)) return [...patterns];
  return patterns.flatMap((pattern) => patternBelow(pattern, path.split(sep)) ?? []);
};

/** Null where the pattern cannot fit anything in this folder. */
const patternBelow = (pattern: string, folders: readonly string[]): string | null => {
  const parts = pattern.split("/");
  for (const folder of folders) {
    const [first] = parts;
    if (first?.startsWith("**") === true) break;
    if (first === undefined || globTest(first)?.(folder) !== true) return null;
    parts.shift();
  }
  return parts.length === 0 ? "**" : parts.join("/");
};

/** The repository is the border: a policy above it is somebody else's. */
const nearest = (target: string | null): string | null => {
  if (target === null) return null;
  let folder = resolve(target);
  if (!statSync(folder).isDirectory()) folder = dirname(folder);
  for (let i = 0; i < MAX_ABOVE; i++) {
    for (const name of POLICY_NAMES) if (existsSync(join(folder, name))) return join(folder, name);
    const up = dirname(folder);
    if (existsSync(join(folder, ".git")) || up === folder) return null;
    folder = up;
  }
  return null;
};
