import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { textOf } from "../text-file.ts";

/** Gem specifications are Ruby programs; the ones that RubyGems installs are written by it and have a few kB. */
const MAX_BYTES = 4 * 1024 * 1024;
const NEW = /Gem::Specification\.new\b/;
const field = (name: string): RegExp => new RegExp(`^[ \\t]*\\w{1,64}\\.${name}[ \\t]*=[ \\t]*(.*)$`, "m");
const NAME = field("name");
const VERSION = field("version");
const LICENSES = field("licenses?");
const LITERAL = /^(?:"([^"#]*)"|'([^']*)'|%q<([^>]*)>)/;
const WORDS = /"([^"]*)"|'([^']*)'/g;

/**
 * An installed gem's specification. Only texts and constants of the same file are read, nothing is run: a version that
 * is computed stays empty. Without `Gem::Specification.new` the file describes no gem.
 */
export const extract: ExtractFile = async (file, context) => {
  const text = await textOf(file, context, MAX_BYTES);
  const into = gatherPackages(file.path);
  const name = literal(NAME.exec(text)?.[1] ?? "");
  if (!NEW.test(text) || name === null) {
    if (text.trim() !== "") into.problem("it has no Gem::Specification with a name");
    return into.finish();
  }
  const version = VERSION.exec(text)?.[1] ?? "";
  const licenses = [...(LICENSES.exec(text)?.[1] ?? "").matchAll(WORDS)].map((found) => found[1] ?? found[2] ?? "");
  into.add({
    component: { ecosystem: "RubyGems", name, version: literal(version) ?? constant(text, version) },
    // Several licenses of a gem are a choice among them.
    ...(licenses.length === 0 ? {} : { license: licenses.join(" OR ") }),
    line: text.slice(0, VERSION.exec(text)?.index ?? 0).split("\n").length,
  });
  return into.finish();
};

const literal = (value: string): string | null => {
  const found = LITERAL.exec(value);
  return found === null ? null : (found[1] ?? found[2] ?? found[3] ?? null);
};

const constant = (text: string, value: string): string => {
  const name = /^[A-Z]\w{0,63}/.exec(value)?.[0];
  if (name === undefined) return "";
  return literal(new RegExp(`^[ \\t]*${name}[ \\t]*=[ \\t]*(.*)$`, "m").exec(text)?.[1] ?? "") ?? "";
};
