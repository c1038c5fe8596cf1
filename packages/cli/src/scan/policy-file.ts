import { AppError, messageOf, type Policy } from "@zerotrace/core";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The policy of a project, beside its lockfiles or above them within its repository. */
export const POLICY_NAMES: readonly string[] = ["zerotrace.yaml", "zerotrace.yml", ".zerotrace.yaml"];
/** Bytes of a policy file. */
const MAX_POLICY_BYTES = 4 * 1024 * 1024;
/** Folders above that are looked into (count). */
const MAX_ABOVE = 64;

/**
 * The policy of `--policy`, else of the nearest file above the first target that is a path; null without one. Throws AppError
 * BAD_CONFIG naming the file and the field, UNREADABLE when a named file cannot be read.
 */
export const policyFor = async (
  named: string | undefined,
  targets: readonly string[],
): Promise<{ readonly policy: Policy; readonly path: string } | null> => {
  const path = named === undefined ? nearest(targets.find((target) => existsSync(target)) ?? ".") : resolve(named);
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

const textOf = (path: string): string => {
  try {
    if (statSync(path).size > MAX_POLICY_BYTES)
      throw new Error(`it is larger than ${MAX_POLICY_BYTES / 1024 ** 2} MiB`);
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new AppError("UNREADABLE", `${path} cannot be read: ${messageOf(cause)}.`, { field: "policy", cause });
  }
};

/** The repository is the border: a policy above it is somebody else's. */
const nearest = (target: string): string | null => {
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
