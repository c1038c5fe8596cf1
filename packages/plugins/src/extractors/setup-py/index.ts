import { gatherPackages } from "../gather-packages.ts";
import type { ExtractFile } from "../file-extractor.ts";
import { lineCounter } from "../line-finder.ts";
import { parseRequirement } from "../python-requirement.ts";
import { textOf } from "../text-file.ts";

/** Bytes of one setup.py. */
const MAX_SETUP_BYTES = 1024 * 1024;
/** Lists of one file that are read (count). */
const MAX_LISTS = 64;
const LIST = /\b(?:install_requires|setup_requires|tests_require)\s*=\s*[[(]/g;

/**
 * setup.py: exact pins written as texts in the lists of setuptools. It is a program and is not run, so what it computes
 * is not seen; a file without such texts is empty.
 */
export const extract: ExtractFile = async (file, context) => {
  const text = await textOf(file, context, MAX_SETUP_BYTES);
  const into = gatherPackages(file.path);
  const lineOf = lineCounter(text);
  let count = 0;
  for (const start of text.matchAll(LIST)) {
    if (++count > MAX_LISTS) break;
    const isDev = !start[0].startsWith("install");
    for (const { value, at } of textsIn(text, start.index + start[0].length)) {
      // A text that is filled in by the program names nothing that is known.
      const requirement = /[%{}]/.test(value) ? null : parseRequirement(value);
      if (requirement === null || requirement.version === "") continue;
      into.add({ component: { ecosystem: "PyPI", ...requirement }, isDirect: true, isDev, line: lineOf(at) });
    }
  }
  return into.finish();
};

/** Texts of one list (count). */
const MAX_TEXTS = 2_000;

/** The texts of a Python list up to the bracket that ends it; comments are passed over. */
const textsIn = (text: string, start: number): { readonly value: string; readonly at: number }[] => {
  const found: { value: string; at: number }[] = [];
  let depth = 1;
  for (let at = start; at < text.length && depth > 0 && found.length < MAX_TEXTS;) {
    const char = text[at]!;
    if (char === "#") {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end;
    } else if (char === '"' || char === "'") {
      const end = text.indexOf(char, at + 1);
      if (end < 0) break;
      found.push({ value: text.slice(at + 1, end), at });
      at = end + 1;
    } else {
      if (char === "[" || char === "(") depth++;
      else if (char === "]" || char === ")") depth--;
      at++;
    }
  }
  return found;
};
