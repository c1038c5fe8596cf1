import { AppError } from "@zerotrace/core";
import { basename } from "node:path/posix";
import { folderOf, type PlanFix, way } from "../fix.ts";

/**
 * A version catalog is edited here. A Gradle lockfile follows from build files, which are programs: for it the constraint and the command are
 * told, and a person puts them in.
 */
export const plan: PlanFix = async ({ path, name, from, to }, { read }) => {
  const text = await read(path);
  if (text === null) throw new AppError("UNREADABLE", `${path} does not exist.`);
  if (basename(path).endsWith(".versions.toml")) {
    const change = (now: string): string | null => withCatalog(now, name, from, to);
    if (change(text) === null) throw new AppError("UNREADABLE", `${path} does not write ${from} out for ${name}.`);
    return way("manifest", { edits: [{ path, says: `${name} ${from} -> ${to}`, change }] });
  }
  const steps = [{ program: "gradle", args: ["dependencies", "--update-locks", name], folder: folderOf(path) }];
  const notes = [
    `Where the build asks for less, put constraints { implementation("${name}:${to}") } into its dependencies first.`,
  ];
  return way("manual", { steps, notes });
};

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, "\\$&");

/** `a = { module = "g:a", version = "1.0" }`, `a = "g:a:1.0"`, `version.ref = "x"` with `x = "1.0"` in [versions]. */
const withCatalog = (text: string, name: string, from: string, to: string): string | null => {
  const [groupId = "", artifactId = ""] = name.split(":");
  const lines = text.split("\n");
  const isOwn = new RegExp(
    `"${escaped(name)}[":]|group\\s*=\\s*"${escaped(groupId)}"\\s*,\\s*name\\s*=\\s*"${escaped(artifactId)}"`,
  );
  const at = lines.findIndex((line) => isOwn.test(line));
  if (at < 0) return null;
  const own = lines[at]!;
  const ref = /version\.ref\s*=\s*"([\w.-]{1,256})"/.exec(own)?.[1];
  const where =
    ref === undefined ? at : lines.findIndex((line) => new RegExp(`^\\s*"?${escaped(ref)}"?\\s*=\\s*"`).test(line));
  if (where < 0) return null;
  const changed = lines[where]!.replace(
    new RegExp(`([":])${escaped(from)}"`),
    (_, before: string) => `${before}${to}"`,
  );
  if (changed === lines[where] && !changed.includes(to)) return null;
  lines[where] = changed;
  return lines.join("\n");
};
