import { createWriteStream } from "node:fs";
import { appendFile, mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdCompress } from "node:zlib";
import { plainLines } from "./plain-lines.ts";

const MAX_FILE_BYTES = 16 * 1024 ** 3;
const MAX_LINE_BYTES = 256 * 1024 * 1024;

/** What is kept of one document: the records made of it, or why there are none. */
export type Kept = { readonly records: readonly object[] } | { readonly bad: string };

/** One document of a source that has many, as it was read once. */
export interface DocumentLine {
  readonly key: string;
  /** Which form of the document it is: its time as the source tells it. */
  readonly at: string;
  readonly kept: Kept;
}

const parseLine = (line: Buffer | null): DocumentLine | null => {
  try {
    const [key, at, kept] = JSON.parse((line ?? Buffer.alloc(0)).toString("utf8")) as [string, string, Kept];
    return typeof key === "string" && typeof at === "string" && typeof kept === "object" ? { key, at, kept } : null;
  } catch {
    // A line that was being written when the process ended: its document is asked for again.
    return null;
  }
};

/** The lines of a file of this kind; none when there is no such file. */
export async function* documentLines(path: string, signal: AbortSignal): AsyncGenerator<DocumentLine> {
  const options = { maxBytes: MAX_FILE_BYTES, maxLineBytes: MAX_LINE_BYTES, signal };
  try {
    for await (const line of plainLines(path, options)) {
      const document = parseLine(line);
      if (document !== null) yield document;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

const textOf = ({ key, at, kept }: DocumentLine): string => `${JSON.stringify([key, at, kept])}\n`;

/** Writes all lines as one packed file, put in place as a whole. Memory stays at one line. */
export async function writeDocuments(
  path: string,
  lines: AsyncIterable<DocumentLine>,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const texts = async function* () {
    for await (const line of lines) yield textOf(line);
  };
  try {
    await pipeline(Readable.from(texts()), createZstdCompress(), createWriteStream(`${path}.part`), { signal });
    await rename(`${path}.part`, path);
  } finally {
    await rm(`${path}.part`, { force: true });
  }
}

/** Documents that are read one by one, each appended when it is there: what was read stays when the run ends in the middle. */
export class DocumentLog {
  readonly #path: string;
  readonly #last = new Map<string, { readonly at: string; readonly line: number }>();
  #lineCount = 0;
  #written: Promise<void> = Promise.resolve();

  private constructor(path: string) {
    this.#path = path;
  }

  static async open(path: string, signal: AbortSignal): Promise<DocumentLog> {
    await mkdir(dirname(path), { recursive: true });
    const log = new DocumentLog(path);
    for await (const { key, at } of documentLines(path, signal)) log.#last.set(key, { at, line: log.#lineCount++ });
    return log;
  }

  get size(): number {
    return this.#last.size;
  }

  has(key: string): boolean {
    return this.#last.has(key);
  }

  /** Which form of the document is here; null: none. */
  at(key: string): string | null {
    return this.#last.get(key)?.at ?? null;
  }

  /** Several may be put at once; they are written one after the other. */
  put(document: DocumentLine): Promise<void> {
    this.#written = this.#append(this.#written, document);
    return this.#written;
  }

  async #append(before: Promise<void>, document: DocumentLine): Promise<void> {
    await before;
    // A line of its own, whatever an earlier run left behind.
    await appendFile(this.#path, `\n${textOf(document)}`);
    this.#last.set(document.key, { at: document.at, line: this.#lineCount++ });
  }

  /** Forgets documents; the file shrinks when half of it is forgotten or outdated. */
  async keepOnly(isKept: (key: string, at: string) => boolean, signal: AbortSignal): Promise<void> {
    for (const [key, { at }] of this.#last) if (!isKept(key, at)) this.#last.delete(key);
    if (this.#lineCount <= this.#last.size * 2 + 100) return;
    const path = `${this.#path}.new`;
    await rm(path, { force: true });
    await appendFile(path, "");
    for await (const line of this.documents(signal)) await appendFile(path, textOf(line));
    await rename(path, this.#path);
    const again = await DocumentLog.open(this.#path, signal);
    this.#lineCount = again.#lineCount;
    for (const [key, last] of again.#last) this.#last.set(key, last);
  }

  /** The newest form of each document, in the order in which they were read. */
  async *documents(signal: AbortSignal): AsyncGenerator<DocumentLine> {
    let line = 0;
    for await (const document of documentLines(this.#path, signal)) {
      if (this.#last.get(document.key)?.line === line++) yield document;
    }
  }
}
