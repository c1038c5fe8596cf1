import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

const DIST = new URL("../../packages/web/dist/", import.meta.url);
/** JavaScript of the first page, gzipped, in bytes. */
const FIRST_PAGE_MAX = 250_000;

const read = (file: string): string => readFileSync(new URL(file, DIST), "utf8");

/** What index.html has the browser load before it knows which page it is, and the first page's own part. */
const firstPage = (): string[] => {
  const every = [...read("index.html").matchAll(/(?:src|href)="\/(static\/[^"]+\.js)"/g)].map(([, file]) => file!);
  const base = every.find((file) => file.includes("/base-"))!;
  return [...every, /"(static\/overview-[\w-]+\.js)"/.exec(read(base))![1]!];
};

test("the first page is at most 250 KB of JavaScript, with what all pages share asked for at once", () => {
  const files = firstPage();
  expect(files.map((file) => file.replace(/-[\w-]{8}\.js$/, ""))).toEqual(
    expect.arrayContaining(["static/base", "static/shared", "static/overview"]),
  );
  const bytes = files.map((file) => gzipSync(read(file), { level: 9 }).length);
  expect(bytes.reduce((all, one) => all + one, 0)).toBeLessThanOrEqual(FIRST_PAGE_MAX);
});

test("what every page loads makes no schemas: the server checks, the dashboard calls", () => {
  for (const file of firstPage()) expect(read(file), file).not.toContain("invalid_type");
});
