import { AppError, purlOf } from "@zerotrace/core";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, describe, expect, test } from "vitest";
import { chooserOf } from "../targets/choose.ts";
import type { Extracted, FileExtractor } from "./file-extractor.ts";
import { NO_OS } from "./file-fixtures.ts";
import { type FileSample, sampleOf } from "./sample-fixtures.ts";
import { FILE_EXTRACTORS } from "./files.ts";
import { compareComponents, MAX_PROBLEMS } from "./gather.ts";

/** Processor time that a reader may take for one file of `HUGE_BYTES` (ms); a quadratic one takes many seconds. */
const MAX_READ_MS = 600;
/** The heap in which every reader must do with a file of half a MiB. */
const MAX_HEAP_MIB = 128;
const HUGE_BYTES = 64 * 1024;

const { signal } = new AbortController();
const root = mkdtempSync(join(tmpdir(), "zerotrace-files-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A file of its own folder, alone; what is read in pieces lies on disk. */
const readAs = async (extractor: FileExtractor, path: string, content: string | Uint8Array): Promise<Extracted> => {
  const realPath = join(root, extractor.id, path);
  const isText = typeof sampleOf(extractor.id)?.content === "string";
  if (!isText) {
    mkdirSync(dirname(realPath), { recursive: true });
    writeFileSync(realPath, content);
  }
  const bytes = Buffer.from(content);
  const { extract } = await extractor.load();
  return extract(
    { path, sizeBytes: bytes.length, realPath },
    { read: async (asked) => (asked === path ? bytes : null), list: async () => null, os: NO_OS, signal },
  );
};

/** Reads hostile bytes: sorted packages with purls, or AppError UNREADABLE naming the file, within its time. */
const survives = async (
  extractor: FileExtractor,
  path: string,
  content: string | Uint8Array,
  what: string,
): Promise<void> => {
  const before = process.threadCpuUsage();
  try {
    const { packages, problems } = await readAs(extractor, path, content);
    expect(problems.length, what).toBeLessThanOrEqual(MAX_PROBLEMS);
    expect(
      Array.from(problems.join("")).every((character) => character >= " "),
      `${what}: printable`,
    ).toBe(true);
    const isSorted = packages.every(
      ({ component }, at) => at === 0 || compareComponents(packages[at - 1]!.component, component) < 0,
    );
    expect(isSorted, `${what}: sorted`).toBe(true);
    for (const { component } of packages) expect(purlOf(component), what).toMatch(/^pkg:/);
  } catch (error) {
    if (!(error instanceof AppError)) throw new Error(`${what}: ${String(error)}`, { cause: error });
    expect(error.code, what).toBe("UNREADABLE");
    expect(error.message, what).toContain(path.split("/").at(-1));
  }
  const { user, system } = process.threadCpuUsage(before);
  expect((user + system) / 1000, `${what}: ms`).toBeLessThan(MAX_READ_MS);
};

/** Numbers of a fixed sequence, so that a failure can be seen again. */
const sequence = (seed: number) => (): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed;
};

const repeated = (text: string): string => text.repeat(Math.ceil(HUGE_BYTES / text.length));
const OPENING = ["[", "{", "(", "<a>", '{"a":', "- ", "[[", "<<", "a.", "%{", '[{"a":', "a: {"];
const REPEATED = [
  " ",
  "\n",
  "\t",
  '"',
  "'",
  "\\",
  "a",
  "0",
  ".",
  "-",
  "/",
  ",",
  ":",
  "=",
  "#",
  "$",
  "&",
  "@",
  "*",
  "\r\n",
  "a\n",
  "${a}",
  '"a"',
  "\\\n",
  "<!--",
  "<a ",
  "/*",
  '"""',
  "%28",
  "==1 \\\n",
];

/** A text with lists, maps and tags open thousands of times, alone and after what is good. */
const nested = (good: string): string[] =>
  OPENING.flatMap((one) => [one.repeat(30_000), `${good}\n${one.repeat(10_000)}`]);
/** One character or line of the sample over and over. */
const huge = (good: string): string[] => {
  const lines = [...new Set(good.split("\n"))].slice(0, 12);
  const half = good.slice(0, good.length >> 1);
  return [
    ...REPEATED.map((one, at) => (at % 2 === 0 ? half : "") + repeated(one)),
    repeated(good),
    ...lines.map((line) => good.replace(line, () => repeated(`${line}\n`))),
  ];
};
const PROTOTYPE = ["__proto__", "constructor", "toString", "hasOwnProperty"];
/** Each word of the sample replaced by names that every object has. */
const prototypes = (good: string): string[] => {
  const words = [...new Set(good.match(/[A-Za-z_][\w-]*/g))].slice(0, 24);
  return words.flatMap((word, at) => [
    good.replaceAll(word, PROTOTYPE[at % PROTOTYPE.length]!),
    good.replace(word, "__proto__"),
  ]);
};

const spoiled = (bytes: Uint8Array): Uint8Array[] => {
  const next = sequence(11);
  const all: Uint8Array[] = [new Uint8Array(0), new Uint8Array(4096), new Uint8Array(65_536).map(() => next() >>> 24)];
  const cuts = Math.min(40, bytes.length);
  for (let i = 0; i < cuts; i++) all.push(bytes.slice(0, Math.floor((i * bytes.length) / cuts)));
  for (let i = 0; i < 90; i++) {
    const copy = bytes.slice();
    for (let n = 0; n <= i % 6; n++)
      copy[next() % copy.length] = i % 3 === 0 ? next() >>> 24 : 0x20 + ((next() >>> 24) % 0x5f);
    all.push(copy);
  }
  return all;
};

const chooser = chooserOf(FILE_EXTRACTORS);

test("every reader of files is registered once, sorted, with a title, a pattern and a sample here", () => {
  const ids = FILE_EXTRACTORS.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)].sort());
  for (const { id, title, files } of FILE_EXTRACTORS) {
    expect(title, id).toMatch(/^\S.*\S$/);
    expect(
      Object.values(files).some((one) => (Array.isArray(one) ? one.length > 0 : Boolean(one))),
      id,
    ).toBe(true);
    const sample = sampleOf(id);
    expect(sample, id).not.toBeNull();
    const { path } = sample!;
    const chosen = chooser.of(path, path.split("/").at(-1)!).map((one) => one.id);
    expect(files.isProgram === true || chosen.includes(id), `${id} chooses ${path}`).toBe(true);
  }
});

describe.each(FILE_EXTRACTORS.map((extractor) => [extractor.id, extractor] as const))("%s", (id, extractor) => {
  const { path, content } = sampleOf(id) as FileSample;
  const bytes = new Uint8Array(Buffer.from(content));

  test("its sample gives packages with purls, sorted, the same each time", async () => {
    const first = await readAs(extractor, path, content);
    expect(first.problems).toEqual([]);
    expect(first.packages.length).toBeGreaterThan(0);
    for (const { component } of first.packages) expect(purlOf(component)).toMatch(/^pkg:[a-z.+-]+\/./);
    expect(first.packages.map((one) => one.component)).toEqual(
      first.packages.map((one) => one.component).sort(compareComponents),
    );
    expect(await readAs(extractor, path, content)).toEqual(first);
  });

  test("a file cut off, with other bytes or of noise is read as far as it goes or refused by name", async () => {
    for (const [at, one] of spoiled(bytes).entries()) await survives(extractor, path, one, `spoiled ${at}`);
  });

  test("nesting, names of every object and endless repetition cost neither time nor memory", async () => {
    const good = typeof content === "string" ? content : Buffer.from(content).toString("latin1");
    for (const text of [...nested(good), ...huge(good), ...prototypes(good)]) {
      const hostile = typeof content === "string" ? text : Buffer.from(text, "latin1");
      await survives(extractor, path, hostile, JSON.stringify(`${text.slice(0, 40)} … ${text.slice(-30)}`));
    }
  });
});

test("half a megabyte of anything needs little memory", async () => {
  const worker = new Worker(new URL("./memory-fixtures.ts", import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
  });
  let last = "";
  worker.on("message", (said: string) => (last = said));
  const error = await new Promise<unknown>((done) => worker.once("error", done).once("exit", done));
  expect({ last, error }).toEqual({ last: "done", error: 0 });
});
