import { messageOf } from "@zerotrace/core";
import type { FileContext, FileExtractor, ScannedFile } from "../extractors/file-extractor.ts";
import type { Place } from "./target.ts";

/** A file and one that reads it. */
export interface Reading {
  readonly file: ScannedFile;
  readonly extractor: FileExtractor;
}

/** Reads each file; one that cannot be read is a place of its own that says why. In the order given. Throws only the signal's reason. */
export const readFiles = async (
  readings: readonly Reading[],
  context: FileContext,
  onRead?: (done: number) => void,
): Promise<Place[]> => {
  const places: Place[] = [];
  for (const { file, extractor } of readings) {
    context.signal.throwIfAborted();
    const place = await readFile({ file, extractor }, context);
    if (place !== null) places.push(place);
    onRead?.(places.length);
  }
  return places;
};

/** Null where the file has nothing to say: a program without build info lists nothing, and is no lockfile that is empty. */
const readFile = async ({ file, extractor }: Reading, context: FileContext): Promise<Place | null> => {
  const known = { path: file.path, reader: extractor.id };
  try {
    const { extract } = await extractor.load();
    const { packages, problems } = await extract(file, context);
    const isSilent = extractor.files.isProgram === true && packages.length === 0 && problems.length === 0;
    return isSilent ? null : { ...known, status: "ok", packages, problems };
  } catch (error) {
    context.signal.throwIfAborted();
    return { ...known, status: "unreadable", error: messageOf(error), packages: [], problems: [] };
  }
};
