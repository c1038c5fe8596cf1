import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { diffText } from "./diff.ts";

test("a difference has the changed lines with three around, and hunks of their own where they lie apart", () => {
  const before = Array.from({ length: 20 }, (_, at) => `line ${at}`).join("\n") + "\n";
  const after = before.replace("line 3\n", "line three\n").replace("line 17\n", "");
  expect(diffText("a.txt", before, after)).toBe(
    `--- a/a.txt\n+++ b/a.txt\n@@ -1,7 +1,7 @@\n line 0\n line 1\n line 2\n-line 3\n+line three\n line 4\n line 5\n line 6\n` +
      `@@ -15,6 +15,5 @@\n line 14\n line 15\n line 16\n-line 17\n line 18\n line 19\n`,
  );
  expect(diffText("a.txt", before, before)).toBe("");
  expect(diffText("new.txt", null, "x\n")).toBe("--- /dev/null\n+++ b/new.txt\n@@ -0,0 +1,1 @@\n+x\n");
  expect(diffText("a", "x", "y\n")).toBe("--- a/a\n+++ b/a\n@@ -1,1 +1,1 @@\n-x\n\\ No newline at end of file\n+y\n");
});

test("patch makes the new file of the old one and the difference, whatever changed", () => {
  const folder = mkdtempSync(join(tmpdir(), "zerotrace-diff-"));
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
  try {
    let patch = "";
    const wanted: string[] = [];
    for (let round = 0; round < 30; round++) {
      const before = Array.from({ length: random(60) }, () => `l${random(9)}\n`);
      const after = before.flatMap((line) => [[], [line], [line], [line, `n${random(9)}\n`]][random(4)]!);
      if (before.length === 0 || after.length === 0) continue;
      writeFileSync(join(folder, `${round}.txt`), before.join(""));
      patch += diffText(`${round}.txt`, before.join(""), after.join(""));
      wanted[round] = after.join("");
    }
    writeFileSync(join(folder, "patch"), patch);
    execFileSync("git", ["apply", "--whitespace=nowarn", "patch"], { cwd: folder });
    for (const [round, text] of wanted.entries()) {
      if (text !== undefined) expect(readFileSync(join(folder, `${round}.txt`), "utf8")).toBe(text);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a file that is another one altogether is shown as replaced, at once", () => {
  const text = (word: string): string => Array.from({ length: 20_000 }, (_, at) => `${word} ${at}\n`).join("");
  const startMs = performance.now();
  expect(diffText("a", text("old"), text("new")).split("\n").length).toBe(40_004);
  expect(performance.now() - startMs).toBeLessThan(5_000);
});
