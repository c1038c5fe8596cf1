import { readFile, readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { messageOf } from "@zerotrace/core";
import { readCsaf } from "./csaf.ts";
import type { CsafDocument } from "./csaf.ts";
import type { DocumentLine, Kept } from "./document-lines.ts";
import type { FeedContext } from "./feed.ts";
import { parseJson } from "./json-text.ts";
import { plainBytes, plainChunks } from "./plain.ts";
import { tarMembers } from "../tar.ts";

/** One document; the largest real ones have about 60 MB. */
export const MAX_DOCUMENT_BYTES = 256 * 1024 * 1024;
const MAX_PLAIN_ARCHIVE_BYTES = 256 * 1024 ** 3;
const MAX_MEMBERS = 2_000_000;
const MAX_FOLDER_DEPTH = 4;
const MAX_FILES = 2_000_000;
const DOCUMENT_NAME = /^cve-\d{4}-\d{4,19}\.json(?:\.gz|\.zst)?$/i;
const DOCUMENTS_PER_PROGRESS = 500;

/** The record that a vendor's document gives, in OSV's shape; null when it concerns nothing of ours. */
export type Convert = (document: CsafDocument) => object | null;

/** The name that a document has in all places, `cve-2026-1234`. */
export const keyOf = (path: string): string =>
  basename(path)
    .toLowerCase()
    .replace(/\.json.*$/, "");

/** What a document gives, or why it cannot be used. Never throws. */
export function documentOf(bytes: Uint8Array, convert: Convert): Kept {
  try {
    const document = readCsaf(parseJson(bytes));
    const record = document === null ? null : convert(document);
    return { records: record === null ? [] : [record] };
  } catch (error) {
    return { bad: messageOf(error) };
  }
}

/** The documents of an archive (tar, plain or packed). Throws Error when it is damaged. */
export async function* documentsIn(context: FeedContext, path: string, convert: Convert): AsyncGenerator<DocumentLine> {
  const chunks = plainChunks(path, { maxBytes: MAX_PLAIN_ARCHIVE_BYTES, signal: context.signal });
  const limits = { maxMemberBytes: MAX_DOCUMENT_BYTES, maxMembers: MAX_MEMBERS };
  let recordCount = 0;
  for await (const { name, bytes } of tarMembers(chunks, limits)) {
    if (!DOCUMENT_NAME.test(basename(name))) continue;
    const kept = bytes === null ? { bad: `it is larger than ${MAX_DOCUMENT_BYTES} bytes` } : documentOf(bytes, convert);
    yield { key: keyOf(name), at: "", kept };
    if (++recordCount % DOCUMENTS_PER_PROGRESS !== 0) continue;
    context.signal.throwIfAborted();
    context.onProgress({ label: "Reading the archive", doneBytes: 0, totalBytes: null, recordCount });
  }
}

/** What a folder holds: archives, and documents by themselves at any depth. */
export async function filesIn(folder: string): Promise<{ archives: string[]; documents: string[] }> {
  const found = { archives: [] as string[], documents: [] as string[] };
  const walk = async (path: string, depth: number): Promise<void> => {
    const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const own = join(path, entry.name);
      if (found.documents.length >= MAX_FILES) return;
      if (entry.isDirectory() && depth < MAX_FOLDER_DEPTH) await walk(own, depth + 1);
      else if (DOCUMENT_NAME.test(entry.name)) found.documents.push(own);
      else if (depth === 0 && /\.tar(?:\.\w+)?$/i.test(entry.name)) found.archives.push(own);
    }
  };
  if ((await stat(folder).catch(() => null))?.isFile()) return { archives: [folder], documents: [] };
  await walk(folder, 0);
  return found;
}

/** The documents of a folder; one by itself counts before the same one of an archive. Throws Error when an archive is damaged. */
export async function* documentsOfFolder(
  context: FeedContext,
  files: { readonly archives: readonly string[]; readonly documents: readonly string[] },
  convert: Convert,
): AsyncGenerator<DocumentLine> {
  const seen = new Set<string>();
  for (const path of files.documents) {
    context.signal.throwIfAborted();
    const key = keyOf(path);
    if (seen.has(key)) continue;
    seen.add(key);
    yield { key, at: "", kept: await keptOf(context, path, convert) };
  }
  // Newest names first: archives carry their date.
  for (const path of files.archives.toReversed()) {
    for await (const line of documentsIn(context, path, convert)) {
      if (seen.has(line.key)) continue;
      seen.add(line.key);
      yield line;
    }
  }
}

async function keptOf(context: FeedContext, path: string, convert: Convert): Promise<Kept> {
  if (!/\.(?:gz|zst)$/i.test(path)) {
    const { size } = await stat(path);
    return size > MAX_DOCUMENT_BYTES ? { bad: "it is too large" } : documentOf(await readFile(path), convert);
  }
  try {
    const bytes = await plainBytes(path, { maxBytes: MAX_DOCUMENT_BYTES, signal: context.signal });
    return documentOf(bytes, convert);
  } catch (error) {
    context.signal.throwIfAborted();
    return { bad: messageOf(error) };
  }
}
