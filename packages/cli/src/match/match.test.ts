import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openIndex, createIndexBuilder, parseOsvRecord } from "@zerotrace/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run, type SmallHost, smallHost } from "../fixtures.ts";
import { matchLines } from "./match-lines.ts";

let host: SmallHost;
beforeAll(async () => (host = await smallHost()));
afterAll(() => rm(host.dir, { recursive: true, force: true }));

const match = (input: string, ...more: string[]) =>
  run(["match", "--feeds", host.feeds, "--data-dir", host.dataDir, ...more], {}, [input]);
const objects = (out: string) =>
  out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test("each line gets one JSON object in the documented shape, in the order of the lines", async () => {
  const { code, out, err } = await match(
    "Debian:12\topenssl\t3.0.17-1~deb12u2\nDebian:12\tbash\t5.2.15-2\nDebian:12\tzlib\t1\nFedora:9\tx\t1\nDebian:12\tbash\tnot ok\n",
  );
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const one = (name: string, version: string) => ({ ecosystem: "Debian:12", name, version });
  expect(objects(out)).toEqual([
    {
      ...one("openssl", "3.0.17-1~deb12u2"),
      verdict: "affected",
      findings: [
        {
          id: "CVE-2026-0001",
          aliases: ["DEBIAN-CVE-2026-0001"],
          fixedIn: "3.0.17-1~deb12u3",
          severity: "critical",
          cvss: 9.8,
          epss: null,
          kev: false,
        },
      ],
    },
    {
      ...one("bash", "5.2.15-2"),
      verdict: "affected",
      findings: [
        {
          id: "CVE-2026-0002",
          aliases: ["DEBIAN-CVE-2026-0002"],
          fixedIn: null,
          severity: "unknown",
          cvss: null,
          epss: null,
          kev: true,
        },
      ],
    },
    { ...one("zlib", "1"), verdict: "not_affected", findings: [] },
    { ecosystem: "Fedora:9", name: "x", version: "1", verdict: "unknown", reason: "no_feed", findings: [] },
    expect.objectContaining(one("bash", "not ok")),
  ]);
});

test("white space around a field and a byte order mark hide no weakness", async () => {
  const { code, out } = await match("\uFEFFDebian:12\t openssl \t3.0.17-1~deb12u2 \r\nDebian:12\t \t1\n");
  expect(code).toBe(2);
  expect(objects(out)).toMatchObject([
    { name: " openssl ", version: "3.0.17-1~deb12u2 ", verdict: "affected" },
    { verdict: "unknown", reason: "malformed" },
  ]);
});

test("a malformed line is named by its number and answered as such, the rest is done, and the exit code is 2", async () => {
  const path = join(host.dir, "lines");
  const bad = Buffer.from("Debian:12\t\xff\t1\n", "latin1");
  await writeFile(
    path,
    Buffer.concat([Buffer.from('one\nDebian:12\tba"sh\t1\n\na\tb\tc\td\n'), bad, Buffer.from("a\t\t1")]),
  );
  const { code, out, err } = await match("", "--input", path);
  expect(code).toBe(2);
  expect(objects(out).map(({ reason, verdict }) => reason ?? verdict)).toEqual([
    "malformed",
    "not_affected",
    "malformed",
    "malformed",
    "malformed",
    "malformed",
  ]);
  expect(objects(out)[0]).toEqual({
    ecosystem: "one",
    name: "",
    version: "",
    verdict: "unknown",
    reason: "malformed",
    findings: [],
  });
  expect(objects(out)[1]).toMatchObject({ name: 'ba"sh' });
  expect(err.match(/^line \d+ is malformed/gm)).toEqual([1, 3, 4, 5, 6].map((n) => `line ${n} is malformed`));
  expect(err).toContain("5 malformed lines of 6");
});

test("an input that cannot be read is an error that names it; no input gives no output", async () => {
  const missing = await match("", "--input", join(host.dir, "none"));
  expect(missing).toMatchObject({ code: 2, out: "", err: expect.stringContaining("cannot be read") });
  expect(await match("")).toEqual({ code: 0, out: "", err: "" });
});

test("the same lines give the same bytes, seen once or many times", async () => {
  const lines = "Debian:12\topenssl\t3.0.17-1~deb12u2\nDebian:12\tbash\t5\n";
  const once = await match(lines);
  expect((await match(lines.repeat(500))).out).toBe(once.out.repeat(500));
});

const manyFindings = () => {
  const builder = createIndexBuilder();
  const ranges = [{ type: "ECOSYSTEM", events: [{ introduced: "0" }] }];
  for (let i = 0; i < 200; i += 1) {
    const affected = [{ package: { ecosystem: "PyPI", name: "Some_Package" }, ranges }];
    builder.add(parseOsvRecord({ id: `PYSEC-${i}`, modified: "2026-01-01T00:00:00Z", affected }));
  }
  return openIndex(builder.finish({ builtAt: "2026-01-01T00:00:00Z", sources: [] }));
};

test("nothing is read ahead while the output is not taken, and any spelling of a name is found", async () => {
  let readCount = 0;
  async function* input(): AsyncGenerator<Uint8Array> {
    for (; readCount < 50; readCount += 1) yield Buffer.from("PyPI\tsome.package\t1.0\n".repeat(20));
  }
  let held = 0;
  let heldMost = 0;
  let text = "";
  const { lineCount } = await matchLines({
    index: manyFindings(),
    input: input(),
    out: {
      write: (more) => {
        held += more.length;
        heldMost = Math.max(heldMost, held);
        text += more;
      },
      drained: async () => {
        const before = readCount;
        await new Promise((resolve) => setImmediate(resolve));
        expect(readCount).toBe(before);
        held = 0;
      },
      isTerminal: false,
      columns: 80,
    },
    signal: new AbortController().signal,
    onMalformed: () => undefined,
    onProgress: () => undefined,
  });
  expect(lineCount).toBe(1000);
  expect(heldMost).toBeLessThan(512 * 1024);
  expect(objects(text)).toHaveLength(1000);
  expect(objects(text)[999]?.["findings"]).toHaveLength(200);
});

test("an interrupted run stops between two writes", async () => {
  const abort = new AbortController();
  const sink = { write: () => abort.abort(), isTerminal: false, columns: 80 };
  async function* input(): AsyncGenerator<Uint8Array> {
    for (;;) yield Buffer.from("PyPI\tsome.package\t1.0\n".repeat(20));
  }
  const hooks = { onMalformed: () => undefined, onProgress: () => undefined };
  const done = matchLines({ index: manyFindings(), input: input(), out: sink, signal: abort.signal, ...hooks });
  await expect(done).rejects.toThrow();
});

test("a line is answered though no other follows it for now", async () => {
  let answered = (): void => undefined;
  const answer = new Promise<void>((resolve) => (answered = resolve));
  const texts: string[] = [];
  const write = (text: string): void => {
    texts.push(text);
    answered();
  };
  async function* input(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("PyPI\tother\t1.0\n");
    await answer;
    yield Buffer.from("PyPI\tother\t2.0\n");
  }
  const { lineCount } = await matchLines({
    index: manyFindings(),
    input: input(),
    out: { write, isTerminal: false, columns: 80 },
    signal: new AbortController().signal,
    onMalformed: () => undefined,
    onProgress: () => undefined,
  });
  expect([lineCount, texts.length]).toEqual([2, 2]);
});

const linesOfMany = (): string[] => {
  const names = ["some.package", "other", 'q"uoted', "zürich", "bad line\twith\ttoo\tmany"];
  return Array.from({ length: 3000 }, (_, i) => `PyPI\t${names[i % names.length]}\t${i % 700}.${i % 7}`);
};

test("threads answer with the same bytes in the same order, name the same malformed lines and go on only as the output does", async () => {
  const { bytes } = manyFindings();
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  const index = openIndex(new Uint8Array(shared));
  const input = Buffer.from(linesOfMany().join("\n"));
  const judged = async (threadCount: number) => {
    let text = "";
    let held = 0;
    const malformed: number[] = [];
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < input.length; at += 1500) yield input.subarray(at, at + 1500);
    }
    const result = await matchLines({
      index,
      shared,
      threadCount,
      threadsFromBytes: 10_000,
      input: chunks(),
      out: {
        write: (more) => {
          expect((held += 1)).toBe(1);
          text += more;
        },
        drained: async () => {
          await new Promise((resolve) => setImmediate(resolve));
          held = 0;
        },
        isTerminal: false,
        columns: 80,
      },
      signal: new AbortController().signal,
      onMalformed: (n) => malformed.push(n),
      onProgress: () => undefined,
    });
    return { ...result, text, malformed };
  };
  const alone = await judged(1);
  expect(alone).toMatchObject({ lineCount: 3000, malformedCount: 600 });
  const together = await judged(2);
  expect(together.text === alone.text).toBe(true);
  expect({ ...together, text: "" }).toEqual({ ...alone, text: "" });
});
