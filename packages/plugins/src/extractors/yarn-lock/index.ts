import { AppError } from "@zerotrace/core";
import { posix } from "node:path";
import type { ExtractFile } from "../file-extractor.ts";
import { isDigestOpen, isQuoteOpen, openLineOf } from "../cut-off.ts";
import { gatherPackages } from "../gather-packages.ts";
import { aliasOf, isInstalledWith, NOTHING_FOUND } from "../package-manifest.ts";
import { textOf } from "../text-file.ts";
import { type Asking, projectsOf } from "./projects.ts";
import { type Block, blocksOf } from "./blocks.ts";

/**
 * yarn.lock of yarn 1 (classic) and of yarn 2 and later (berry). Which packages the project asks for, and which of them
 * to develop, is told by the package.json files beside it; without them classic lockfiles do not tell.
 */
export const extract: ExtractFile = async (file, context) => {
  if (isInstalledWith(file.path)) return NOTHING_FOUND;
  const text = await textOf(file, context);
  const into = gatherPackages(file.path);
  const blocks = blocksOf(text, into.problem);
  const isBerry = blocks.some(({ specs }) => specs[0] === "__metadata");
  const isYarn = isBerry || blocks.length === 0 || blocks.some(({ fields }) => fields.has("version"));
  if (!isYarn) {
    throw new AppError("UNREADABLE", `${file.path} is no yarn lockfile.`);
  }
  const entries = blocks.filter(({ specs }) => specs[0] !== "__metadata");
  if (isCut(text, entries.at(-1), isBerry)) into.problem("the last entry has no end: the file is cut off");
  const index = indexOf(entries);
  const askings = await projectsOf(entries, posix.dirname(file.path), isBerry, context);
  const direct = askings === null ? null : directOf(askings, index);
  for (const block of entries) {
    const named = packageOf(block);
    if (named === null) continue;
    if (named.name === "") into.problem(`line ${block.line}: it names no package`);
    const isDev = direct?.get(block);
    into.add({
      component: { ecosystem: "npm", ...named },
      key: block.specs[0] ?? "",
      dependsOn: block.needs.flatMap(([name, range]) => index(name, range)?.specs[0] ?? []),
      line: block.line,
      ...(direct === null ? {} : { isDirect: direct.has(block) }),
      ...(isDev === undefined || isDev === null ? {} : { isDev }),
    });
  }
  return into.finish({ devByGraph: askings !== null && askings.every(({ isDev }) => isDev !== null) });
};

/** Every entry has a version, every one of berry its kind of link; and a line of yarn's is whole. */
const isCut = (text: string, last: Block | undefined, isBerry: boolean): boolean => {
  if (last !== undefined && !last.fields.has(isBerry ? "linkType" : "version")) return true;
  const line = openLineOf(text);
  if (line === null) return false;
  return isQuoteOpen(line) || isDigestOpen(line) || !line.includes(" ");
};

/** Where a package comes from that is part of the project, not one installed into it. */
const OWN = /^(?:workspace|link|portal):/;

/** The package of an entry, null for the project's own folders. The version is empty when the entry states none. */
const packageOf = ({ specs, fields }: Block): { name: string; version: string } | null => {
  const version = fields.get("version") ?? "";
  // Several descriptors may meet in one entry; a plain one says best where it comes from.
  const [name, range] = splitSpec(fields.get("resolution") ?? specs.at(-1) ?? "");
  if (OWN.test(range)) return null;
  if (fields.has("resolution")) return { name, version };
  return { name: aliasOf(range)?.name ?? name, version };
};

/** `@scope/name@range`: the name ends at the first `@` that is not its own. */
const splitSpec = (spec: string): [string, string] => {
  const at = spec.indexOf("@", 1);
  return at < 0 ? [spec, ""] : [spec.slice(0, at), spec.slice(at + 1)];
};

type Index = (name: string, range: string) => Block | null;

/** Finds the entry that answers a range; where `resolutions` replaced the range, the only entry of that name does. */
const indexOf = (blocks: readonly Block[]): Index => {
  const bySpec = new Map<string, Block>();
  const byName = new Map<string, Block | null>();
  for (const block of blocks) {
    for (const spec of block.specs) {
      bySpec.set(spec, block);
      const [name] = splitSpec(spec);
      byName.set(name, byName.has(name) && byName.get(name) !== block ? null : block);
    }
  }
  return (name, range) =>
    bySpec.get(`${name}@${range}`) ?? bySpec.get(`${name}@npm:${range}`) ?? byName.get(name) ?? null;
};

/** What is asked for, with whether only to develop; null where nobody tells. */
const directOf = (askings: readonly Asking[], index: Index): Map<Block, boolean | null> => {
  const direct = new Map<Block, boolean | null>();
  for (const { name, range, isDev } of askings) {
    const block = index(name, range);
    if (block !== null && direct.get(block) !== false) direct.set(block, isDev);
  }
  return direct;
};
