import { readFile, readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { AppError, messageOf } from "@zerotrace/core";
import { ZIP_LIMITS, zipMembers } from "../osv/zip.ts";
import { parseJson } from "../json-text.ts";
import { plainLines } from "../plain-lines.ts";
import { cveListEntry } from "./entry.ts";
import type { CveListEntry } from "./entry.ts";

const MAX_FILES = 1_000_000;
const MAX_FOLDER_DEPTH = 6;
const MAX_RECORD_BYTES = 16 * 1024 * 1024;
const MAX_LINES_BYTES = 16 * 1024 ** 3;
const RECORD_NAME = /^CVE-\d{4}-\d{4,19}\.json$/;

/** An entry, or why there is none. */
export type Read = { readonly entry: CveListEntry } | { readonly bad: string; readonly id: string };

/** The files of a folder that hold records, archives and lists of lines first. */
export async function filesIn(folder: string): Promise<string[]> {
  const whole: string[] = [];
  const single: string[] = [];
  const walk = async (path: string, depth: number): Promise<void> => {
    const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (whole.length + single.length >= MAX_FILES) return;
      const own = join(path, entry.name);
      if (entry.isDirectory() && depth < MAX_FOLDER_DEPTH) await walk(own, depth + 1);
      else if (RECORD_NAME.test(entry.name)) single.push(own);
      else if (/\.(jsonl(\.gz)?|zip)$/.test(entry.name) && depth === 0) whole.push(own);
    }
  };
  await walk(folder, 0);
  return [...whole, ...single];
}

/** The records of one file: an archive, lines, or one record. Throws AppError BAD_FEED when it is damaged as a whole. */
export async function* readsOf(path: string, signal: AbortSignal): AsyncGenerator<Read> {
  if (path.endsWith(".zip")) yield* readsOfZip(path);
  else if (path.endsWith(".json")) yield await readSingle(path);
  else yield* readsOfLines(path, signal);
}

async function* readsOfZip(path: string): AsyncGenerator<Read> {
  const limits = { ...ZIP_LIMITS, maxEntryBytes: MAX_RECORD_BYTES };
  for await (const { name, bytes, reason } of zipMembers(path, limits)) {
    const own = basename(name);
    // Lists of changes lie beside the records.
    if (!RECORD_NAME.test(own)) continue;
    yield bytes === null ? { bad: reason, id: own } : readRecord(bytes, own);
  }
}

async function* readsOfLines(path: string, signal: AbortSignal): AsyncGenerator<Read> {
  const options = { maxBytes: MAX_LINES_BYTES, maxLineBytes: MAX_RECORD_BYTES, signal };
  let number = 0;
  try {
    for await (const line of plainLines(path, options)) {
      number++;
      if (line === null) yield { bad: `it is larger than ${MAX_RECORD_BYTES} bytes`, id: `line ${number}` };
      else if (line.length > 0 && line[0] !== 0x0d) yield readRecord(line, `line ${number}`);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new AppError("BAD_FEED", `${path} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
}

async function readSingle(path: string): Promise<Read> {
  const id = basename(path);
  if ((await stat(path)).size > MAX_RECORD_BYTES) return { bad: `it is larger than ${MAX_RECORD_BYTES} bytes`, id };
  return readRecord(await readFile(path), id);
}

function readRecord(bytes: Buffer, id: string): Read {
  try {
    return { entry: cveListEntry(parseJson(bytes)) };
  } catch (error) {
    return { bad: messageOf(error), id };
  }
}
