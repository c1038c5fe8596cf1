import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { FILE_EXTRACTORS } from "../files.ts";
import { extract } from "./index.ts";

const of = (text: string | Uint8Array, more: Record<string, string> = {}) =>
  extractFrom(extract, { "requirements.txt": text, ...more });

test("only exact pins are versions; extras, markers, hashes, comments and continued lines are read over", async () => {
  const text = `# comment
Flask[async,dotenv] == 2.0.0 ; python_version < "3.9"  # why
a==1.0 \\
    --hash=sha256:123 \\
    --hash=sha256:456
b>=1,<2
c==1.*
d===1.0+local
e (==1.5)
f~=1.1
--index-url https://example.com/simple
g==1.0 --config-settings=x
h==\${VERSION}
i @ https://example.com/i-1.2-py3-none-any.whl
`;
  const found = await of(text);
  const names = ["a@1.0", "b@", "c@", "d@1.0+local", "e@1.5", "f@", "flask@2.0.0", "g@1.0", "h@", "i@1.2"];
  expect(namesOf(found)).toEqual(names);
  expect(found.packages.map((p) => p.line)).toEqual([3, 6, 7, 8, 9, 10, 2, 12, 13, 14]);
  expect(found.packages[0]).not.toHaveProperty("isDirect");
});

test("files that it takes in are read with it, once, and constraints fix versions", async () => {
  const found = await of("-r base/base.txt\n--constraint=limits.txt\nb\n-r gone.txt\n-r ../out.txt\n", {
    "base/base.txt": "a==1.0\n-r ../requirements.txt\n-r other.txt\n",
    "base/other.txt": "-r base.txt\nc==3\n",
    "limits.txt": "b==2.0\nunused==1\n",
  });
  expect(namesOf(found)).toEqual(["a@1.0", "b@2.0", "c@3"]);
  expect(found.packages.map((p) => p.line)).toEqual([1, 3, 1]);
  expect(found.problems).toHaveLength(2);
});

test("what pip-compile notes tells direct ones and the graph", async () => {
  const text = `a==1.0
    # via -r requirements.in
b==2.0
    # via
    #   a
    #   c
c==3.0  # via app (pyproject.toml)

# another comment
`;
  const { packages } = await of(text);
  expect(packages.map((p) => [p.isDirect, p.dependsOn])).toEqual([
    [true, [1]],
    [false, []],
    [true, [1]],
  ]);
});

test("addresses count by their egg name, folders not at all", async () => {
  const found = await of(
    "-e git+https://x/y.git@v1#egg=Some_Name[x]\n-e .\n./local.whl\nhttps://x/y.zip\ngit+https://x/z#egg=z\n",
  );
  expect(namesOf(found)).toEqual(["some-name@", "z@"]);
});

test("UTF-16 is read, a line that is none is told, other bytes are refused by name", async () => {
  expect(namesOf(await of(Buffer.from("\ufeffa==1.0\r\nb==2", "utf16le")))).toEqual(["a@1.0", "b@2"]);
  expect((await of("a==1\nno such thing\n")).problems).toEqual(["line 2: no such thing is no requirement"]);
  await expect(of(new Uint8Array([1, 0, 2]))).rejects.toThrow(/requirements\.txt/);
});

test("requirements files are chosen by their usual names", () => {
  const { match } = FILE_EXTRACTORS.find(({ id }) => id === "requirements")!.files;
  for (const path of ["requirements.txt", "a/dev-requirements.txt", "requirements-test.txt", "requirements/base.txt"]) {
    expect(match!.test(path)).toBe(true);
  }
  for (const path of ["a/readme.txt", "requirements/docs/a/x.txt", "requirements.in"])
    expect(match!.test(path)).toBe(false);
});
