import { mkdir, mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipOf } from "../../../plugins/src/feeds/fixtures.ts";
import { beforeAll, expect, test } from "vitest";
import { run } from "../fixtures.ts";

const record = (id: string, fixed: string, more: object = {}) => ({
  id,
  modified: "2026-01-02T00:00:00Z",
  affected: [
    {
      package: { ecosystem: "npm", name: "left" },
      ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed }] }],
    },
  ],
  ...more,
});

const A = record("CVE-2026-0001", "2.0.0");
const B = record("CVE-2026-0002", "1.5.0");
let dir: string;
let feeds: string;
let sender: string;
let key: string;
let full: string;
let day: string;

const writeFeeds = async (records: object[], kev: string[]): Promise<void> => {
  await mkdir(join(feeds, "npm"), { recursive: true });
  const files = records.map((one) => ({
    name: `${(one as { id: string }).id}.json`,
    bytes: Buffer.from(JSON.stringify(one)),
  }));
  await writeFile(join(feeds, "npm", "all.zip"), zipOf(files));
  await mkdir(join(feeds, "kev"), { recursive: true });
  const vulnerabilities = kev.map((cveID) => ({ cveID, dateAdded: "2026-01-05" }));
  const list = { title: "x", dateReleased: "2026-01-06T00:00:00Z", count: vulnerabilities.length, vulnerabilities };
  await writeFile(join(feeds, "kev", "known_exploited_vulnerabilities.json"), JSON.stringify(list));
};

/** A site's own flags, and no server. */
const at = (dataDir: string): string[] => ["--data-dir", dataDir];

const site = async (): Promise<string> => mkdtemp(join(dir, "site-"));

const inventory = async (...lines: string[]): Promise<string> => {
  const path = join(dir, "inventory.tsv");
  await writeFile(path, lines.map((line) => `${line.replaceAll(" ", "\t")}\n`).join(""));
  return path;
};

/** Each compilation is a process of its own. */
const SLOW_MS = 60_000;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "zt-gap-"));
  feeds = join(dir, "feeds");
  sender = await site();
  const keyFile = join(dir, "site.key");
  key = (await run(["feeds", "keygen", "--out", keyFile])).out.trim();
  full = join(dir, "full.ztb");
  day = join(dir, "day.ztb");
  const bundle = (out: string, ...more: string[]) =>
    run(["feeds", "bundle", "--out", out, "--key", keyFile, "--feeds", feeds, ...at(sender), ...more]);
  await writeFeeds([A, B], ["CVE-2026-0002"]);
  expect(await bundle(full)).toMatchObject({ code: 0 });
  const fixedLater = { ...record("CVE-2026-0001", "2.1.0"), modified: "2026-02-01T00:00:00Z" };
  const gone = { ...B, modified: "2026-02-01T00:00:00Z", withdrawn: "2026-02-01T00:00:00Z" };
  await writeFeeds([fixedLater, gone, record("CVE-2026-0003", "3.0.0")], ["CVE-2026-0001"]);
  expect(await bundle(day, "--since", full)).toMatchObject({ code: 2 });
  expect(await bundle(day, "--since", full, "--config", await trusting())).toMatchObject({ code: 0 });
}, SLOW_MS);

/** A configuration that names the key. */
const trusting = async (): Promise<string> => {
  const path = join(dir, "zerotrace.yaml");
  await writeFile(path, `feedKeys: [${key}]\n`);
  return path;
};

test(
  "a bundle is imported by a key that is pinned once; its delta follows, and scans use it",
  async () => {
    const there = await site();
    const noBundle = await run(["feeds", "import", await inventory("npm left 1.0.0"), ...at(there)]);
    expect([noBundle.code, noBundle.err.includes("is a file, and no bundle")]).toEqual([2, true]);
    const refused = await run(["feeds", "import", full, ...at(there)]);
    expect([refused.code, refused.err.includes(`--trust ${key}`)]).toEqual([2, true]);
    const early = await run(["feeds", "import", day, "--trust", key, ...at(there)]);
    expect([early.code, early.err.includes("Import a full bundle first")]).toEqual([2, true]);
    const dry = await run(["feeds", "import", full, "--trust", key, "--dry-run", ...at(there)]);
    expect(dry.out).toContain("would change. Advisories: 2 new, 1 now known exploited");
    expect(await readdir(join(there, "feeds")).catch(() => [])).not.toContain("generations");
    expect(await run(["feeds", "import", full, "--trust", key, ...at(there)])).toMatchObject({ code: 0 });
    const next = await run(["feeds", "import", day, ...at(there)]);
    expect(next.out).toContain("1 new, 1 withdrawn, 1 other ranges, 1 now known exploited, 1 no longer listed");
    const again = await run(["feeds", "import", full, "--dry-run", ...at(there)]);
    expect(again.err).toContain("It is older");
    expect(await run(["feeds", "import", full, ...at(there)])).toMatchObject({ code: 0 });
    const forth = await run(["feeds", "import", day, ...at(there)]);
    expect([forth.out === next.out, forth.err.includes("older")]).toEqual([true, false]);
    // without --feeds, and without asking anybody
    const lines = await inventory("npm left 2.0.5");
    const plain = await run(["match", "--input", lines, ...at(there)]);
    expect([plain.code, JSON.parse(plain.out).verdict]).toEqual([0, "affected"]);
    expect(await run(["feeds", "sync", "--unpin", ...at(there)])).toMatchObject({ code: 0, out: "" });
    expect((await run(["feeds", "sync", "--unpin", ...at(there)])).err).toContain("No server was started");
    const judged = await run(["match", "--feeds", day, "--input", await inventory("npm left 2.0.5"), ...at(there)]);
    expect(JSON.parse(judged.out)).toMatchObject({ verdict: "affected" });
  },
  SLOW_MS,
);

test(
  "any kept generation judges again, and a diff says what changes for an inventory and why",
  async () => {
    const listed = await run(["feeds", "generations", "--format", "json", ...at(sender)]);
    const [newer, older] = JSON.parse(listed.out).generations.map((one: { hash: string }) => one.hash.slice(0, 12));
    const lines = await inventory("npm left 1.0.0", "npm left 2.5.0", "npm left 9.0.0");
    const verdicts = async (generation: string) =>
      (await run(["match", "--generation", generation, "--input", lines, ...at(sender)])).out
        .trimEnd()
        .split("\n")
        .map((line) =>
          JSON.parse(line)
            .findings.map((f: { id: string }) => f.id.slice(-1))
            .join(""),
        );
    expect(await verdicts(older)).toEqual(["12", "", ""]);
    expect(await verdicts(newer)).toEqual(["13", "3", ""]);
    const plain = await run(["feeds", "diff", older, newer, ...at(sender)]);
    expect(plain.out).toContain("1 new, 1 withdrawn, 1 other ranges");
    const own = await run(["feeds", "diff", older, newer, "--inventory", lines, "--format", "json", ...at(sender)]);
    const { components } = JSON.parse(own.out);
    expect(components.map((c: { version: string }) => c.version)).toEqual(["1.0.0", "2.5.0"]);
    expect(components[0].changes).toEqual([
      {
        id: "CVE-2026-0001",
        before: "affected, fixed in 2.0.0, unknown",
        after: "affected, fixed in 2.1.0, unknown, known exploited",
        why: ["ranges", "kev_added"],
      },
      {
        id: "CVE-2026-0002",
        before: "affected, fixed in 1.5.0, unknown, known exploited",
        after: null,
        why: ["withdrawn", "kev_removed"],
      },
      { id: "CVE-2026-0003", before: null, after: "affected, fixed in 3.0.0, unknown", why: ["new"] },
    ]);
    expect(components[1]).toMatchObject({ before: { verdict: "not_affected" }, after: { verdict: "affected" } });
    const table = await run(["feeds", "diff", older, newer, "--inventory", lines, ...at(sender)]);
    expect(table.out).toContain("2 components judged otherwise");
    const wrong = await run(["feeds", "diff", older, "abcd1234", ...at(sender)]);
    expect([wrong.code, wrong.err.includes("feeds generations")]).toEqual([2, true]);
  },
  SLOW_MS,
);
