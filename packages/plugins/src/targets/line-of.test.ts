import { expect, test } from "vitest";
import { lineOf } from "./line-of.ts";

const npm = `{
  "packages": {
    "": { "dependencies": { "ms": "^2.0.0" } },
    "node_modules/@types/ms": {
      "version": "2.1.3"
    },
    "node_modules/debug/node_modules/ms": {
      "version": "2.1.2"
    },
    "node_modules/ms": {
      "version": "2.1.3"
    }
  }
}`;

test("a package's line is the one whose name has its version closely below", () => {
  expect([lineOf(npm, "ms", "2.1.3"), lineOf(npm, "ms", "2.1.2"), lineOf(npm, "@types/ms", "2.1.3")]).toEqual([
    10, 7, 4,
  ]);
});

test("formats of one line a package work too, and a name that is part of another does not count", () => {
  const sum = "github.com/a/b-c v1.0.0 h1:x\ngithub.com/a/b v1.0.0 h1:y\nflask-login==1.0\nflask==1.0\n";
  expect([lineOf(sum, "github.com/a/b", "1.0.0"), lineOf(sum, "flask", "1.0")]).toEqual([2, 4]);
});

test("without the version the first line with the name counts; without the name there is none", () => {
  expect([lineOf("x\nlodash\n", "lodash", "9.9.9"), lineOf("x", "lodash", "1")]).toEqual([2, null]);
});

test("a name that fills the whole file ends in time", () => {
  expect(lineOf("a ".repeat(500_000), "a", "1.0")).toBe(1);
});
