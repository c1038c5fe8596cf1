import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const MODULES = `# github.com/BurntSushi/toml v1.2.1
## explicit; go 1.21
github.com/BurntSushi/toml
github.com/BurntSushi/toml/internal
# golang.org/x/net v0.5.6 => example.com/fork/net v1.4.5
## implicit; go 1.21
example.com/fork/net/http2
# example.com/local v1.0.0 => ./local
## explicit
example.com/local
# github.com/example/unused v1.2.3
## explicit; go 1.20
# too many words here
`;

test("modules.txt gives the modules whose packages are there, after replacement; folders are left out", async () => {
  const found = await extractFrom(extract, { "vendor/modules.txt": MODULES });
  expect(namesOf(found)).toEqual(["example.com/fork/net@1.4.5", "github.com/BurntSushi/toml@1.2.1"]);
  expect(found.packages.map(({ isDirect, line }) => [isDirect, line])).toEqual([
    [false, 5],
    [true, 1],
  ]);
  expect(found.problems).toEqual(["line 13 names no module"]);
});

test("another modules.txt has no modules", async () => {
  expect((await extractFrom(extract, { "vendor/modules.txt": "one\ntwo\n" })).packages).toEqual([]);
});
