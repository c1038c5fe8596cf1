import { type Document, isMap, isScalar, LineCounter, parseDocument, type YAMLMap } from "yaml";
import type { FileContext, ScannedFile } from "./file-extractor.ts";
import { parsed, textOf } from "./text-file.ts";

/** Bytes of a YAML file that is read whole by the library; lockfiles that grow larger have readers of their own. */
export const MAX_YAML_BYTES = 8 * 1024 * 1024;
/** Aliases that are followed (count): more is an attempt to explode. */
const MAX_ALIASES = 100;

/** A YAML file, and the lines on which things stand. */
export interface YamlFile {
  readonly value: unknown;
  /** The line of each key of the map at `path`, from 1; empty when no map is there. */
  linesAt(path: readonly string[]): ReadonlyMap<string, number>;
}

/**
 * Reads a YAML file. Load this module only within readers that need it: the library is large. Throws AppError UNREADABLE, naming the file,
 * when it is absent, larger than MAX_YAML_BYTES, no YAML or full of aliases.
 */
export const yamlOf = async (file: ScannedFile, context: FileContext): Promise<YamlFile> => {
  const { document, lines } = await yamlDocumentOf(file, context);
  return {
    value: parsed(file.path, () => document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown),
    linesAt: (path) => {
      const found: unknown = path.length === 0 ? document.contents : document.getIn(path);
      return isMap(found) ? linesOf(found, lines) : new Map<string, number>();
    },
  };
};

/** The file as the library's tree, with comments, for readers that need these. Limits and errors as `yamlOf`; aliases are not followed. */
export const yamlDocumentOf = async (
  file: ScannedFile,
  context: FileContext,
): Promise<{ readonly document: Document.Parsed; readonly lines: LineCounter }> => {
  const text = await textOf(file, context, MAX_YAML_BYTES);
  return parsed(file.path, () => {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, logLevel: "silent", uniqueKeys: false });
    const [fault] = document.errors;
    if (fault !== undefined) throw fault;
    return { document, lines };
  });
};

const linesOf = (map: YAMLMap, lines: LineCounter): Map<string, number> =>
  new Map(
    map.items.flatMap(({ key }) =>
      isScalar(key) && key.range ? [[String(key.value), lines.linePos(key.range[0]).line] as const] : [],
    ),
  );
