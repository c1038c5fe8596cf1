import { AppError, raisedRange, rangeAllows } from "@zerotrace/core";
import { normalizePython } from "../../extractors/python-requirement.ts";
import { listOf, recordOf, wordOf } from "../../extractors/text-file.ts";
import { tomlText } from "../../extractors/toml-file.ts";
import { beside, type Demand, type FixRequest, folderOf, type PlanFix, type Step, way } from "../fix.ts";
import { askedRanges } from "../python-ranges.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * poetry.lock, which holds what every package asks for. Where all allow the fix `poetry update` changes the lockfile alone; the project's
 * own range is raised by `poetry add`. Poetry cannot overrule a parent: then that one has to be upgraded.
 */
export const plan: PlanFix = async (request, context) => {
  const { path, name, to, via } = request;
  const text = await context.read(path);
  if (text === null) throw new AppError("UNREADABLE", `${path} does not exist.`);
  const manifest = beside(path, "pyproject.toml");
  const own = await askedRanges(context, manifest, name);
  const demands = [
    ...own.map(({ range }): Demand => ({ by: "", range, allows: rangeAllows("PyPI", range, to) })),
    ...parentsOf(tomlText(path, text), request),
  ];
  const files = [path, manifest];
  const step = (args: readonly string[]): Step => ({ program: "poetry", args, folder: folderOf(path) });
  const refused = demands.filter(({ by, allows }) => by !== "" && allows === false);
  if (refused.length > 0) {
    const who = refused.map(({ by, range }) => `${by} (${range})`).join(", ");
    const notes = [`${who} does not allow it, and Poetry cannot overrule that: upgrade ${via?.[0] ?? "that"}.`];
    return way("manual", { demands, files, notes });
  }
  const raised = own.find(({ range }) => rangeAllows("PyPI", range, to) !== true);
  if (raised === undefined) {
    return way("lock", {
      demands,
      steps: [step(["update", "--lock", name])],
      files,
      notes: ["Poetry takes the newest version that is allowed."],
    });
  }
  const group = raised.group === "" ? [] : [`--group=${raised.group}`];
  const spec = `${name}@${raisedRange("PyPI", raised.range, to)}`;
  return way("manifest", { demands, steps: [step(["add", "--lock", ...group, spec])], files });
};

/** `[package.dependencies]`: a range, a table with one, or a list of such tables for several platforms, each with its own version. */
const parentsOf = (lock: Fields, { name, from, to }: FixRequest): Demand[] =>
  listOf(lock["package"]).flatMap((value) => {
    const fields = recordOf(value) ?? {};
    const by = `${wordOf(fields["name"]) ?? ""}@${wordOf(fields["version"]) ?? ""}`;
    return Object.entries(recordOf(fields["dependencies"]) ?? {})
      .filter(([needed]) => normalizePython(needed) === name)
      .flatMap(([, said]) => (Array.isArray(said) ? said : [said]))
      .map((said: unknown) => wordOf(said) ?? wordOf(recordOf(said)?.["version"]) ?? "*")
      .filter((range) => rangeAllows("PyPI", range, from) !== false)
      .map((range): Demand => ({ by, range, allows: rangeAllows("PyPI", range, to) }));
  });
