import { posix } from "node:path";
import type { Extracted, FileContext } from "./file-extractor.ts";
import { parsed, recordOf, wordOf } from "./text-file.ts";

/** Bytes of one package.json. */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/** What a reader of lockfiles answers for one that counts for nothing. */
export const NOTHING_FOUND: Extracted = { packages: [], problems: [] };

/** Whether a file came with an installed package: its lockfile says what its authors used, not what is installed here. */
export const isInstalledWith = (path: string): boolean => /(?:^|\/)node_modules\//.test(path);

/** What a project asks for by name. */
export interface Asked {
  readonly name: string;
  /** The range as written: `^1.2.0`, `npm:other@1`, `workspace:*`. */
  readonly range: string;
  readonly isDev: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

const KINDS = [
  ["devDependencies", true],
  ["dependencies", false],
  ["optionalDependencies", false],
  ["peerDependencies", false],
] as const;

/** What the dependency lists of a package.json, or of a lockfile's entry shaped like one, ask for; needed wins over dev. */
export const askedBy = (fields: Fields): Asked[] => {
  const byName = new Map<string, Asked>();
  for (const [kind, isDev] of KINDS) {
    for (const [name, range] of Object.entries(recordOf(fields[kind]) ?? {})) {
      byName.set(name, { name, range: wordOf(range) ?? "", isDev });
    }
  }
  return [...byName.values()];
};

/** The package.json of a folder of the target; null when it is absent or no JSON object: a lockfile is read without it. */
export const manifestIn = async (folder: string, context: FileContext): Promise<Fields | null> => {
  try {
    const path = posix.join(folder, "package.json");
    const bytes = await context.read(path, MAX_MANIFEST_BYTES);
    if (bytes === null) return null;
    return recordOf(parsed(path, (): unknown => JSON.parse(new TextDecoder().decode(bytes))));
  } catch {
    return null;
  }
};

const ALIAS = /^npm:((?:@[^/@]+\/)?[^/@]+)(?:@(.*))?$/;

/** `npm:left-pad@1.3.0` names another package than the one it is installed as; null when it is no alias. */
export const aliasOf = (range: string): { readonly name: string; readonly version: string } | null => {
  const found = ALIAS.exec(range);
  return found === null ? null : { name: found[1]!, version: found[2] ?? "" };
};

/** The licence of a package.json: `license`, or the old forms with objects and lists. */
export const licenseOf = (fields: Fields): string | null => {
  const one = (value: unknown): string | null => wordOf(value) ?? wordOf(recordOf(value)?.["type"]);
  const list = fields["licenses"];
  const all = Array.isArray(list) ? list.flatMap((value) => one(value) ?? []) : [];
  return one(fields["license"]) ?? (all.length === 0 ? null : all.length === 1 ? all[0]! : `(${all.join(" OR ")})`);
};
