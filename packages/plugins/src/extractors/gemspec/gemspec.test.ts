import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const PATH = "usr/lib/ruby/gems/3.1.0/specifications/rss-0.2.9.gemspec";

test("an installed gem has its name, version, license and line", async () => {
  const spec = `# stub: rss 0.2.9 ruby lib
Gem::Specification.new do |s|
  s.name = "rss".freeze
  s.version = "0.2.9"
  s.required_rubygems_version = Gem::Requirement.new(">= 0".freeze)
  s.licenses = ["BSD-2-Clause".freeze, "Ruby".freeze]
end
`;
  expect((await extractFrom(extract, { [PATH]: spec })).packages).toEqual([
    { component: { ecosystem: "RubyGems", name: "rss", version: "0.2.9" }, license: "BSD-2-Clause OR Ruby", line: 4 },
  ]);
});

test("a constant of the same file is the version, anything computed is not guessed", async () => {
  const spec = (version: string): string =>
    `VERSION = '3.0.0'\nGem::Specification.new do |spec|\n  spec.name = 'x'\n  spec.version = ${version}\nend\n`;
  expect(namesOf(await extractFrom(extract, { [PATH]: spec("VERSION") }))).toEqual(["x@3.0.0"]);
  expect(namesOf(await extractFrom(extract, { [PATH]: spec("File.read('v')") }))).toEqual(["x@"]);
});

test("a file that specifies no gem is refused by name", async () => {
  await expect(extractFrom(extract, { [PATH]: "puts 1" })).rejects.toMatchObject({ code: "UNREADABLE" });
});
