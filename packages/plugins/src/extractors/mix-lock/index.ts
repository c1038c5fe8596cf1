import { AppError } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages, type PackageGathering } from "../gather-packages.ts";
import { textOf } from "../text-file.ts";

/** Mix's mix.lock: an Elixir map with one entry a line. A git dependency has no version there, so its version is empty. */
export const extract: ExtractFile = async (file, context) => {
  const text = await textOf(file, context);
  if (!/^\s*%\{/.test(text)) throw new AppError("UNREADABLE", `${file.path} is no mix.lock: it is not a map.`);
  const into = gatherPackages(file.path);
  text.split("\n").forEach((line, at) => {
    context.signal.throwIfAborted();
    const start = ENTRY.exec(line);
    if (start?.[1] !== undefined) readEntry(start[1], line.slice(start[0].length), at + 1, into);
  });
  if (!text.trimEnd().endsWith("}")) into.problem("the map has no end: the file is cut off");
  return into.finish();
};

const ENTRY = /^\s*"([^"]+)":\s*/;
/** `{:hex, :plug, "1.11.1", "checksum", [:mix], [dependencies], "hexpm", "checksum"}`; the last three came later. */
const HEX = /^\{:hex,\s*:(?:"([^"]+)"|([\w@]+)),\s*"([^"]*)"/;
const GIT = /^\{:git,\s*"/;
const NEEDED = /\{:(?:"([^"]+)"|(\w+)),\s*(?:"[^"]*"|nil),\s*\[/g;
/** A package of an organization lies in a repository of its own. */
const ORGANIZATION = /,\s*"hexpm:([\w-]+)"/;

const readEntry = (key: string, value: string, line: number, into: PackageGathering): void => {
  const hex = HEX.exec(value);
  const needed = value.matchAll(NEEDED);
  const dependsOn = Array.from(needed, ([, quoted, plain]) => quoted ?? plain ?? "");
  if (hex !== null) {
    const organization = ORGANIZATION.exec(value)?.[1];
    const own = (hex[1] ?? hex[2] ?? "").toLowerCase();
    const name = organization === undefined ? own : `${organization.toLowerCase()}/${own}`;
    into.add({ component: { ecosystem: "Hex", name, version: hex[3] ?? "" }, key, dependsOn, line });
  } else if (GIT.test(value)) {
    into.add({ component: { ecosystem: "Hex", name: key.toLowerCase(), version: "" }, key, line });
  } else if (!value.startsWith("{:path,")) into.problem(`${key}: its entry cannot be read`);
};
