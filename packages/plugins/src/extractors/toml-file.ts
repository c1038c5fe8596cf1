import { parse, TomlError } from "smol-toml";
import type { FileContext, ScannedFile } from "./file-extractor.ts";
import { MAX_NESTING, parsed, textOf } from "./text-file.ts";

/** The largest TOML that is read; real lockfiles have a few MB, and hostile ones cost a second for each 10 MB. */
const MAX_TOML_BYTES = 16 * 1024 * 1024;

type Fields = Readonly<Record<string, unknown>>;

/** A file's TOML, and its text to find lines in. Throws AppError UNREADABLE, naming the file. */
export const tomlOf = async (
  file: ScannedFile,
  context: FileContext,
): Promise<{ readonly fields: Fields; readonly text: string }> => {
  const text = await textOf(file, context, MAX_TOML_BYTES);
  return { fields: tomlText(file.path, text), text };
};

/** The TOML of a text. Throws AppError UNREADABLE, naming the file, when it is none or nested too deep. */
export const tomlText = (path: string, text: string): Fields =>
  parsed(path, (): Fields => {
    try {
      return parse(text, { maxDepth: MAX_NESTING, integersAsBigInt: "asNeeded" });
    } catch (error) {
      if (!(error instanceof TomlError)) throw error;
      // The parser shows whole lines of the file below its sentence; those of lockfiles are long.
      const [said = ""] = error.message.split("\n", 1);
      throw new Error(`${said} (line ${error.line} column ${error.column})`, { cause: error });
    }
  });
