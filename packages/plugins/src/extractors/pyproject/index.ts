import { posix } from "node:path";
import type { Extracted, ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { projectOf } from "../python-project.ts";
import { tomlOf } from "../toml-file.ts";

const NOTHING: Extracted = { packages: [], problems: [] };
const LOCKS: ReadonlySet<string> = new Set(["poetry.lock", "uv.lock", "pdm.lock", "pylock.toml", "Pipfile.lock"]);

/**
 * pyproject.toml: what a project asks for, with a version where it is pinned. Beside a lockfile it says nothing, for that
 * one holds the versions that are installed.
 */
export const extract: ExtractFile = async (file, context) => {
  const beside = (await context.list(posix.dirname(file.path))) ?? [];
  if (beside.some((name) => LOCKS.has(name))) return NOTHING;
  const project = projectOf((await tomlOf(file, context)).fields);
  if (project === null) return NOTHING;
  const into = gatherPackages(file.path);
  for (const [name, isDev] of project.asked) {
    const version = project.pins.get(name) ?? "";
    into.add({ component: { ecosystem: "PyPI", name, version }, isDirect: true, isDev });
  }
  return into.finish();
};
