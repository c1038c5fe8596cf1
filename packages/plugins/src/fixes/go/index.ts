import { AppError } from "@zerotrace/core";
import { modOf, type GoMod } from "../../extractors/go-mod/mod-file.ts";
import { beside, type Edit, folderOf, type PlanFix, way } from "../fix.ts";

/** The major version that a module's path names: 1 without one (go.dev/ref/mod#major-version-suffixes). */
const majorOf = (path: string): number => Number(/(?:\/|^gopkg\.in\/.*\.)v(\d{1,6})$/.exec(path)?.[1] ?? 1);

/**
 * go.mod, which can always raise a module. `go get` does it with its sums where Go is there; else the require line is changed here and
 * `go mod tidy` has to follow. A version of another major is another module, which no command puts in its place.
 */
export const plan: PlanFix = async ({ path, name, from, to }, { read }) => {
  const text = await read(path);
  if (text === null) throw new AppError("UNREADABLE", `${path} does not exist.`);
  const mod = modOf(text);
  const files = [path, beside(path, "go.sum")];
  const folder = folderOf(path);
  if (name === "stdlib") {
    const isByToolchain = mod.toolchain !== null;
    const step = { program: "go", args: ["get", isByToolchain ? `toolchain@go${to}` : `go@${to}`], folder };
    const edit = lineEdit(
      path,
      mod.toolchainLine,
      isByToolchain ? `go${from}` : from,
      isByToolchain ? `go${to}` : to,
      "Go",
    );
    return way("manifest", {
      edits: [edit],
      steps: [step],
      isEditInstead: true,
      files,
      notes: ["Build with that Go, too."],
    });
  }
  const major = Number(/^v?(\d+)/.exec(to)?.[1] ?? 0);
  // Modules from before that rule go on without a suffix, marked in their version.
  const isOld = majorOf(name) === 1 && from.includes("+incompatible");
  if (major > 1 && majorOf(name) !== major && !isOld) {
    const next = majorOf(name) > 1 ? name.replace(/v\d+$/, `v${major}`) : `${name}/v${major}`;
    return way("manual", {
      files,
      notes: [`${to} is another module, ${next}: change the imports and run go get ${next}@v${to}.`],
    });
  }
  const replaced = [...mod.replacements].find(([, { path: other }]) => other === name);
  const line = replaced === undefined ? requireLine(mod, name) : lineWith(text, name, from);
  const wanted = `v${to.replace(/^v/, "")}${isOld && !to.includes("+") ? "+incompatible" : ""}`;
  const edit = lineEdit(path, line, `v${from}`, wanted, name);
  const notes =
    replaced === undefined ? [] : [`A replace directive fixes it: go get does not change that; the line is edited.`];
  if (replaced !== undefined)
    return way("manifest", { edits: [edit], steps: [{ program: "go", args: ["mod", "tidy"], folder }], files, notes });
  const steps = [{ program: "go", args: ["get", `${name}@${wanted}`], folder }];
  return way("manifest", { edits: [edit], steps, isEditInstead: true, files, notes: ["Run go mod tidy afterwards."] });
};

const requireLine = ({ requirements }: GoMod, name: string): number | null =>
  requirements.find((required) => required.path === name)?.line ?? null;

const lineWith = (text: string, name: string, from: string): number | null => {
  const at = text.split("\n").findIndex((line) => line.includes("=>") && line.includes(name) && line.includes(from));
  return at < 0 ? null : at + 1;
};

const lineEdit = (path: string, line: number | null, from: string, to: string, name: string): Edit => ({
  path,
  says: `${name} ${from} -> ${to}`,
  change: (text) => {
    const lines = text.split("\n");
    const own = line === null ? undefined : lines[line - 1];
    if (own === undefined) return null;
    // The last one: of a replace line the right side counts.
    const at = lastWord(own, from);
    if (at < 0) return lastWord(own, to) < 0 ? null : text;
    lines[line! - 1] = own.slice(0, at) + to + own.slice(at + from.length);
    return lines.join("\n");
  },
});

/** Where a line has the version last as a whole, -1 where it has not. */
const lastWord = (line: string, version: string): number => {
  for (let at = line.lastIndexOf(version); at >= 0; at = at === 0 ? -1 : line.lastIndexOf(version, at - 1)) {
    const around = `${line[at - 1] ?? " "}${line[at + version.length] ?? " "}`;
    if (!/[\w.+-]/.test(around)) return at;
  }
  return -1;
};
