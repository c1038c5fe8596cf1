import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const V5 = {
  version: "5",
  specifiers: { "jsr:@std/path@^1": "1.0.8", "npm:chalk@5": "5.3.0", "npm:react-dom@18": "18.2.0_react@18.2.0" },
  jsr: { "@std/path@1.0.8": { integrity: "x", dependencies: ["jsr:@std/internal"] }, "@std/internal@1.0.5": {} },
  npm: {
    "chalk@5.3.0": {},
    "react-dom@18.2.0_react@18.2.0": { dependencies: ["react"] },
    "react@18.2.0": {},
  },
  remote: {
    "https://deno.land/x/oak@v12.0.0/mod.ts": "x",
    "https://deno.land/std@0.200.0/a.ts": "x",
    "https://esm.sh/v135/@s/a@1.2.3/es2022/a.mjs": "x",
    "https://example.com/a.ts": "x",
  },
  workspace: { dependencies: ["jsr:@std/path@^1", "npm:react-dom@18"], packageJson: { dependencies: ["npm:chalk@5"] } },
};

test("version 5: npm and JSR packages with graph and direct ones, and modules from known addresses", async () => {
  const found = await extractFrom(extract, { "deno.lock": JSON.stringify(V5) });
  expect(found.packages.map(({ component: c, isDirect }) => [c.ecosystem, `${c.name}@${c.version}`, isDirect])).toEqual(
    [
      ["Deno", "oak@12.0.0", undefined],
      ["Deno", "std@0.200.0", undefined],
      ["JSR", "@std/internal@1.0.5", false],
      ["JSR", "@std/path@1.0.8", true],
      ["npm", "@s/a@1.2.3", undefined],
      ["npm", "chalk@5.3.0", true],
      ["npm", "react@18.2.0", false],
      ["npm", "react-dom@18.2.0", true],
    ],
  );
  expect(found.packages[2]?.via).toEqual([3]);
  expect(found.packages[6]?.via).toEqual([7]);
});

test("versions 2 and 3 are read where they keep their parts", async () => {
  const npm = { "a@1.0.0": { dependencies: { b: "b@2.0.0" } }, "b@2.0.0": { dependencies: {} } };
  const v2 = { version: "2", remote: {}, npm: { specifiers: { "a@1": "a@1.0.0" }, packages: npm } };
  const v3 = {
    version: "3",
    packages: { specifiers: { "npm:a@1": "npm:a@1.0.0" }, npm },
    workspace: { dependencies: ["npm:a@1"] },
  };
  for (const lock of [v2, v3]) {
    const found = await extractFrom(extract, { "deno.lock": JSON.stringify(lock) });
    expect(namesOf(found)).toEqual(["a@1.0.0", "b@2.0.0"]);
    expect(found.packages[0]?.dependsOn).toEqual([1]);
  }
  const found = await extractFrom(extract, { "deno.lock": JSON.stringify(v3) });
  expect(found.packages.map((p) => p.isDirect)).toEqual([true, false]);
});

test("a deno.json gives exact versions, ranges without one, and nothing beside a deno.lock", async () => {
  const manifest = `{ // imports
    "imports": { "a": "npm:a@1.2.3/sub", "b": "jsr:@std/b@^1", "c": "./c.ts", "d": "https://deno.land/x/d@1.0.0/mod.ts", } }`;
  const found = await extractFrom(extract, { "deno.jsonc": manifest });
  expect(namesOf(found)).toEqual(["d@1.0.0", "@std/b@", "a@1.2.3"]);
  expect((await extractFrom(extract, { "deno.jsonc": manifest, "deno.lock": "{}" })).packages).toEqual([]);
  await expect(extractFrom(extract, { "a/deno.lock": "[]" })).rejects.toThrow(/a\/deno\.lock/);
});
