import { messageOf } from "@zerotrace/core";
import type { FileContext, FileExtractor, ScannedFile } from "../extractors/file-extractor.ts";
import type { Place } from "./target.ts";

/** A file and one that reads it. */
export interface Reading {
  readonly file: ScannedFile;
  readonly extractor: FileExtractor;
}

/** Files that are read at the same time (count), and their bytes together: meanwhile the disk is not waited for. */
const MAX_AT_ONCE = 8;
const MAX_BYTES_AT_ONCE = 4 * 1024 * 1024;

/** Reads each file; one that cannot be read is a place of its own that says why. In the order given. Throws only the signal's reason. */
export const readFiles = async (
  readings: readonly Reading[],
  context: FileContext,
  onRead?: (done: number) => void,
): Promise<Place[]> => {
  const places: Place[] = [];
  for (let at = 0; at < readings.length;) {
    context.signal.throwIfAborted();
    const batch = batchOf(readings, at);
    for (const place of await Promise.all(batch.map((reading) => readFile(reading, context)))) {
      if (place !== null) places.push(place);
    }
    at += batch.length;
    onRead?.(at);
  }
  return places;
};

const batchOf = (readings: readonly Reading[], from: number): readonly Reading[] => {
  let sizeBytes = 0;
  let end = from;
  do sizeBytes += readings[end++]?.file.sizeBytes ?? 0;
  while (end < readings.length && end - from < MAX_AT_ONCE && sizeBytes < MAX_BYTES_AT_ONCE);
  return readings.slice(from, end);
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
