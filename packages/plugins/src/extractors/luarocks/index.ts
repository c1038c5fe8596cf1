import { AppError } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { textOf } from "../text-file.ts";

/** An installed rock: its name and version are folders. */
const INSTALLED = /(?:^|\/)luarocks\/rocks(?:-[\d.]+)?\/([^/]+)\/([^/]+)\/rock_manifest$/;
const SECTION = /^\s*(build_dependencies|test_dependencies|dependencies)\s*=\s*\{/;
const PIN = /^\s*(?:\["([^"]+)"\]|(\w+))\s*=\s*"([^"]+)"/;

/** LuaRocks: the project's luarocks.lock, a Lua table, and rocks installed in a tree. Versions keep the revision of the rock. */
export const extract: ExtractFile = async (file, context) => {
  const into = gatherPackages(file.path);
  const installed = INSTALLED.exec(file.path);
  if (installed !== null) {
    const [, name = "", version = ""] = installed;
    into.add({ component: { ecosystem: "LuaRocks", name: name.toLowerCase(), version } });
    return into.finish();
  }
  // Elsewhere such a file belongs to a rock that is being packed.
  if (file.path.endsWith("rock_manifest")) return into.finish();
  const text = await textOf(file, context);
  if (!/^[ \t]{0,20}return[ \t]{0,20}\{/m.test(text)) {
    throw new AppError("UNREADABLE", `${file.path} is no luarocks.lock: it returns no table.`);
  }
  let isDev = false;
  text.split("\n").forEach((line, at) => {
    context.signal.throwIfAborted();
    const section = SECTION.exec(line)?.[1];
    if (section !== undefined) isDev = section !== "dependencies";
    const [, quoted, plain, version] = PIN.exec(line) ?? [];
    if (version === undefined) return;
    const name = (quoted ?? plain ?? "").toLowerCase();
    into.add({ component: { ecosystem: "LuaRocks", name, version }, isDev, line: at + 1 });
  });
  return into.finish();
};
