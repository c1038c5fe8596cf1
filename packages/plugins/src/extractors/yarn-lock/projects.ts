import { posix } from "node:path";
import type { FileContext } from "../file-extractor.ts";
import { askedBy, manifestIn } from "../package-manifest.ts";
import { recordOf, wordOf } from "../text-file.ts";
import type { Block } from "./blocks.ts";

/** Workspaces of one lockfile whose package.json is read (count). */
const MAX_WORKSPACES = 5_000;

export interface Asking {
  readonly name: string;
  readonly range: string;
  /** Null when the file does not tell. */
  readonly isDev: boolean | null;
}

type Fields = Readonly<Record<string, unknown>>;

/** What the project and its workspaces ask for; null when neither the lockfile nor a package.json tells. */
export const projectsOf = async (
  blocks: readonly Block[],
  folder: string,
  isBerry: boolean,
  context: FileContext,
): Promise<Asking[] | null> => (isBerry ? berry(blocks, folder, context) : classic(folder, context));

const WORKSPACE = "@workspace:";

/** Berry lists its workspaces, but mixes what they need with what they need to develop. */
const berry = async (blocks: readonly Block[], folder: string, context: FileContext): Promise<Asking[] | null> => {
  const own = blocks.filter(({ fields }) => fields.get("resolution")?.includes(WORKSPACE) === true);
  const askings: Asking[] = [];
  for (const { fields, needs } of own.slice(0, MAX_WORKSPACES)) {
    context.signal.throwIfAborted();
    const resolution = fields.get("resolution") ?? "";
    const place = resolution.slice(resolution.indexOf(WORKSPACE) + WORKSPACE.length);
    const manifest = await manifestIn(posix.join(folder, place), context);
    if (manifest !== null) askings.push(...askedBy(manifest));
    else askings.push(...needs.map(([name, range]) => ({ name, range, isDev: null })));
  }
  return own.length === 0 ? null : askings;
};

const classic = async (folder: string, context: FileContext): Promise<Asking[] | null> => {
  const root = await manifestIn(folder, context);
  if (root === null) return null;
  const askings: Asking[] = askedBy(root);
  for (const place of await workspacesOf(root, folder, context)) {
    context.signal.throwIfAborted();
    const manifest = await manifestIn(place, context);
    if (manifest !== null) askings.push(...askedBy(manifest));
  }
  return askings;
};

/** The folders that `workspaces` names: a folder itself, or with a `*` at its end each folder in it. */
const workspacesOf = async (root: Fields, folder: string, context: FileContext): Promise<string[]> => {
  const said = root["workspaces"];
  const patterns = Array.isArray(said) ? said : (recordOf(said)?.["packages"] ?? []);
  const places = new Set<string>();
  for (const value of Array.isArray(patterns) ? patterns.slice(0, MAX_WORKSPACES) : []) {
    const pattern = wordOf(value);
    if (pattern === null || pattern.startsWith("!")) continue;
    const base = posix.join(folder, pattern.replace(/\/\*\*?\/?$/, ""));
    if (base.startsWith("..") || base.includes("*")) continue;
    if (!/\*\/?$/.test(pattern)) places.add(base);
    else for (const name of (await context.list(base)) ?? []) places.add(`${base}/${name}`);
  }
  return [...places].sort().slice(0, MAX_WORKSPACES);
};
