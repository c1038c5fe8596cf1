import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NO_GENERATION, openGenerations, pour } from "@zerotrace/plugins";
import { expect, test } from "vitest";
import { createEpssHistory } from "./epss-history.ts";
import { generationsDirectory } from "./index-file.ts";

const NUMBER = 2026e9 + 1234;

/** Keeps a generation whose EPSS source is of `day`, as a sync, an import or a rollback does. */
const keep = async (dataDir: string, day: string, score: number): Promise<void> => {
  const path = join(dataDir, "next.ztg");
  const { meta } = NO_GENERATION;
  const source = { feed: "epss", location: "x", readAt: `${day}T13:00:00.000Z`, dataAt: `${day}T12:00:00.000Z` };
  const report = { ...source, recordCount: 1, badCount: 0, bad: [], covers: [], notCovered: [], origins: [] };
  const table = {
    keys: Float64Array.of(NUMBER),
    scores: Float64Array.of(score),
    percentiles: Float64Array.of(0.5),
  };
  await pour(
    { meta: { ...meta, builtAt: source.readAt, sources: [report] }, lines: () => [], epss: () => table },
    { path },
  );
  await openGenerations(generationsDirectory(dataDir)).keep(path);
};

test("the days of kept generations become a course, each once, and later ones are added", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "zt-epss-"));
  const warnings: string[] = [];
  const history = createEpssHistory(dataDir, (message) => warnings.push(message));
  expect(await history.course(["CVE-2026-1234"])).toEqual({ cveId: null, days: [] });
  await keep(dataDir, "2026-01-01", 0.1);
  await keep(dataDir, "2026-01-02", 0.2);
  await Promise.all([history.keep(), history.keep()]);
  const names = ["GHSA-aaaa-bbbb-cccc", "CVE-2020-9999", "CVE-2026-1234"];
  const first = [
    { day: "2026-01-01", score: 0.1 },
    { day: "2026-01-02", score: 0.2 },
  ];
  expect(await history.course(names)).toEqual({ cveId: "CVE-2026-1234", days: first });
  await keep(dataDir, "2026-01-03", 0.15);
  await history.keep();
  expect((await history.course(names)).days).toEqual([...first, { day: "2026-01-03", score: 0.15 }]);
  writeFileSync(join(dataDir, "feeds", "epss", "history", "2026-01-03.all.gz"), "damaged");
  expect((await createEpssHistory(dataDir, (message) => warnings.push(message)).course(names)).days).toEqual([]);
  expect(warnings).toContain("incorrect header check");
});
