import { normalizePython } from "../extractors/python-requirement.ts";
import { listOf, recordOf, wordOf } from "../extractors/text-file.ts";
import { tomlText } from "../extractors/toml-file.ts";
import type { FixContext } from "./fix.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What a project declares of one package. */
export interface AskedRange {
  readonly range: string;
  /** The group that it stands in; empty for what the project needs. */
  readonly group: string;
}

/** A TOML file of the target; null when it is absent or broken: a fix is planned without it. */
export const tomlOf = async ({ read }: FixContext, path: string): Promise<Fields | null> => {
  const text = await read(path);
  if (text === null) return null;
  try {
    return tomlText(path, text);
  } catch {
    // The package manager says what is wrong with it when it is asked to do something.
    return null;
  }
};

const REQUIREMENT = /^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*\(?([^;@)]*)/;

/** The ranges under which a pyproject.toml asks for a package: PEP 621, PEP 735, poetry, uv. `name` is normalized. */
export const askedRanges = async (context: FixContext, path: string, name: string): Promise<AskedRange[]> => {
  const fields = await tomlOf(context, path);
  if (fields === null) return [];
  const found: AskedRange[] = [];
  const list = (value: unknown, group: string): void => {
    for (const text of listOf(value)) {
      const one = REQUIREMENT.exec(wordOf(text) ?? "");
      if (one !== null && normalizePython(one[1]!) === name) found.push({ range: one[2]!.trim() || "*", group });
    }
  };
  const table = (value: unknown, group: string): void => {
    for (const [as, said] of Object.entries(recordOf(value) ?? {})) {
      if (normalizePython(as) !== name) continue;
      found.push({ range: wordOf(said) ?? wordOf(recordOf(said)?.["version"]) ?? "*", group });
    }
  };
  const project = recordOf(fields["project"]);
  const tool = recordOf(fields["tool"]);
  const poetry = recordOf(tool?.["poetry"]);
  list(project?.["dependencies"], "");
  for (const value of Object.values(recordOf(project?.["optional-dependencies"]) ?? {})) list(value, "");
  for (const [group, value] of Object.entries(recordOf(fields["dependency-groups"]) ?? {})) list(value, group);
  list(recordOf(tool?.["uv"])?.["dev-dependencies"], "dev");
  table(poetry?.["dependencies"], "");
  table(poetry?.["dev-dependencies"], "dev");
  for (const [group, value] of Object.entries(recordOf(poetry?.["group"]) ?? {})) {
    table(recordOf(value)?.["dependencies"], group);
  }
  return found;
};
