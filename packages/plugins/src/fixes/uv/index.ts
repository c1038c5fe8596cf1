import { rangeAllows } from "@zerotrace/core";
import { beside, type Demand, folderOf, type PlanFix, type Step, way } from "../fix.ts";
import { askedRanges } from "../python-ranges.ts";

/**
 * uv.lock. It does not hold what packages ask of each other: uv itself refuses where a parent forbids the fix. The project's own range is
 * raised by `uv add`.
 */
export const plan: PlanFix = async ({ path, name, to, via }, context) => {
  const manifest = beside(path, "pyproject.toml");
  const own = await askedRanges(context, manifest, name);
  const demands = own.map(({ range }): Demand => ({ by: "", range, allows: rangeAllows("PyPI", range, to) }));
  const files = [path, manifest];
  const step = (args: readonly string[]): Step => ({ program: "uv", args, folder: folderOf(path) });
  const raised = own.find(({ range }) => rangeAllows("PyPI", range, to) !== true);
  if (raised === undefined) {
    const brought = via?.[0] === undefined ? "" : `, or upgrade ${via[0]}, which brings it`;
    const notes =
      own.length > 0
        ? []
        : [
            `Where a parent forbids it uv says so: then put ${name}>=${to} into override-dependencies of [tool.uv]${brought}.`,
          ];
    return way("lock", { demands, steps: [step(["lock", `--upgrade-package=${name}==${to}`])], files, notes });
  }
  const group = raised.group === "" ? [] : [`--group=${raised.group}`];
  return way("manifest", { demands, steps: [step(["add", "--no-sync", ...group, `${name}>=${to}`])], files });
};
