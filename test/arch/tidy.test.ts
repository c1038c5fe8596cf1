import { expect, test } from "vitest";
import { filesIn, isTest, read, SHIPPED, SOURCES, trackedFiles } from "./source.ts";

const LINES_MAX = 400;
/** Longer files, each with its reason. */
const LONG_FILES: Record<string, string> = {};

test(`no file is longer than ${LINES_MAX} lines`, () => {
  const long = SOURCES.filter(({ path, text }) => !(path in LONG_FILES) && text.split("\n").length - 1 > LINES_MAX);
  expect(long.map(({ path }) => path)).toEqual([]);
});

test("files are named in kebab-case", () => {
  const named = SOURCES.filter(
    ({ path }) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/.test(path.split("/").at(-1) ?? ""),
  );
  expect(named.map(({ path }) => path)).toEqual([]);
});

/** Where the environment is read; everything else is handed its settings. Passing it on whole to a child reads nothing. */
const READS_ENVIRONMENT = /^packages\/(server\/src\/platform\/config\/|cli\/src\/env\.ts$)/;

test("the environment is read by the configuration and the command line's env.ts alone", () => {
  const wrong = SHIPPED.filter(
    ({ path, text }) => !READS_ENVIRONMENT.test(path) && /(?<!\.\.\.)\bprocess(\.env\b|\["env"\])/.test(text),
  );
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

test("nothing that ships writes to the console", () => {
  const wrong = SHIPPED.filter(({ text }) => /\bconsole\.[a-z]+\(/.test(text));
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

/** This file names what it forbids. */
const SELF = "test/arch/tidy.test.ts";
const UNFINISHED = /\b(TODO|FIXME|XXX|HACK)\b/;
const LEFT_OUT =
  /\b(?:test|it|describe)\s*(?:\.\w+)*\.(?:skip|only|todo|skipIf|runIf|fails)\b|\b(?:xit|xtest|fit|xdescribe)\(/;

test("nothing is left for later", () => {
  const files = [
    ...SOURCES.map(({ path }) => path),
    ...filesIn("packages/*/src/**/*.{css,sql}", "packages/server/migrations/*.sql"),
  ];
  expect(files.filter((path) => path !== SELF && UNFINISHED.test(read(path)))).toEqual([]);
});

test("no test is left out or runs alone", () => {
  const wrong = SOURCES.filter(({ path, text }) => isTest(path) && path !== SELF && LEFT_OUT.test(text));
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

test("regular expressions use no modifiers, and Temporal is not used", () => {
  const wrong = SHIPPED.filter(
    ({ text }) => /\(\?[ims]*(-[ims]+)?:/.test(text.replaceAll("(?:", "")) || /\bTemporal\./.test(text),
  );
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

test("types are erasable: no enums and no namespaces", () => {
  const wrong = SOURCES.filter(({ text }) => /^(export )?(declare )?((const )?enum|namespace) \w+/m.test(text));
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

test("nothing that is installed, built or private to a machine is part of a clone", () => {
  const wrong = (trackedFiles() ?? []).filter((path) =>
    /(^|\/)(node_modules|dist|coverage|\.zerotrace)\/|\.(log|env|pem|key)$/.test(path),
  );
  expect(wrong).toEqual([]);
});
