import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { compileGeneration } from "./compile.ts";
import type { CompileMessage } from "./compile-worker.ts";
import { freshFolder, recordJson } from "./fixtures.ts";
import type { Generation } from "./generation-format.ts";
import { pour } from "./generation-pour.ts";
import { openGeneration } from "./generation-read.ts";
import { Spool } from "./generation-spool.ts";
import { openGenerations } from "./generation-store.ts";

const ENTRY = fileURLToPath(new URL("./compile-process.ts", import.meta.url));

const generationOf = async (count: number): Promise<{ path: string; generation: Generation }> => {
  const spool = new Spool(join(freshFolder(), "spool"));
  const sink = spool.sink("osv");
  for (let i = 0; i < count; i++) {
    const raw = recordJson(`ID-${i}`).toString();
    sink.record({ id: `ID-${i}`, modifiedAt: "2026-01-01T00:00:00.000Z" } as never, raw);
  }
  const path = join(freshFolder(), "g.ztg");
  await pour(spool.generation({ builtAt: "2026-01-02T00:00:00.000Z", sources: [] }), { path });
  spool.close();
  return { path, generation: openGeneration({ path }) };
};

test("killed in the middle of applying, what was in force stays, and the next attempt succeeds", async () => {
  const outDir = freshFolder();
  const dir = freshFolder();
  const store = openGenerations(dir);
  const common = { outDir, recordsFile: true, signal: new AbortController().signal, onProgress: () => undefined };
  await compileGeneration((await generationOf(3)).generation, common);
  const index = readFileSync(join(outDir, "index.ztx"));
  const records = readFileSync(join(outDir, "records.copy"));
  const next = await generationOf(12_000);
  const { hash } = next.generation.meta;
  await store.keep(next.path);
  const child = fork(ENTRY, [], { serialization: "advanced" });
  const options = { locations: [], cacheDir: freshFolder(), outDir, recordsFile: true, generationsDir: dir };
  child.send({ compile: { ...options, generation: hash } });
  const [message] = (await once(child, "message")) as [CompileMessage];
  expect(message.kind).toBe("progress");
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(readFileSync(join(outDir, "index.ztx")).equals(index)).toBe(true);
  expect(readFileSync(join(outDir, "records.copy")).equals(records)).toBe(true);
  expect((await store.list()).map((one) => one.hash)).toEqual([hash]);
  const { meta } = await compileGeneration(store.open(hash) as Generation, common);
  expect(meta.recordCount).toBe(12_000);
  expect(readdirSync(outDir).sort()).toEqual(["index.ztx", "records.copy"]);
}, 30_000);
