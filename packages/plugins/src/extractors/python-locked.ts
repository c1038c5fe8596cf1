import { normalizePython } from "./python-requirement.ts";
import { recordOf, wordOf } from "./text-file.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Versions of one package that a dependency may mean (count). */
const MAX_VERSIONS = 32;

/** One package of a Python lockfile. */
export interface LockedPackage {
  /** Normalized. */
  readonly name: string;
  readonly version: string;
  readonly key: string;
  readonly fields: Fields;
  readonly line?: number;
}

/** The tables of a lockfile's list that are packages with a name, in its order. Others are told to `problem`. */
export const lockedPackages = (
  list: readonly unknown[],
  lines: readonly number[],
  problem: (text: string) => void,
): LockedPackage[] =>
  list.flatMap((value, at) => {
    const fields = recordOf(value) ?? {};
    const said = wordOf(fields["name"]);
    if (said === null) {
      problem(`package ${at + 1}: it has no name`);
      return [];
    }
    const name = normalizePython(said);
    const version = wordOf(fields["version"]) ?? "";
    // Lists written in brackets have no lines of their own.
    const line = lines.length === list.length ? lines[at] : undefined;
    return [{ name, version, key: `${name}@${version}`, fields, ...(line === undefined ? {} : { line }) }];
  });

/** Keys of all packages of a name; of the one version where the dependency names it. */
export const keysByName = (
  packages: readonly LockedPackage[],
): ((name: string, version?: string | null) => readonly string[]) => {
  const byName = new Map<string, string[]>();
  for (const { name, key } of packages) {
    const keys = byName.get(name);
    if (keys === undefined) byName.set(name, [key]);
    else if (keys.length < MAX_VERSIONS) keys.push(key);
  }
  return (name, version = null) => {
    const normalized = normalizePython(name);
    const keys = byName.get(normalized) ?? [];
    const exact = `${normalized}@${version}`;
    return version !== null && keys.includes(exact) ? [exact] : keys;
  };
};
