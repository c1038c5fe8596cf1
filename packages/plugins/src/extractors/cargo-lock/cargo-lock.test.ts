import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const REGISTRY = 'source = "registry+https://github.com/rust-lang/crates.io-index"';
const LOCK = `version = 3

[[package]]
name = "app"
version = "0.1.0"
dependencies = ["rand", "syn 2.0.0"]

[[package]]
name = "rand"
version = "0.8.5"
${REGISTRY}
dependencies = [
 "syn 1.0.73 (registry+https://github.com/rust-lang/crates.io-index)",
]

[[package]]
name = "syn"
version = "1.0.73"
${REGISTRY}

[[package]]
name = "syn"
version = "2.0.0"
source = "git+https://github.com/dtolnay/syn#061a9ab4cfabf2a403dbeab4bbcb8ff97d344dff"
`;

test("Cargo.lock gives crates of registries and git with graph and line; the project itself is left out", async () => {
  const found = await extractFrom(extract, { "Cargo.lock": LOCK });
  expect(namesOf(found)).toEqual(["rand@0.8.5", "syn@1.0.73", "syn@2.0.0"]);
  expect(found.packages.map(({ isDirect, via, line }) => [isDirect, via, line])).toEqual([
    [true, [], 8],
    [false, [0], 16],
    [true, [], 21],
  ]);
});

test("version 1, with its root and metadata, is read alike", async () => {
  const lock = `[root]\nname = "app"\nversion = "1.0.0"\ndependencies = ["a 1.0.0 (registry+x)"]\n
[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "registry+x"\n[metadata]\n"checksum a 1.0.0 (registry+x)" = "00"\n`;
  const found = await extractFrom(extract, { "Cargo.lock": lock });
  expect(namesOf(found)).toEqual(["a@1.0.0"]);
  expect(found.packages[0]?.isDirect).toBe(true);
});

test("a text that is no TOML is refused by name, and an entry without a name is told", async () => {
  await expect(extractFrom(extract, { "Cargo.lock": "this is not toml" })).rejects.toMatchObject({
    code: "UNREADABLE",
  });
  const lock = `${LOCK}\n[[package]]\nversion = "1"\nsource = "registry+x"\n`;
  expect((await extractFrom(extract, { "Cargo.lock": lock })).problems).toHaveLength(1);
});
