import { FINDING_FIELDS } from "@zerotrace/core/query/language/index";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { coverageMatrix, feedsGuide } from "../support/coverage-matrix.ts";
import { errorTable } from "../support/error-table.ts";
import { rolesPage } from "../support/role-table.ts";
import { scanPages } from "../support/scan-docs.ts";
import { filesIn, read, ROOT } from "./source.ts";

const scripts = (JSON.parse(read("package.json")) as { scripts: Record<string, string> }).scripts;

test("docs/reference/errors.md is the table of errors", () => {
  expect(read("docs/reference/errors.md"), "run npm run docs:errors").toBe(errorTable());
});

test("docs/reference/coverage.md is what the registry of feeds says", () => {
  expect(read("docs/reference/coverage.md"), "run npm run docs:coverage").toBe(coverageMatrix());
});

test.each([...scanPages()])("docs/reference/%s is what the registries and schemas say", (name, text) => {
  expect(read(`docs/reference/${name}`), "run npm run docs:coverage").toBe(text);
});

test("docs/guide/feeds.md lists every feed of the registry", () => {
  const guide = read("docs/guide/feeds.md");
  expect(guide, "run npm run docs:coverage").toBe(feedsGuide(guide));
});

test("docs/operate/people-and-roles.md lists every role with what it holds", () => {
  const page = read("docs/operate/people-and-roles.md");
  expect(page, "run npm run docs:coverage").toBe(rolesPage(page));
});

/** The anchors of a document's headings, as the places that show it make them. */
const anchorsOf = (text: string): Set<string> =>
  new Set(
    text
      .split("\n")
      .filter((line) => line.startsWith("#"))
      .map((line) => line.replace(/^#+ /, "").toLowerCase())
      .map((title) => title.replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")),
  );

test("every link between documents leads to a file and a heading", () => {
  const documents = filesIn("*.md", "docs/**/*.md", "packages/**/*.md");
  const broken = documents.flatMap((path) =>
    [...read(path).matchAll(/\]\((?!https?:|mailto:)([^)\s#]*)(?:#([^)\s]+))?\)/g)]
      .filter(([, file = "", anchor]) => {
        const target = file === "" ? path : join(dirname(path), decodeURI(file));
        if (!existsSync(join(ROOT, target))) return true;
        return anchor !== undefined && target.endsWith(".md") && !anchorsOf(read(target)).has(anchor);
      })
      .map(([link]) => `${path}: ${link}`),
  );
  expect(broken).toEqual([]);
});

test("every npm script that a document names exists", () => {
  const documents = filesIn("*.md", "docs/**/*.md", "packages/**/*.md");
  const missing = documents.flatMap((path) =>
    [...read(path).matchAll(/\bnpm run (?:--silent )?([a-z][a-z0-9:-]*)/g)]
      .filter(([, name]) => name !== undefined && !(name in scripts))
      .map(([, name]) => `${path}: npm run ${name}`),
  );
  expect(missing).toEqual([]);
});

test("CI runs the README's test command and nothing else of ours", () => {
  const steps = read(".ci/run")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => /^(npm|npx|node) /.test(line) && !line.endsWith("--version"));
  expect(read("README.md")).toContain("npm ci && npm test");
  expect(steps).toEqual(["npm ci", "npm test"]);
});

test("the reference of queries names every field and choice of the language", () => {
  const text = read("docs/reference/queries.md").split("## Fields")[1] ?? "";
  const rows = new Map(
    [...text.matchAll(/^\| `([a-z]+)` \| (.*?) \|/gm)].map(([, name = "", takes = ""]) => [name, takes]),
  );
  expect([...rows.keys()]).toEqual(FINDING_FIELDS.map((f) => f.name));
  for (const { name, type } of FINDING_FIELDS) {
    if (type.kind !== "choice") continue;
    const named = [...(rows.get(name) ?? "").matchAll(/`([\w*]+)`/g)].map(([, value]) => value);
    expect(new Set(named), name).toEqual(new Set(type.values));
  }
});
