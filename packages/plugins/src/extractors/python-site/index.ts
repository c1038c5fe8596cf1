import { messageOf } from "@zerotrace/core";
import type { HostFs } from "../../plugin.ts";
import { expand } from "../expand.ts";
import type { Extractor } from "../extractor.ts";
import { gather } from "../gather.ts";
import type { Gathering } from "../gather.ts";
import { osOwnedPaths } from "../os-owned.ts";

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
    summary: "Installed Python distributions in site-packages, save those owned by an operating-system package",
    source: "PEP 376, PEP 503, core metadata",
    version: "1",
  },
  extract: async ({ fs, signal }) => {
    const into = gather("the Python site-packages");
    const roots = (await Promise.all(ROOTS.map((pattern) => expand(fs, pattern, into.problem)))).flat();
    const owned = await osOwnedPaths(fs, signal);
    const visited = new Set<string>();
    for (const root of roots) {
      try {
        const names = await fs.list(root);
        const real = fs.realPath(root);
        // lib64 is often a link to lib.
        if (names === null || visited.has(real)) continue;
        visited.add(real);
        for (const name of names) {
          signal.throwIfAborted();
          await readEntry(fs, `${root}/${name}`, owned, into);
        }
      } catch (error) {
        signal.throwIfAborted();
        into.problem(messageOf(error));
      }
    }
    const extraction = into.finish();
    return visited.size > 0 || extraction.problems.length > 0 ? extraction : null;
  },
};

/** PEP 503: names that differ in case or in runs of `-`, `_` and `.` are one. */
export const normalizePythonName = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, "-");

/** The files that may describe the distribution in `path`, the likeliest first. */
const descriptionsIn = (path: string): string[] => {
  if (path.endsWith(".dist-info")) return [`${path}/METADATA`];
  if (path.endsWith(".egg-info")) return [`${path}/PKG-INFO`, path];
  return path.endsWith(".egg") ? [`${path}/EGG-INFO/PKG-INFO`] : [];
};

const readEntry = async (fs: HostFs, path: string, owned: ReadonlySet<string>, into: Gathering): Promise<void> => {
  // pip renames what it is about to replace to "~name"; such leftovers are not importable.
  if (path.includes("/~")) return;
  const files = descriptionsIn(path);
  if (files.length === 0 || files.some((file) => owned.has(file))) return;
  try {
    for (const file of files) {
      const bytes = await fs.read(file, MAX_METADATA_BYTES);
      if (bytes !== null) return addDistribution(into, file, bytes);
    }
    into.problem(`${path}: it holds no description`);
  } catch (error) {
    into.problem(messageOf(error));
  }
};

/** Only the head before the first empty line counts: the README after it may hold lines that look like fields. */
const addDistribution = (into: Gathering, file: string, bytes: Uint8Array): void => {
  const fields = new Map<string, string>();
  for (const line of new TextDecoder().decode(bytes).split("\n")) {
    if (line.trim() === "") break;
    const at = line.indexOf(":");
    const key = line.slice(0, at).toLowerCase();
    if ((key === "name" || key === "version") && !fields.has(key)) fields.set(key, line.slice(at + 1).trim());
  }
  const name = fields.get("name");
  const version = fields.get("version");
  if (name === undefined || version === undefined) return into.problem(`${file}: it has no name or no version`);
  into.add({ ecosystem: "PyPI", name: normalizePythonName(name), version });
};
