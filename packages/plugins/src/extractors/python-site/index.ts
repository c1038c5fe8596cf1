import type { JudgedPackage } from "@zerotrace/core";
import type { HostFs } from "../../plugin.ts";
import { expand } from "../expand.ts";
import type { ExtractContext, Extractor } from "../extractor.ts";
import { gather } from "../gather.ts";
import type { Gathering } from "../gather.ts";
import { ownerOf } from "../os-owned.ts";

/** Bytes of one METADATA or PKG-INFO file; it carries the project's whole README. */
const MAX_METADATA_BYTES = 8 * 1024 * 1024;
const ROOTS = [
  "/usr/lib/python3*/dist-packages",
  "/usr/lib/python3*/site-packages",
  "/usr/lib64/python3*/site-packages",
  "/usr/local/lib/python3*/dist-packages",
  "/usr/local/lib/python3*/site-packages",
  "/usr/local/lib64/python3*/site-packages",
  "/opt/*/lib/python3*/site-packages",
  "/opt/*/*/lib/python3*/site-packages",
  "/root/.local/lib/python3*/site-packages",
  "/home/*/.local/lib/python3*/site-packages",
  "/root/.pyenv/versions/*/lib/python*/site-packages",
  "/home/*/.pyenv/versions/*/lib/python*/site-packages",
];

/** Python distributions in the machine's, users' and pyenv's site-packages. */
export const pythonSite: Extractor = {
  descriptor: {
    id: "python-site",
    title: "Python packages",
    summary:
      "Installed Python distributions in site-packages, with the operating-system package that owns them, if any",
    source: "PEP 376, PEP 503, core metadata",
    version: "1",
  },
  extract: async (context) => {
    const { fs, signal } = context;
    const into = gather("the Python site-packages");
    const roots = (await Promise.all(ROOTS.map((pattern) => expand(fs, pattern, into.unread)))).flat();
    const visited = new Set<string>();
    for (const root of roots) {
      for (const name of (await namesIn(fs, root, visited, into)) ?? []) {
        signal.throwIfAborted();
        const description = await descriptionOf(context, `${root}/${name}`, into);
        if (description !== null) addDistribution(into, description, await ownerOf(context, description));
      }
    }
    const extraction = into.finish();
    return visited.size > 0 || extraction.problems.length > 0 ? extraction : null;
  },
};

/** PEP 503: names that differ in case or in runs of `-`, `_` and `.` are one. */
export const normalizePythonName = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, "-");

/** The entries of a folder that exists and was not visited under another name: lib64 is often a link to lib. */
const namesIn = async (
  fs: HostFs,
  root: string,
  visited: Set<string>,
  into: Gathering,
): Promise<readonly string[] | null> => {
  try {
    const names = await fs.list(root);
    const real = fs.realPath(root);
    if (names === null || visited.has(real)) return null;
    visited.add(real);
    return names;
  } catch (error) {
    into.unread(root, error);
    return null;
  }
};

/** The files that may describe the distribution in `path`, the likeliest first. */
const descriptionsIn = (path: string): string[] => {
  if (path.endsWith(".dist-info")) return [`${path}/METADATA`];
  if (path.endsWith(".egg-info")) return [`${path}/PKG-INFO`, path];
  return path.endsWith(".egg") ? [`${path}/EGG-INFO/PKG-INFO`] : [];
};

interface Description {
  readonly path: string;
  readonly bytes: Uint8Array;
}

const descriptionOf = async ({ fs }: ExtractContext, path: string, into: Gathering): Promise<Description | null> => {
  const files = descriptionsIn(path);
  // pip renames what it is about to replace to "~name"; such leftovers are not importable.
  if (files.length === 0 || path.includes("/~")) return null;
  try {
    for (const file of files) {
      const bytes = await fs.read(file, MAX_METADATA_BYTES);
      if (bytes !== null) return { path: file, bytes };
    }
    into.problem(`${path}: it holds no description`);
  } catch (error) {
    into.unread(path, error);
  }
  return null;
};

/** Only the head before the first empty line counts: the README after it may hold lines that look like fields. */
const addDistribution = (into: Gathering, { path, bytes }: Description, owner: JudgedPackage | null): void => {
  const fields = new Map<string, string>();
  for (const line of new TextDecoder().decode(bytes).split("\n")) {
    if (line.trim() === "") break;
    const at = line.indexOf(":");
    const key = line.slice(0, at).toLowerCase();
    if ((key === "name" || key === "version") && !fields.has(key)) fields.set(key, line.slice(at + 1).trim());
  }
  const name = fields.get("name");
  const version = fields.get("version");
  if (name === undefined || version === undefined) return into.problem(`${path}: it has no name or no version`);
  into.add({
    ecosystem: "PyPI",
    name: normalizePythonName(name),
    version,
    ...(owner === null ? {} : { ownedBy: owner }),
  });
};
