import { AppError, messageOf } from "@zerotrace/core";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { readOrNull, writeWhole } from "./files.ts";
import type { InventoryBody } from "./inventory-body.ts";

export const SPOOL_INVENTORIES_MAX = 100;
export const SPOOL_BYTES_MAX = 64 * 1024 * 1024;
const INFLATED_BYTES_MAX = 64 * 1024 * 1024;
const NAME = /^\d{15}-[0-9a-z]{4}\.json\.zst$/;

export interface SpoolLimits {
  readonly inventoryCount: number;
  readonly sizeBytes: number;
}

/** Full inventories that wait on disk for a server that is away. They survive a restart. */
export interface Spool {
  /** Keeps an inventory as the newest; returns how many of the oldest had to go for it. */
  put(body: InventoryBody): Promise<number>;
  /** The oldest, or null. A file that is damaged is removed and passed over. */
  oldest(): Promise<{ readonly name: string; readonly body: InventoryBody } | null>;
  remove(name: string): Promise<void>;
  count(): Promise<number>;
}

/** The spool in a folder, within its bounds. */
export const openSpool = (
  dir: string,
  limits: SpoolLimits = { inventoryCount: SPOOL_INVENTORIES_MAX, sizeBytes: SPOOL_BYTES_MAX },
): Spool => {
  let sequence = 0;
  const names = async (): Promise<string[]> => {
    try {
      return (await readdir(dir)).filter((name) => NAME.test(name)).sort();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw new AppError("UNREADABLE", `${dir} cannot be read: ${messageOf(error)}.`, { cause: error });
    }
  };
  const remove = (name: string): Promise<void> => rm(join(dir, name), { force: true });

  const trim = async (): Promise<number> => {
    const files = await Promise.all(
      (await names()).map(async (name) => ({ name, sizeBytes: (await stat(join(dir, name))).size })),
    );
    let sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    let droppedCount = 0;
    // The newest stays even when it alone is over the bound: it is what the server needs most.
    while (files.length > 1 && (files.length > limits.inventoryCount || sizeBytes > limits.sizeBytes)) {
      const [first] = files.splice(0, 1);
      if (first === undefined) break;
      sizeBytes -= first.sizeBytes;
      await remove(first.name);
      droppedCount += 1;
    }
    return droppedCount;
  };

  return {
    put: async (body) => {
      sequence = (sequence + 1) % 36 ** 4;
      const at = String(Date.parse(body.takenAt)).padStart(15, "0");
      const name = `${at}-${sequence.toString(36).padStart(4, "0")}.json.zst`;
      await writeWhole(join(dir, name), zstdCompressSync(JSON.stringify(body)));
      return await trim();
    },
    oldest: async () => {
      for (const name of await names()) {
        const bytes = await readOrNull(join(dir, name));
        if (bytes === null) continue;
        try {
          const text = zstdDecompressSync(bytes, { maxOutputLength: INFLATED_BYTES_MAX }).toString("utf8");
          return { name, body: JSON.parse(text) as InventoryBody };
        } catch {
          await remove(name);
        }
      }
      return null;
    },
    remove,
    count: async () => (await names()).length,
  };
};
