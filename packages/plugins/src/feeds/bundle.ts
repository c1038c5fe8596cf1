import { createHash, type KeyObject, sign, verify } from "node:crypto";
import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from "node:fs";
import { AppError, messageOf } from "@zerotrace/core";
import { bundleKey, type BundleKey, isBundleKey, publicOf, verifierOf } from "./bundle-keys.ts";
import { BUNDLE_MAGIC } from "./bundle-location.ts";
import { openContainer } from "./generation-container.ts";
import {
  GENERATION_LIMITS,
  type Generation,
  type GenerationCounts,
  type GenerationMeta,
  shortHash,
} from "./generation-format.ts";
import { openGeneration } from "./generation-read.ts";

const SIGNATURE_BYTES = 64;
const HEADER_BYTES_MAX = 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;
/** What is signed begins so: a signature made for something else is none of a bundle. */
const CONTEXT = "zerotrace.bundle/1\n";
/** Bytes of one bundle. */
export const BUNDLE_BYTES_MAX = GENERATION_LIMITS.fileBytes;

/** What a bundle says of itself, before its payload. */
export interface BundleHeader {
  readonly schema: "zerotrace.bundle/1";
  readonly kind: "full" | "delta";
  /** When it was made, ISO. */
  readonly createdAt: string;
  /** The generation that it gives, and the one that a delta stands on. */
  readonly generation: string;
  readonly base: string | null;
  /** When the feeds were read, ISO. */
  readonly builtAt: string;
  readonly counts: GenerationCounts;
  readonly sources: readonly { readonly feed: string; readonly dataAt: string | null; readonly recordCount: number }[];
  /** The public key that it is signed with. */
  readonly key: string;
  /** The key that will sign later bundles: who believes this one may believe that one. */
  readonly nextKey: string | null;
}

/** A bundle whose signature holds. */
export interface VerifiedBundle {
  readonly header: BundleHeader;
  readonly key: BundleKey;
  /** The generation inside; a delta needs `baseOf`. Throws as `openGeneration`. */
  open(baseOf: (hash: string) => Generation | null): Generation;
}

const bad = (path: string, why: string, cause?: unknown): AppError =>
  new AppError("BAD_FEED", `${path} is not a bundle that can be used: ${why}. Nothing was applied.`, {
    field: "bundle",
    cause,
  });

const writeAll = (fd: number, bytes: Uint8Array): void => {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
};

/** The bytes of a file from `from` up to `to`, in chunks that are valid until the next. Throws Error when it is cut short. */
function* chunks(fd: number, from: number, to: number): Generator<Buffer> {
  const room = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let at = from; at < to;) {
    const count = readSync(fd, room, 0, Math.min(room.length, to - at), at);
    if (count === 0) throw new Error("it is cut short");
    yield room.subarray(0, count);
    at += count;
  }
}

const toSign = (digest: Buffer): Buffer => Buffer.concat([Buffer.from(CONTEXT), digest]);

/**
 * Writes the bundle of a generation file, full or delta, signed. The file appears whole. Throws AppError BAD_FEED when
 * the generation file is damaged, UNREADABLE when `out` cannot be written.
 */
export const writeBundle = (options: {
  readonly out: string;
  readonly generationPath: string;
  readonly privateKey: KeyObject;
  readonly nextKey?: BundleKey;
  readonly now: Date;
}): BundleHeader => {
  const { meta } = openContainer({ path: options.generationPath });
  const header: BundleHeader = {
    schema: "zerotrace.bundle/1",
    kind: meta.kind,
    createdAt: options.now.toISOString(),
    generation: meta.hash,
    base: meta.base,
    builtAt: meta.builtAt,
    counts: meta.counts,
    sources: meta.sources.map(({ feed, dataAt, recordCount }) => ({ feed, dataAt, recordCount })),
    key: publicOf(options.privateKey).text,
    nextKey: options.nextKey?.text ?? null,
  };
  const headerBytes = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(headerBytes.length);
  const head = Buffer.concat([BUNDLE_MAGIC, size, headerBytes]);
  const part = `${options.out}.part`;
  const hash = createHash("sha256").update(head);
  const source = openSync(options.generationPath, "r");
  try {
    const target = openSync(part, "w", 0o644);
    try {
      writeAll(target, head);
      for (const chunk of chunks(source, 0, fstatSync(source).size)) {
        hash.update(chunk);
        writeAll(target, chunk);
      }
      writeAll(target, sign(null, toSign(hash.digest()), options.privateKey));
      fsyncSync(target);
    } finally {
      closeSync(target);
    }
    renameSync(part, options.out);
  } catch (cause) {
    rmSync(part, { force: true });
    throw new AppError("UNREADABLE", `${options.out} cannot be written: ${messageOf(cause)}.`, { field: "out", cause });
  } finally {
    closeSync(source);
  }
  return header;
};

const bytesAt = (fd: number, at: number, length: number): Buffer => {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(fd, bytes, 0, length, at));
};

const keyIn = (bytes: Buffer): { key: BundleKey; parsed: BundleHeader } => {
  const parsed = JSON.parse(bytes.toString("utf8")) as BundleHeader;
  if (parsed?.schema !== "zerotrace.bundle/1") throw new Error("it is of another version");
  if (typeof parsed.key !== "string" || !isBundleKey(parsed.key)) throw new Error("its key is none");
  return { key: bundleKey(parsed.key), parsed };
};

const unknownKey = (path: string, key: BundleKey): AppError =>
  new AppError(
    "FORBIDDEN",
    `${path} is signed with the key ${key.id}, which this site does not know. If whoever made it told you this key ` +
      `on another way, import it with --trust ${key.text}. Nothing was applied.`,
    { field: "trust" },
  );

/**
 * Checks a bundle against the keys that are believed: the signature is over every byte, and nothing of the payload is
 * looked at before it holds. Throws AppError BAD_FEED (damaged, forged), FORBIDDEN (a key that is not known, with the mend).
 */
export const verifyBundle = (path: string, trusted: readonly BundleKey[]): VerifiedBundle => {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (cause) {
    throw bad(path, messageOf(cause), cause);
  }
  try {
    const sizeBytes = fstatSync(fd).size;
    if (sizeBytes > BUNDLE_BYTES_MAX) throw new Error(`it is larger than ${BUNDLE_BYTES_MAX} bytes`);
    const start = bytesAt(fd, 0, BUNDLE_MAGIC.length + 4);
    if (start.length < BUNDLE_MAGIC.length + 4 || !start.subarray(0, BUNDLE_MAGIC.length).equals(BUNDLE_MAGIC)) {
      throw new Error("it does not begin as one, or is of another version");
    }
    const headerBytes = start.readUInt32LE(BUNDLE_MAGIC.length);
    const payloadAt = start.length + headerBytes;
    const payloadEnd = sizeBytes - SIGNATURE_BYTES;
    if (headerBytes > HEADER_BYTES_MAX || payloadAt > payloadEnd) throw new Error("it is cut short");
    const { key, parsed } = keyIn(bytesAt(fd, start.length, headerBytes));
    if (!trusted.some(({ text }) => text === key.text)) throw unknownKey(path, key);
    const hash = createHash("sha256");
    for (const chunk of chunks(fd, 0, payloadEnd)) hash.update(chunk);
    const signature = bytesAt(fd, payloadEnd, SIGNATURE_BYTES);
    if (!verify(null, toSign(hash.digest()), verifierOf(key), signature)) {
      throw new Error("its signature does not hold: it was damaged or changed on its way");
    }
    const place = { path, at: payloadAt, sizeBytes: payloadEnd - payloadAt };
    const check = (meta: GenerationMeta): void => {
      if (meta.hash !== parsed.generation || meta.base !== parsed.base)
        throw bad(path, "it holds another generation than it says");
    };
    check(openContainer(place).meta);
    const open = (baseOf: (hash: string) => Generation | null): Generation => {
      const generation = openGeneration(place, baseOf);
      check(generation.meta);
      return generation;
    };
    return { header: parsed, key, open };
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw bad(path, messageOf(cause), cause);
  } finally {
    closeSync(fd);
  }
};

/** One line that names a bundle. */
export const bundleTitle = (header: BundleHeader): string =>
  header.kind === "full"
    ? `generation ${shortHash(header.generation)} of ${header.builtAt}`
    : `generation ${shortHash(header.generation)} of ${header.builtAt}, as what changed since ${shortHash(header.base ?? "")}`;
