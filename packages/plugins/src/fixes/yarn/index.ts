import { AppError, raisedRange, rangeAllows } from "@zerotrace/core";
import { type Block, blocksOf } from "../../extractors/yarn-lock/blocks.ts";
import { aliasOf } from "../../extractors/package-manifest.ts";
import { beside, type Demand, type Edit, folderOf, type PlanFix, type Step, way } from "../fix.ts";
import { setInJson } from "../json-text.ts";

interface YarnDemand extends Demand {
  readonly parent: string;
}

/**
 * yarn.lock, classic and berry. Both hold what every package asks for. Where all ranges allow the fix berry's `yarn up -R`, or an entry
 * taken out of a classic lockfile, suffices; a parent that forbids it is overruled in `resolutions` of package.json.
 */
export const plan: PlanFix = async ({ path, name, from, to, via }, { read }) => {
  const text = await read(path);
  if (text === null) throw new AppError("UNREADABLE", `${path} does not exist.`);
  const blocks = blocksOf(text, () => undefined);
  const isBerry = blocks.some(({ specs }) => specs.includes("__metadata"));
  const found = demandsOf(blocks, name, from, to);
  const manifest = beside(path, "package.json");
  const files = [path, manifest];
  const demands = found.map(({ by, range, allows }) => ({ by, range, allows }));
  const mode = isBerry ? ["--mode=update-lockfile"] : ["--ignore-scripts"];
  const step = (args: readonly string[]): Step => ({
    program: "yarn",
    args: [...args, ...mode],
    folder: folderOf(path),
  });
  const refused = found.filter(({ by, allows }) => by !== "" && allows !== true);
  const raised = found.filter(({ by, allows }) => by === "" && allows !== true);
  if (refused.length === 0 && raised.length === 0) {
    if (isBerry) return way("lock", { demands, steps: [step(["up", "-R", name])], files });
    const edits = [
      { path, says: `without the entry of ${name} ${from}`, change: (now: string) => without(now, name, from) },
    ];
    return way("lock", { demands, edits, steps: [step(["install"])], files });
  }
  const range = raised[0] === undefined ? "" : raisedRange("npm", raised[0].range.replace(/^npm:/, ""), to);
  const up = raised.length === 0 ? [] : [step([isBerry ? "up" : "upgrade", `${name}@${range}`])];
  if (refused.length === 0) return way("manifest", { demands, steps: up, files });
  const edits = refused.map(({ parent }) =>
    overruling(manifest, isBerry ? `${parent}/${name}` : `**/${parent}/${name}`, to),
  );
  const tops = [...new Set(refused.map(({ by }) => by))].sort().join(", ");
  const notes = [`${tops} asks for another version: test what uses it, or upgrade ${via?.[0] ?? "that"} instead.`];
  return way("override", { demands, edits, steps: [...up, step(["install"])], files, notes });
};

const overruling = (path: string, key: string, to: string): Edit => ({
  path,
  says: `resolutions.${key} ^${to}`,
  change: (text) => setInJson(text, ["resolutions", key], `^${to}`),
});

/** `@s/a@npm:^1` as name and range. */
const partsOf = (spec: string): readonly [string, string] => {
  const at = spec.indexOf("@", 1);
  return at < 0 ? [spec, ""] : [spec.slice(0, at), spec.slice(at + 1)];
};
const bare = (range: string): string =>
  aliasOf(range) === null || /^npm:[\d^~<>=*v]/.test(range) ? range.replace(/^npm:/, "") : range;

const demandsOf = (blocks: readonly Block[], name: string, from: string, to: string): YarnDemand[] => {
  const specs = new Set(
    blocks
      .filter((block) => block.fields.get("version") === from)
      .flatMap((block) => block.specs)
      .filter((spec) => partsOf(spec)[0] === name)
      .map((spec) => bare(partsOf(spec)[1])),
  );
  const demands: YarnDemand[] = [];
  const claimed = new Set<string>();
  for (const block of blocks) {
    const parent = partsOf(block.specs[0] ?? "")[0];
    const isProject = block.fields.get("resolution")?.includes("@workspace:") === true;
    for (const [needed, written] of block.needs) {
      const range = bare(written);
      if (needed !== name || !specs.has(range)) continue;
      if (!isProject) claimed.add(range);
      const by = isProject ? "" : `${parent}@${block.fields.get("version") ?? ""}`;
      demands.push({ by, range, allows: rangeAllows("npm", range, to), parent });
    }
  }
  // What no package asks for, the project does.
  const projects = new Set(demands.filter(({ by }) => by === "").map(({ range }) => range));
  for (const range of specs) {
    if (claimed.has(range) || projects.has(range)) continue;
    demands.push({ by: "", range, allows: rangeAllows("npm", range, to), parent: "" });
  }
  return demands;
};

/** The lockfile without the entry of a version; yarn fills it in anew. */
const without = (text: string, name: string, from: string): string | null => {
  const lines = text.split("\n");
  const blocks = blocksOf(text, () => undefined);
  const at = blocks.findIndex(
    ({ specs, fields }) => fields.get("version") === from && specs.some((spec) => partsOf(spec)[0] === name),
  );
  if (at < 0) return null;
  const start = blocks[at]!.line - 1;
  const end = blocks[at + 1] === undefined ? lines.length : blocks[at + 1]!.line - 1;
  return [...lines.slice(0, start), ...lines.slice(end)].join("\n");
};
