import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { textOf } from "../text-file.ts";

/** `any.Agda ==2.6.4.3`, also without the scope; flags (`foo +bar`) and ranges pin nothing. */
const PIN = /(?:^|[\s,:])(?:any\.|setup\.)?([A-Za-z0-9][A-Za-z0-9-]*)\s*==\s*(\d[\d.]*)(?=\s*(?:,|$))/g;

/** Haskell's cabal.project.freeze: constraints that pin every package of the build. */
export const extract: ExtractFile = async (file, context) => {
  const into = gatherPackages(file.path);
  const text = await textOf(file, context);
  // Only what follows a constraint is told by a comma.
  if (/(?:,|==|[\s.]any\.[\w-]*)\s*$/.test(text))
    into.problem("it ends in the middle of its constraints: the file is cut off");
  text.split(/\r?\n/).forEach((line, at) => {
    context.signal.throwIfAborted();
    if (line.length > MAX_LINE_CHARS) return into.problem(`line ${at + 1} is longer than ${MAX_LINE_CHARS} characters`);
    if (line.trimStart().startsWith("--")) return;
    for (const [, name = "", version = ""] of line.matchAll(PIN)) {
      into.add({ component: { ecosystem: "Hackage", name, version }, line: at + 1 });
    }
  });
  return into.finish();
};

/** Cabal writes one constraint a line (UTF-16 units). */
const MAX_LINE_CHARS = 4096;
