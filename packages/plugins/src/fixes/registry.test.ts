import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EXTRACTORS } from "../extractors/index.ts";
import { FILE_EXTRACTORS } from "../extractors/files.ts";
import { FIXERS } from "./index.ts";

test("the list of package managers is the folder, and each mends what one extractor reads", async () => {
  const folders = readdirSync(join(import.meta.dirname), { withFileTypes: true }).filter((one) => one.isDirectory());
  expect(FIXERS.map(({ id }) => id)).toEqual(folders.map(({ name }) => name).sort());
  const known = new Set([...FILE_EXTRACTORS.map(({ id }) => id), ...EXTRACTORS.map(({ descriptor }) => descriptor.id)]);
  const readers = FIXERS.flatMap((fixer) => fixer.readers);
  expect(readers.filter((reader) => !known.has(reader))).toEqual([]);
  expect(new Set(readers).size).toBe(readers.length);
  for (const fixer of FIXERS) expect(typeof (await fixer.load()).plan).toBe("function");
});
