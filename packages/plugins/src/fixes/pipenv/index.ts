import { raisedRange, rangeAllows } from "@zerotrace/core";
import { normalizePython } from "../../extractors/python-requirement.ts";
import { recordOf, wordOf } from "../../extractors/text-file.ts";
import { beside, type Demand, folderOf, type PlanFix, type Step, way } from "../fix.ts";
import { tomlOf } from "../python-ranges.ts";

/** Pipfile.lock: `pipenv upgrade` changes the lockfile, and the Pipfile where that names the package. */
export const plan: PlanFix = async ({ path, name, to, isDev }, context) => {
  const manifest = beside(path, "Pipfile");
  const fields = await tomlOf(context, manifest);
  const demands = ["packages", "dev-packages"].flatMap((kind) =>
    Object.entries(recordOf(fields?.[kind]) ?? {})
      .filter(([as]) => normalizePython(as) === name)
      .map(([, said]) => wordOf(said) ?? wordOf(recordOf(said)?.["version"]) ?? "*")
      .map((range): Demand => ({ by: "", range, allows: rangeAllows("PyPI", range, to) })),
  );
  const refused = demands.find(({ allows }) => allows !== true);
  const spec = name + (refused === undefined ? `==${to}` : pinOf(raisedRange("PyPI", refused.range, to)));
  const steps: Step[] = [
    {
      program: "pipenv",
      args: ["upgrade", "--lock-only", ...(isDev === true ? ["--dev"] : []), spec],
      folder: folderOf(path),
    },
  ];
  const notes =
    demands.length > 0
      ? []
      : ["A Pipfile.lock does not tell what packages ask of each other: pipenv says so where one forbids it."];
  return way(refused === undefined ? "lock" : "manifest", { demands, steps, files: [path, manifest], notes });
};

const pinOf = (range: string): string => (/^[=~<>!]/.test(range) ? range : `==${range}`);
