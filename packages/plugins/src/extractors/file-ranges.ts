import { AppError, messageOf } from "@zerotrace/core";
import { open } from "node:fs/promises";
import type { ScannedFile } from "./file-extractor.ts";

/** A file of which only ranges are read. */
export interface FileRanges {
  readonly sizeBytes: number;
  /** Fewer bytes only at the end of the file. */
  readonly read: (offset: number, length: number) => Promise<Uint8Array>;
}

/**
 * Opens the file, gives it to `use` and closes it. What `use` throws becomes AppError UNREADABLE naming the file, unless it is
 * an AppError.
 */
export const withRanges = async <T>(file: ScannedFile, use: (ranges: FileRanges) => Promise<T>): Promise<T> => {
  try {
    const handle = await open(file.realPath, "r");
    try {
      const { size: sizeBytes } = await handle.stat();
      const read = async (offset: number, length: number): Promise<Uint8Array> => {
        const wanted = Math.max(0, Math.min(length, sizeBytes - offset));
        const bytes = new Uint8Array(wanted);
        let done = 0;
        while (done < wanted) {
          const { bytesRead } = await handle.read(bytes, done, wanted - done, offset + done);
          if (bytesRead === 0) return bytes.subarray(0, done);
          done += bytesRead;
        }
        return bytes;
      };
      return await use({ sizeBytes, read });
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError("UNREADABLE", `${file.path} cannot be read: ${messageOf(cause)}.`, { cause });
  }
};
