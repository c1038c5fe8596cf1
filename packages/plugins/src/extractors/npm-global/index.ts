import { AppError, type JudgedPackage, messageOf } from "@zerotrace/core";
import { expand } from "../expand.ts";
import type { ExtractContext, Extractor } from "../extractor.ts";
import { gather } from "../gather.ts";
import type { Gathering } from "../gather.ts";
import { ownerOf } from "../os-owned.ts";

/** Bytes of one package.json. */
const MAX_PACKAGE_JSON_BYTES = 4 * 1024 * 1024;
/** Folders of packages read (count). */
const MAX_PACKAGES = 100_000;
/** How deep node_modules may lie in node_modules. */
const MAX_DEPTH = 16;
const ROOTS = [
  "/usr/share/nodejs",
  "/usr/lib/node_modules",
  "/usr/local/lib/node_modules",
  "/root/.nvm/versions/node/*/lib/node_modules",
  "/home/*/.nvm/versions/node/*/lib/node_modules",
];

/** npm packages installed for the whole machine or by nvm, with those nested in them. */
export const npmGlobal: Extractor = {
  descriptor: {
    id: "npm-global",
    title: "Global npm packages",
    summary:
      "Globally installed npm packages and what they carry, with the operating-system package that owns them, if any",
    source: "package.json, npm-folders(5)",
    version: "1",
  },
  extract: async (context) => {
    const into = gather("the global npm packages");
    const walk: Walk = { context, into, visited: new Set(), exists: false };
    const roots = (await Promise.all(ROOTS.map((pattern) => expand(context.fs, pattern, into.unread)))).flat();
    for (const root of roots) await readModules(walk, root, 0);
    const extraction = into.finish();
    return walk.exists || extraction.problems.length > 0 ? extraction : null;
  },
};

interface Walk {
  readonly context: ExtractContext;
  readonly into: Gathering;
  /** Real paths already read: links between packages may form rings. */
  readonly visited: Set<string>;
  exists: boolean;
}

const readModules = async (walk: Walk, folder: string, depth: number): Promise<void> => {
  const names = await noted(walk, folder, () => walk.context.fs.list(folder));
  if (names === null) return;
  walk.exists = true;
  for (const name of names) {
    if (name.startsWith(".")) continue;
    if (!name.startsWith("@")) await readPackage(walk, `${folder}/${name}`, depth);
    else {
      for (const inner of (await noted(walk, `${folder}/${name}`, () => walk.context.fs.list(`${folder}/${name}`))) ??
        []) {
        await readPackage(walk, `${folder}/${name}/${inner}`, depth);
      }
    }
  }
};

const readPackage = async (walk: Walk, folder: string, depth: number): Promise<void> => {
  walk.context.signal.throwIfAborted();
  const real = await noted(walk, folder, async () => walk.context.fs.realPath(folder));
  if (real === null || walk.visited.has(real)) return;
  walk.visited.add(real);
  if (walk.visited.size > MAX_PACKAGES) {
    throw new AppError("UNREADABLE", `The global npm folders hold more than ${MAX_PACKAGES} packages.`);
  }
  const file = `${folder}/package.json`;
  const bytes = await noted(walk, file, () => walk.context.fs.read(file, MAX_PACKAGE_JSON_BYTES));
  if (bytes !== null) addPackage(walk.into, file, bytes, await ownerOf(walk.context, { path: file, bytes }));
  if (depth < MAX_DEPTH) await readModules(walk, `${folder}/node_modules`, depth + 1);
  else walk.into.problem(`${folder}: what lies deeper than ${MAX_DEPTH} levels is not read`);
};

const addPackage = (into: Gathering, file: string, bytes: Uint8Array, owner: JudgedPackage | null): void => {
  let said: { name?: unknown; version?: unknown } | null;
  try {
    said = JSON.parse(new TextDecoder().decode(bytes)) as { name?: unknown; version?: unknown } | null;
  } catch (error) {
    return into.problem(`${file}: ${messageOf(error)}`);
  }
  if (typeof said?.name !== "string" || typeof said.version !== "string") {
    return into.problem(`${file}: it has no name or no version`);
  }
  into.add({
    ecosystem: "npm",
    name: said.name,
    version: said.version,
    ...(owner === null ? {} : { ownedBy: owner }),
  });
};

/** What cannot be read is a problem of one entry; the others are still read. */
const noted = async <T>(walk: Walk, path: string, run: () => Promise<T>): Promise<T | null> => {
  try {
    return await run();
  } catch (error) {
    walk.into.unread(path, error);
    return null;
  }
};
