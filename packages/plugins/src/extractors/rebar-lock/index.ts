import { AppError } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { textOf } from "../text-file.ts";

/** `{<<"cowlib">>,{pkg,<<"cowlib">>,<<"2.11.0">>},1}`: the name in the project, the registry's name and version, the depth. */
const PACKAGE = /\{<<"([^"]+)">>,\s*\{pkg,\s*<<"([^"]+)">>,\s*<<"([^"]+)">>[^{}]{0,200}\},\s*(\d+)\}/g;
/** `{<<"fork">>,{git,"https://…",{ref,"…"}},0}`; its version is not told. */
const FROM_GIT = /\{<<"([^"]+)">>,\s*\{(?:git|git_subdir|hg),\s*"[^"]*",\s*\{[^{}]{0,500}\}[^{}]{0,200}\},\s*(\d+)\}/g;

/** Erlang's rebar.lock: packages of Hex, direct at depth 0. */
export const extract: ExtractFile = async (file, context) => {
  const text = await textOf(file, context);
  if (!/^\s*[[{]/.test(text)) throw new AppError("UNREADABLE", `${file.path} is no rebar.lock: it holds no terms.`);
  const into = gatherPackages(file.path);
  for (const [, , name = "", version = "", depth] of text.matchAll(PACKAGE)) {
    context.signal.throwIfAborted();
    into.add({ component: { ecosystem: "Hex", name: name.toLowerCase(), version }, isDirect: depth === "0" });
  }
  for (const [, name = "", depth] of text.matchAll(FROM_GIT)) {
    into.add({ component: { ecosystem: "Hex", name: name.toLowerCase(), version: "" }, isDirect: depth === "0" });
  }
  return into.finish();
};
