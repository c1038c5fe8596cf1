import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { freshFolder } from "../fixtures.ts";
import { entryOf } from "./entry.ts";
import type { Read } from "./files.ts";
import { addLayer, compact, readLayers, readState, writeState } from "./layers.ts";
import type { ApiState } from "./layers.ts";

const NOW = new Date("2026-01-01T00:00:00Z");
const { signal } = new AbortController();

const entry = (id: string, text: string): Read => ({
  entry: entryOf({ cve: { id, descriptions: [{ lang: "en", value: text }] } }, NOW.toISOString()),
});

const fresh = (folder: string) => readState(folder, "https://example.org/", NOW);

async function summaries(folder: string, state: ApiState): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const read of readLayers(folder, state, signal)) {
    if ("entry" in read) found[read.entry.cve.id] = read.entry.cve.summary;
    else found[read.id] = read.bad;
  }
  return found;
}

test("too many layers become one, with the newest form of each CVE; few stay as they are", async () => {
  const folder = freshFolder();
  let state = await addLayer(folder, await fresh(folder), [entry("CVE-2026-0001", "old"), { id: "x", bad: "why" }]);
  for (let i = 0; i < 2; i++) state = await addLayer(folder, state, [entry("CVE-2026-0001", `older ${i}`)]);
  expect(await compact(folder, state, signal, 3)).toBe(state);
  state = await addLayer(folder, state, [entry("CVE-2026-0001", "new"), entry("CVE-2026-0002", "two")]);
  const expected = { "CVE-2026-0001": "new", "CVE-2026-0002": "two", x: "why" };
  expect(await summaries(folder, state)).toEqual(expected);
  const merged = await compact(folder, state, signal, 3);
  expect(merged.layers).toHaveLength(1);
  expect(readdirSync(folder).sort()).toEqual([merged.layers[0], "state.json"]);
  expect(await summaries(folder, await fresh(folder))).toEqual(expected);
});

test("a state of another address, a damaged one and none are a fresh start", async () => {
  const folder = freshFolder();
  const read: ApiState = { ...(await fresh(folder)), full: null, until: NOW.toISOString() };
  await writeState(folder, read);
  expect((await fresh(folder)).until).toBe(NOW.toISOString());
  expect((await readState(folder, "https://example.com/", NOW)).full).toMatchObject({ nextIndex: 0 });
  for (const text of ["", "{", '{"version":2}', '{"version":1,"url":"https://example.org/"}']) {
    writeFileSync(join(folder, "state.json"), text);
    expect(await fresh(folder)).toMatchObject({ until: null, layers: [], full: { startedAt: NOW.toISOString() } });
  }
});

test("a damaged layer is noticed", async () => {
  const folder = freshFolder();
  const state = await addLayer(folder, await fresh(folder), [entry("CVE-2026-0001", "a")]);
  for (const bytes of [Buffer.from("x"), gzipSync("{}"), gzipSync("{\n"), Buffer.alloc(0)]) {
    writeFileSync(join(folder, state.layers[0] as string), bytes);
    await expect(summaries(folder, state)).rejects.toThrow();
  }
});
