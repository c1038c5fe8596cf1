import { runStream } from "./run.ts";

const EXTRACT_TIMEOUT_MS = 60_000;
const MAX_CHANGELOG_BYTES = 16 * 1024 * 1024;
const MAX_TAR_BYTES = 4 * 1024 ** 3;
const BLOCK_BYTES = 512;

/**
 * The packed Debian changelog inside a `.deb`, or null when it carries none (its documentation is a link to another
 * package's). Only the changelog is kept in memory. Throws AppError FEEDS_UNAVAILABLE when dpkg-deb cannot read it.
 */
export async function changelogOfDeb(path: string, signal: AbortSignal): Promise<Buffer | null> {
  const stream = runStream(["dpkg-deb", "--fsys-tarfile", path], { signal, timeoutMs: EXTRACT_TIMEOUT_MS });
  let native: Buffer | null = null;
  for await (const file of changelogsInTar(stream)) {
    if (file.name.endsWith("/changelog.Debian.gz")) return file.bytes;
    native ??= file.bytes;
  }
  return native;
}

/** Files `usr/share/doc/<package>/changelog[.Debian].gz` of a tar stream. Memory is bounded by the largest of them. */
export async function* changelogsInTar(chunks: AsyncIterable<Buffer>): AsyncGenerator<{ name: string; bytes: Buffer }> {
  let pending: Buffer = Buffer.alloc(0);
  let skip = 0;
  let total = 0;
  let wanted: { name: string; size: number } | null = null;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > MAX_TAR_BYTES) throw new Error(`the package unpacks to more than ${MAX_TAR_BYTES} bytes`);
    if (skip >= chunk.length) {
      skip -= chunk.length;
      continue;
    }
    pending = Buffer.concat([pending, chunk.subarray(skip)]);
    skip = 0;
    for (;;) {
      if (wanted !== null) {
        const padded = Math.ceil(wanted.size / BLOCK_BYTES) * BLOCK_BYTES;
        if (pending.length < padded) break;
        yield { name: wanted.name, bytes: Buffer.from(pending.subarray(0, wanted.size)) };
        pending = pending.subarray(padded);
        wanted = null;
      }
      if (pending.length < BLOCK_BYTES) break;
      const header = parseHeader(pending.subarray(0, BLOCK_BYTES));
      pending = pending.subarray(BLOCK_BYTES);
      if (header.isFile && isChangelog(header.name) && header.size <= MAX_CHANGELOG_BYTES) {
        wanted = header;
        continue;
      }
      const padded = Math.ceil(header.size / BLOCK_BYTES) * BLOCK_BYTES;
      skip = Math.max(0, padded - pending.length);
      pending = pending.subarray(Math.min(padded, pending.length));
      if (skip > 0) break;
    }
  }
}

const isChangelog = (name: string): boolean => /^(\.?\/)?usr\/share\/doc\/[^/]+\/changelog(\.Debian)?\.gz$/.test(name);

function parseHeader(block: Buffer): { name: string; size: number; isFile: boolean } {
  const text = (start: number, end: number): string => {
    const field = block.subarray(start, end);
    const nul = field.indexOf(0);
    return field.subarray(0, nul === -1 ? undefined : nul).toString("latin1");
  };
  const type = String.fromCharCode(block[156] ?? 0);
  const prefix = text(257, 262) === "ustar" ? text(345, 500) : "";
  const name = prefix === "" ? text(0, 100) : `${prefix}/${text(0, 100)}`;
  const size = Number.parseInt(text(124, 136).trim() || "0", 8);
  if (!Number.isSafeInteger(size) || size < 0) throw new Error("the package's archive is damaged");
  return { name, size, isFile: type === "0" || type === "\0" };
}
