import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const MOD = `module example.com/app // the project

go 1.22
toolchain go1.22.3

require (
	github.com/BurntSushi/toml v1.0.0
	"gopkg.in/yaml.v2" v2.4.0 // indirect; for the tests
)
require golang.org/x/net v1.2.3
replace golang.org/x/net v1.2.3 => example.com/fork/net v1.4.5
`;

test("go.mod gives its modules after replacement, without the v, with line and directness, and the toolchain's stdlib", async () => {
  const found = await extractFrom(extract, { "go.mod": MOD });
  expect(namesOf(found)).toEqual([
    "example.com/fork/net@1.4.5",
    "github.com/BurntSushi/toml@1.0.0",
    "gopkg.in/yaml.v2@2.4.0",
    "stdlib@1.22.3",
  ]);
  expect(found.packages.map(({ isDirect, line }) => [isDirect, line])).toEqual([
    [true, 10],
    [true, 7],
    [false, 8],
    [true, 4],
  ]);
});

test("a module replaced by a folder is left out, and one whose version is excluded has none", async () => {
  const mod = "module m\ngo 1.20\nrequire a.com/a v1.0.0\nrequire b.com/b v1.0.0\n";
  const found = await extractFrom(extract, { "go.mod": `${mod}replace a.com/a => ../a\nexclude b.com/b v1.0.0\n` });
  expect(namesOf(found)).toEqual(["b.com/b@", "stdlib@1.20"]);
});

test("go.sum completes a go.mod older than 1.17 with the highest version of each, and no newer one", async () => {
  const sum = [
    "a.com/a v1.0.0 h1:x=",
    "c.com/c v1.9.0 h1:x=",
    "c.com/c v1.10.0 h1:x=",
    "c.com/c v1.11.0/go.mod h1:x=",
  ].join("\n");
  const files = (go: string) => ({ "go.mod": `module m\ngo ${go}\nrequire a.com/a v1.0.0\n`, "go.sum": sum });
  expect(namesOf(await extractFrom(extract, files("1.16")))).toEqual([
    "a.com/a@1.0.0",
    "c.com/c@1.10.0",
    "stdlib@1.16",
  ]);
  expect(namesOf(await extractFrom(extract, files("1.17")))).toEqual(["a.com/a@1.0.0", "stdlib@1.17"]);
});

test("a text that is no go.mod is refused, an empty one is not, and a strange line is told", async () => {
  await expect(extractFrom(extract, { "go.mod": "this is not a go.mod file!" })).rejects.toMatchObject({
    code: "UNREADABLE",
  });
  expect(namesOf(await extractFrom(extract, { "go.mod": "" }))).toEqual([]);
  const found = await extractFrom(extract, { "go.mod": "module m\nfuture thing\nrequire a.com/a v1.0.0\n" });
  expect(found.problems).toEqual(["line 2 is not understood: future"]);
  const cut = await extractFrom(extract, { "go.mod": "module m\nrequire (\n\ta.com/a v1.0.0\n" });
  expect([namesOf(cut), cut.problems]).toEqual([["a.com/a@1.0.0"], [expect.stringContaining("cut off")]]);
});

test("a go.sum that ends in the middle of a line is cut off", async () => {
  const mod = "module m\ngo 1.16\n";
  const sum = "a.com/a v1.0.0 h1:eA==\nb.com/b v1.0.0 h1:eA==";
  for (const [text, count] of [
    [sum, 0],
    [`${sum}\n`, 0],
    [sum.slice(0, -3), 1],
    [sum.slice(0, -8), 2],
  ] as const) {
    expect((await extractFrom(extract, { "go.mod": mod, "go.sum": text })).problems).toHaveLength(count);
  }
});

test("release candidates of the toolchain are named as OSV names them", async () => {
  expect(namesOf(await extractFrom(extract, { "go.mod": "module m\ngo 1.23rc2\n" }))).toEqual(["stdlib@1.23.0-rc.2"]);
});
