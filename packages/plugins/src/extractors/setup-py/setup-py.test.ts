import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

test("exact pins written as texts are told, what the program computes is not", async () => {
  const text = `from setuptools import setup
setup(
    install_requires=[
        'a==1.0',  # 'z==9'
        " B_b == 0.1.1", 'c>=1',
        '%s==6.5.1', 'd=={}'.format(var), f"e=={v}",
        'f[x]==2.0; python_version<"3.6"',
    ],
    other=['g==1'],
    tests_require=("pytest==8.0",),
)
`;
  const found = await extractFrom(extract, { "setup.py": text });
  expect(namesOf(found)).toEqual(["a@1.0", "b-b@0.1.1", "f@2.0", "pytest@8.0"]);
  expect(found.packages.map((p) => [p.line, p.isDev])).toEqual([
    [4, false],
    [5, false],
    [7, false],
    [10, true],
  ]);
});

test("a setup.py without lists, or cut off within one, gives what is there", async () => {
  expect((await extractFrom(extract, { "setup.py": "setup()" })).packages).toEqual([]);
  expect(namesOf(await extractFrom(extract, { "setup.py": "install_requires=['a==1', 'b==" }))).toEqual(["a@1"]);
});
