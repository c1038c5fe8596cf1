import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CATALOGS, textsOfWeb } from "../support/texts/read.ts";

const { texts, stray } = textsOfWeb();
const catalog = (file: string): Record<string, string> =>
  JSON.parse(readFileSync(join(CATALOGS, file), "utf8")) as Record<string, string>;
const places = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

test("no text of the dashboard goes round the catalog", () => {
  expect(stray).toEqual([]);
});

test.each(readdirSync(CATALOGS))(
  "%s says every text of the dashboard and no other, with the same places for values",
  (file) => {
    const said = catalog(file);
    expect(Object.keys(said).filter((text) => !texts.has(text))).toEqual([]);
    expect([...texts].filter((text) => !Object.hasOwn(said, text))).toEqual([]);
    expect(Object.entries(said).filter(([text, own]) => places(text).join() !== places(own).join())).toEqual([]);
  },
);
