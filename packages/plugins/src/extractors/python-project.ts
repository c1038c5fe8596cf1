import { posix } from "node:path";
import type { FileContext } from "./file-extractor.ts";
import { normalizePython, parseRequirement } from "./python-requirement.ts";
import { listOf, recordOf, wordOf } from "./text-file.ts";
import { tomlText } from "./toml-file.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Bytes of one pyproject.toml or Pipfile. */
const MAX_PROJECT_BYTES = 4 * 1024 * 1024;

/** What a Python project asks for, by normalized name. */
export interface PythonProject {
  /** Whether only to develop. */
  readonly asked: ReadonlyMap<string, boolean>;
  /** Exact versions, where the project pins one. */
  readonly pins: ReadonlyMap<string, string>;
  /** Names of the groups that are for development, normalized. */
  readonly devGroups: ReadonlySet<string>;
}

/** The pyproject.toml of a folder; null when it is absent, broken or says nothing of dependencies. */
export const projectIn = async (folder: string, context: FileContext): Promise<PythonProject | null> => {
  const fields = await tomlIn(posix.join(folder, "pyproject.toml"), context);
  return fields === null ? null : projectOf(fields);
};

/** A TOML file of the target that helps to read another; null when it is absent or broken. */
export const tomlIn = async (path: string, context: FileContext): Promise<Fields | null> => {
  try {
    const bytes = await context.read(path, MAX_PROJECT_BYTES);
    return bytes === null ? null : tomlText(path, new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
};

/** What a pyproject.toml asks for: PEP 621, PEP 735, poetry, pdm and uv. Null when it has none of their tables. */
export const projectOf = (fields: Fields): PythonProject | null => {
  const project = recordOf(fields["project"]);
  const tool = recordOf(fields["tool"]) ?? {};
  const poetry = recordOf(tool["poetry"]);
  const groups = recordOf(fields["dependency-groups"]);
  if (project === null && poetry === null && groups === null) return null;
  const asked = new Map<string, boolean>();
  const pins = new Map<string, string>();
  const devGroups = new Set<string>();
  const add = (name: string, isDev: boolean, version: string): void => {
    asked.set(name, isDev && asked.get(name) !== false);
    if (version !== "") pins.set(name, version);
  };
  const addList = (list: unknown, isDev: boolean): void => {
    for (const text of listOf(list)) {
      const requirement = parseRequirement(wordOf(text) ?? "");
      if (requirement !== null) add(requirement.name, isDev, requirement.version);
    }
  };
  const addGroups = (value: unknown): void => {
    for (const [group, list] of Object.entries(recordOf(value) ?? {})) {
      devGroups.add(normalizePython(group));
      addList(list, true);
    }
  };
  const addTable = (value: unknown, isDev: boolean): void => {
    for (const name of Object.keys(recordOf(value) ?? {})) {
      if (name !== "python") add(normalizePython(name), isDev, "");
    }
  };
  addGroups(groups);
  addGroups(recordOf(tool["pdm"])?.["dev-dependencies"]);
  addList(recordOf(tool["uv"])?.["dev-dependencies"], true);
  for (const [group, value] of Object.entries(recordOf(poetry?.["group"]) ?? {})) {
    if (group !== "main") devGroups.add(normalizePython(group));
    addTable(recordOf(value)?.["dependencies"], group !== "main");
  }
  addTable(poetry?.["dev-dependencies"], true);
  addTable(poetry?.["dependencies"], false);
  for (const list of Object.values(recordOf(project?.["optional-dependencies"]) ?? {})) addList(list, false);
  addList(project?.["dependencies"], false);
  return { asked, pins, devGroups };
};
