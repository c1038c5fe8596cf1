import { AppError } from "@zerotrace/core";
import {
  acceptBundle,
  type BundleHeader,
  type ChangeCounts,
  compareWithKept,
  type KeptGeneration,
  openKept,
  openGenerations,
  shortHash,
  type Trust,
  type VerifiedBundle,
} from "@zerotrace/plugins";
import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Database } from "../../platform/db/index.ts";
import { BUNDLE_UPLOAD_BYTES } from "./contract.ts";
import { generationsDirectory, importsDirectory } from "./index-file.ts";
import { generationInForce, publishedGenerations } from "./sql.ts";

/** Generations of the past that are looked through for numbers (count). */
const PUBLISHED_MAX = 1000;
const LEFTOVER_MS = 24 * 3_600_000;

/** What is kept, with the numbers under which it was in force. */
export const keptGenerations = async (
  db: Database,
  dataDir: string,
): Promise<(KeptGeneration & { readonly ids: readonly number[]; readonly isInForce: boolean })[]> => {
  const published = await db.asService((tx) => publishedGenerations(tx, PUBLISHED_MAX));
  const kept = await openGenerations(generationsDirectory(dataDir)).list();
  return kept.map((one) => ({
    ...one,
    ids: published.filter(({ hash }) => hash === one.hash).map(({ id }) => id),
    isInForce: published[0]?.hash === one.hash,
  }));
};

/**
 * The hash of the kept generation that is meant: by number, by the beginning of the hash, or the one that was in force
 * before. Throws NOT_FOUND, and BAD_REQUEST when it could be several.
 */
export const generationMeant = async (db: Database, dataDir: string, name: string | undefined): Promise<string> => {
  const published = await db.asService((tx) => publishedGenerations(tx, PUBLISHED_MAX));
  const store = openGenerations(generationsDirectory(dataDir));
  if (name === undefined) {
    const kept = new Set((await store.list()).map(({ hash }) => hash));
    const former = published.find(({ hash }) => hash !== null && hash !== published[0]?.hash && kept.has(hash));
    if (former?.hash) return former.hash;
    throw new AppError("NOT_FOUND", "No former generation is kept: there is nothing to go back to.", {
      field: "generation",
    });
  }
  const byNumber = published.find(({ id }) => String(id) === name)?.hash;
  return (await store.find(byNumber ?? name)).hash;
};

/** Writes an upload to a file of its own. Throws PAYLOAD_TOO_LARGE and BAD_REQUEST; then nothing is left. */
export const saveUpload = async (body: unknown, dataDir: string): Promise<{ path: string; name: string }> => {
  if (!(body instanceof Readable)) {
    throw new AppError("BAD_REQUEST", "There is no bundle: send its bytes as application/octet-stream.", {
      field: "body",
    });
  }
  const folder = importsDirectory(dataDir);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of await readdir(folder)) {
    const { mtimeMs } = await stat(join(folder, name));
    if (Date.now() - mtimeMs > LEFTOVER_MS) await rm(join(folder, name), { recursive: true, force: true });
  }
  const name = `${randomUUID()}.ztb`;
  const path = join(folder, name);
  let total = 0;
  const bounded = new Transform({
    transform(chunk: Buffer, _, done) {
      total += chunk.length;
      if (total <= BUNDLE_UPLOAD_BYTES) return done(null, chunk);
      done(new AppError("PAYLOAD_TOO_LARGE", `A bundle of more than ${BUNDLE_UPLOAD_BYTES} bytes is not taken.`));
    },
  });
  try {
    await pipeline(body, bounded, createWriteStream(path, { mode: 0o600 }));
  } catch (cause) {
    await rm(path, { force: true });
    if (cause instanceof AppError) throw cause;
    throw new AppError("BAD_REQUEST", "The upload broke off: send the bundle again.", { field: "body", cause });
  }
  return { path, name };
};

/** What an uploaded bundle is, and would change. */
export interface Examined {
  readonly bundle: VerifiedBundle;
  readonly header: BundleHeader;
  readonly keyId: string;
  readonly changes: ChangeCounts;
  readonly warnings: readonly string[];
}

/** Verifies an upload and compares it with what is in force. Throws as `acceptBundle` and `VerifiedBundle.open`. */
export const examine = async (
  deps: { readonly db: Database; readonly dataDir: string; readonly trust: Trust },
  path: string,
  options: { readonly pin?: string; readonly look: boolean },
): Promise<Examined> => {
  const store = openGenerations(generationsDirectory(deps.dataDir));
  const bundle = await acceptBundle(path, deps.trust, options);
  const { header, key } = bundle;
  const next = bundle.open((hash) => store.open(hash));
  const inForce = await deps.db.asService(generationInForce);
  const hash = inForce?.meta.generation;
  const warnings: string[] = [];
  if (inForce !== null && Date.parse(header.builtAt) < Date.parse(inForce.meta.builtAt)) {
    const what = `It is older (${header.builtAt}) than what is in force (${inForce.meta.builtAt})`;
    warnings.push(`${what}: advisories that came between would be forgotten.`);
  }
  if (hash === header.generation) warnings.push(`Generation ${shortHash(header.generation)} is in force already.`);
  const { counts, isWhole } = await compareWithKept(hash === undefined ? null : openKept(store, hash), next);
  if (inForce !== null && !isWhole) warnings.push("What is in force is not kept whole: everything counts as new.");
  return { bundle, header, keyId: key.id, changes: counts, warnings };
};
