import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const LOCK = `GIT
  remote: https://github.com/hanami/utils.git
  revision: 5904fc9a70683b8749aa2861257d0c8c01eae4aa
  specs:
    hanami-utils (2.0.0.alpha1)
      transproc (~> 1.0)

PATH
  remote: .
  specs:
    mine (0.1.0)
      rack

GEM
  remote: https://rubygems.org/
  specs:
    nokogiri (1.13.3-x86_64-linux)
      racc (~> 1.4)
    nokogiri (1.13.3-arm64-darwin)
      racc (~> 1.4)
    racc (1.6.0)
    transproc (1.1.1)

PLATFORMS
  x86_64-linux

DEPENDENCIES
  hanami-utils!
  mine!
  nokogiri (~> 1.13)

BUNDLED WITH
   2.2.28
`;

test("Gemfile.lock gives gems without their platform, with graph and line; gems of folders are left out", async () => {
  const found = await extractFrom(extract, { "Gemfile.lock": LOCK });
  expect(namesOf(found)).toEqual(["hanami-utils@2.0.0.alpha1", "nokogiri@1.13.3", "racc@1.6.0", "transproc@1.1.1"]);
  expect(found.packages.map(({ isDirect, via, line }) => [isDirect, via, line])).toEqual([
    [true, [], 5],
    [true, [], 17],
    [false, [1], 21],
    [false, [0], 22],
  ]);
});

test("a gem without a version is told and the rest is read; with nothing to read the file is refused", async () => {
  const lock = "GEM\n  specs:\n    bad\n    ast (2.4.2)\n\nDEPENDENCIES\n";
  expect(await extractFrom(extract, { "Gemfile.lock": lock })).toMatchObject({
    problems: ["line 3: bad has no version"],
  });
  const bad = extractFrom(extract, { "Gemfile.lock": "GEM\n  specs:\n    bad\n" });
  await expect(bad).rejects.toMatchObject({ code: "UNREADABLE" });
});

test("text that is no Gemfile.lock is refused and never an empty list; one without gems is empty", async () => {
  await expect(extractFrom(extract, { "Gemfile.lock": "ÿþ nothing\n" })).rejects.toMatchObject({ code: "UNREADABLE" });
  const none = "PLATFORMS\r\n  ruby\r\n\r\nDEPENDENCIES\r\n";
  expect(await extractFrom(extract, { "Gemfile.lock": none })).toMatchObject({ packages: [], problems: [] });
});
