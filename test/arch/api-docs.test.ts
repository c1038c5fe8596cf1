import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { apiPages, notRecorded, readRecorded } from "../support/api-docs/pages.ts";

const FOLDER = new URL("../../docs/reference/api/", import.meta.url);

test("each route has an entry in the reference of the API: npm run docs:api", () => {
  expect(notRecorded(readRecorded())).toEqual([]);
});

test("the reference of the API says what the contract says: npm run docs:api", () => {
  const pages = apiPages(readRecorded());
  expect(existsSync(FOLDER) ? readdirSync(FOLDER).toSorted() : []).toEqual([...pages.keys()].toSorted());
  const stale = [...pages].filter(([name, text]) => readFileSync(new URL(name, FOLDER), "utf8") !== text);
  expect(stale.map(([name]) => name)).toEqual([]);
});
