import { AppError } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages, type PackageGathering } from "../gather-packages.ts";
import { textOf } from "../text-file.ts";

/**
 * OCaml's opam: the state of a switch (`installed: ["dune.3.7.2"]`, with its roots), a list of `name.version` a line as `opam switch export` and
 * `opam list` write it, and the locked dependencies of a project (`"dune" {= "3.7.2"}`).
 */
export const extract: ExtractFile = async (file, context) => {
  const text = withoutComments(await textOf(file, context));
  const into = gatherPackages(file.path);
  const installed = listIn(text, "installed");
  const depends = listIn(text, "depends");
  if (installed !== null) readSwitch(installed, listIn(text, "roots") ?? "", into);
  else if (depends !== null) readLocked(depends, into);
  else if (/^[\w-]+:/m.test(text)) throw new AppError("UNREADABLE", `${file.path} lists no packages of opam.`);
  else for (const word of text.split(/\s+/)) if (word !== "") addPin(word, {}, into);
  return into.finish();
};

const withoutComments = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.split(/(?:^|\s)#/, 1)[0])
    .join("\n");

/** What stands between the brackets of a field; null when there is no such field. Its texts hold no brackets. */
const listIn = (text: string, field: string): string | null => {
  const at = new RegExp(`^${field}:\\s*\\[`, "m").exec(text);
  if (at === null) return null;
  const start = at.index + at[0].length;
  const end = text.indexOf("]", start);
  return text.slice(start, end < 0 ? text.length : end);
};

const readSwitch = (installed: string, roots: string, into: PackageGathering): void => {
  const asked = new Set(Array.from(roots.matchAll(/"([^"]+)"/g), ([, pin]) => pin));
  for (const [, pin = ""] of installed.matchAll(/"([^"]+)"/g)) addPin(pin, { isDirect: asked.has(pin) }, into);
};

const LOCKED = /"([^"]+)"\s*(?:\{([^{}]*)\})?/g;

const readLocked = (depends: string, into: PackageGathering): void => {
  for (const [, name = "", filter = ""] of depends.matchAll(LOCKED)) {
    const version = /(?:^|[^<>!])=\s*"([^"]+)"/.exec(filter)?.[1] ?? "";
    const isDev = /\bwith-(?:test|doc|dev-setup)\b|\bdev\b/.test(filter);
    into.add({ component: { ecosystem: "opam", name, version }, isDev });
  }
};

/** A name holds no point, so the first one ends it. */
const addPin = (pin: string, asked: { isDirect?: boolean }, into: PackageGathering): void => {
  const dot = pin.indexOf(".");
  if (dot <= 0) return into.problem(`${pin}: it is not written as name.version`);
  into.add({ component: { ecosystem: "opam", name: pin.slice(0, dot), version: pin.slice(dot + 1) }, ...asked });
};
