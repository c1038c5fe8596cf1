import { plainChunks } from "./plain.ts";
import type { PlainOptions } from "./plain.ts";

const NEWLINE = 0x0a;

/** What reading one file of lines may cost. */
export interface LineOptions extends PlainOptions {
  /** A longer line is given as null. */
  readonly maxLineBytes: number;
}

/**
 * The lines of a file, gzip or not, without their ends; null stands for one that is too long. Memory stays at one line.
 * Throws Error when the file is damaged or holds more than `maxBytes`.
 */
export async function* plainLines(path: string, options: LineOptions): AsyncGenerator<Buffer | null> {
  let kept: Buffer[] = [];
  let keptBytes = 0;
  const keep = (bytes: Buffer): void => {
    keptBytes += bytes.length;
    if (keptBytes <= options.maxLineBytes) kept.push(bytes);
    else kept = [];
  };
  const take = (): Buffer | null => {
    const line = keptBytes > options.maxLineBytes ? null : kept.length === 1 ? kept[0]! : Buffer.concat(kept);
    kept = [];
    keptBytes = 0;
    return line;
  };
  for await (const chunk of plainChunks(path, options)) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      keep(chunk.subarray(from, at));
      from = at + 1;
      yield take();
    }
    if (from < chunk.length) keep(Buffer.from(chunk.subarray(from)));
  }
  if (keptBytes > 0) yield take();
}
