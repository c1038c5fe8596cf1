import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

/** The bundle that was imported last: commands of this machine that name no feeds judge by it. */
export interface Imported {
  readonly schema: "zerotrace.imported/1";
  /** Hash of the generation that the bundle holds. */
  readonly generation: string;
  /** When its feeds were read, ISO. */
  readonly builtAt: string;
}

const pathOf = (dataDir: string): string => join(dataDir, "feeds", "imported.json");

/** What was imported last; null when nothing was, or what is noted cannot be read. */
export const readImported = async (dataDir: string): Promise<Imported | null> => {
  try {
    const value = JSON.parse(await readFile(pathOf(dataDir), "utf8")) as Partial<Imported>;
    const { schema, generation, builtAt } = value;
    if (schema !== "zerotrace.imported/1" || typeof generation !== "string" || typeof builtAt !== "string") return null;
    return { schema, generation, builtAt };
  } catch {
    return null;
  }
};

/** Notes what was imported. Throws what the file system throws. */
export const writeImported = async (dataDir: string, generation: string, builtAt: string): Promise<void> => {
  const imported: Imported = { schema: "zerotrace.imported/1", generation, builtAt };
  await mkdir(join(dataDir, "feeds"), { recursive: true });
  // Only here: it brings the agent and the contract, and every scan reads what was imported.
  const { writeWhole } = await import("@zerotrace/agent");
  await writeWhole(pathOf(dataDir), `${JSON.stringify(imported)}\n`);
};

/** From now on the sources decide again. False when nothing was imported. Throws what the file system throws. */
export const forgetImported = async (dataDir: string): Promise<boolean> => {
  const was = await readImported(dataDir);
  await rm(pathOf(dataDir), { force: true });
  return was !== null;
};
