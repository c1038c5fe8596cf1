import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppError, messageOf } from "@zerotrace/core";
import { bundleKey, type BundleKey } from "./bundle-keys.ts";

/** Keys that can be pinned on one site (count). */
const KEYS_MAX = 64;

/** A key that this site believes. */
export interface PinnedKey extends BundleKey {
  readonly pinnedAt: string;
  /** `operator`, or the id of the key whose bundle named this one as the next. */
  readonly by: string;
}

/** Where the pinned keys of a data directory lie. */
export const trustFile = (dataDir: string): string => join(dataDir, "feeds", "trusted-keys.json");

/** The pinned keys, none when the file is not there. Throws BAD_CONFIG when it is there and cannot be understood. */
export const pinnedKeys = async (path: string): Promise<PinnedKey[]> => {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new AppError("BAD_CONFIG", `${path} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
  try {
    const { keys } = JSON.parse(text) as { keys: { key: string; pinnedAt: string; by: string }[] };
    return keys.map(({ key, pinnedAt, by }) => ({ ...bundleKey(key), pinnedAt, by }));
  } catch (cause) {
    const mend = "mend it, or remove it and pin the keys again with --trust";
    throw new AppError("BAD_CONFIG", `${path} is no list of keys: ${mend}.`, { cause });
  }
};

/** Pins a key for good; one that is pinned already stays as it is. The file is replaced whole. */
export const pinKey = async (path: string, key: BundleKey, by: string, now: Date): Promise<void> => {
  const known = await pinnedKeys(path);
  if (known.some(({ text }) => text === key.text)) return;
  if (known.length >= KEYS_MAX) {
    throw new AppError("CONFLICT", `${path} holds ${KEYS_MAX} keys: remove those that are no longer used.`);
  }
  const keys = [...known, { ...key, pinnedAt: now.toISOString(), by }];
  const shown = keys.map((one) => ({ id: one.id, key: one.text, pinnedAt: one.pinnedAt, by: one.by }));
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}.part`;
  await writeFile(part, `${JSON.stringify({ schema: "zerotrace.trusted-keys/1", keys: shown }, null, 2)}\n`, {
    mode: 0o600,
  });
  await rename(part, path);
};
