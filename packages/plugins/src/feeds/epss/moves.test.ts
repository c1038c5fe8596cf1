import { expect, test } from "vitest";
import { freshFolder } from "../fixtures.ts";
import { DayOfScores } from "./history.ts";
import { epssMoves } from "./moves.ts";

const keep = async (folder: string, day: string, scores: Readonly<Record<string, number>>): Promise<void> => {
  const collected = new DayOfScores();
  for (const [id, score] of Object.entries(scores)) collected.add(id, score);
  await collected.keep(folder, day);
};

test("big moves are told with the day that has the new score, the largest first, small ones and lost scores not", async () => {
  const folder = freshFolder();
  expect(await epssMoves(folder, 0.1)).toEqual({ days: [], moves: [] });
  await keep(folder, "2026-01-01", { "CVE-2024-1000": 0.1, "CVE-2024-1001": 0.5, "CVE-2024-0007": 0.9 });
  await keep(folder, "2026-01-02", { "CVE-2024-1000": 0.15, "CVE-2024-1001": 0.2, "CVE-2026-123456": 0.7 });
  await keep(folder, "2026-01-04", { "CVE-2024-1000": 0.3, "CVE-2024-1001": 0.2, "CVE-2026-123456": 0.7 });
  expect(await epssMoves(folder, 0.1)).toEqual({
    days: ["2026-01-04", "2026-01-02", "2026-01-01"],
    moves: [
      { day: "2026-01-04", cveId: "CVE-2024-1000", before: 0.15, score: 0.3 },
      { day: "2026-01-02", cveId: "CVE-2026-123456", before: null, score: 0.7 },
      { day: "2026-01-02", cveId: "CVE-2024-1001", before: 0.5, score: 0.2 },
    ],
  });
});
