import { expect, test } from "vitest";
import { FILE_EXTRACTORS } from "./files.ts";
import { extractFrom } from "./file-fixtures.ts";

const SHA512 = `sha512-${"A".repeat(86)}==`;

/** A whole file of each reader, and texts up to which it may be cut, such that the cut can be told. */
const CASES: readonly (readonly [reader: string, file: string, whole: string, ends: readonly string[]])[] = [
  [
    "yarn-lock",
    "yarn.lock",
    `# yarn lockfile v1\n\n\na@^1:\n  version "1.0.0"\n  resolved "https://r/a.tgz#1"\n  integrity ${SHA512}\n\nb@^2:\n  version "2.0.0"\n  resolved "https://r/b.tgz#2"\n  integrity ${SHA512}\n  dependencies:\n    a "^1"\n`,
    ["b@^2:", '  version "2.', '  resolved "https://r/b', "sha512-AAAA", '    a "^', "  resol"],
  ],
  [
    "yarn-lock",
    "yarn.lock",
    '__metadata:\n  version: 8\n\n"a@npm:^1":\n  version: 1.0.0\n  resolution: "a@npm:1.0.0"\n  checksum: 10/abc\n  languageName: node\n  linkType: hard\n\n"b@npm:^1":\n  version: 1.2.0\n  resolution: "b@npm:1.2.0"\n  languageName: node\n  linkType: hard\n',
    ['"b@npm', "  version: 1.2", '  resolution: "b@npm:1', 'b@npm:1.2.0"\n  languageName'],
  ],
  [
    "requirements",
    "requirements.txt",
    `a==1.0.0 \\\n    --hash=sha256:${"a".repeat(64)}\nb==2.0.0 \\\n    --hash=sha256:${"b".repeat(64)}\n`,
    ["b==", "b==2.", "b==2.0.0 \\", "--hash=sha256:bbbb", "b==2.0.0 \\\n    --ha"],
  ],
  [
    "gemfile-lock",
    "Gemfile.lock",
    "GEM\n  remote: https://rubygems.org/\n  specs:\n    a (1.0)\n      b\n    b (2.0)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  a\n",
    ["a (1.0)\n", "    b (2", "PLATFORMS\n"],
  ],
  [
    "gradle-lock",
    "gradle.lockfile",
    "# This is a Gradle generated file for dependency locking.\na:b:1.0=runtimeClasspath\nc:d:2.0=runtimeClasspath\nempty=\n",
    ["c:d:2", "c:d:2.0=runtime", "c:d"],
  ],
  [
    "podfile-lock",
    "Podfile.lock",
    "PODS:\n  - A (1.0)\n  - B (2.0)\n\nDEPENDENCIES:\n  - A\n\nCOCOAPODS: 1.12.1\n",
    ["  - B (2", "A (1.0)\n", "DEPENDENCIES:\n"],
  ],
  [
    "pnpm-lock",
    "pnpm-lock.yaml",
    "lockfileVersion: '9.0'\n\npackages:\n\n  a@1.0.0:\n    resolution: {integrity: x}\n\nsnapshots:\n\n  a@1.0.0: {}\n",
    ["resolution: {integrity: x}\n"],
  ],
  [
    "pnpm-lock",
    "pnpm-lock.yaml",
    "lockfileVersion: '6.0'\n\npackages:\n\n  /a@1.0.0:\n    resolution: {integrity: x}\n    dev: false\n\n  /b@1.0.0:\n    resolution: {integrity: x}\n    dev: false\n",
    ["  /b@1.0.0:\n"],
  ],
  [
    "pubspec-lock",
    "pubspec.lock",
    'packages:\n  a:\n    dependency: transitive\n    source: hosted\n    version: "1.0.0"\n  b:\n    dependency: transitive\n    source: hosted\n    version: "1.0.0"\nsdks:\n  dart: ">=3"\n',
    ["  b:\n    dependency: transitive\n", "  b:\n    dependency: transitive\n    source: hosted\n"],
  ],
  [
    "paket-lock",
    "paket.lock",
    "NUGET\n  remote: https://api.nuget.org/v3/index.json\n    A (1.0)\n      B (>= 2.0)\n    B (2.0)\n",
    ["    B (2.", "      B (>= 2"],
  ],
  [
    "cabal-freeze",
    "cabal.project.freeze",
    "constraints: any.a ==1.0,\n             any.b ==2.0\nindex-state: x\n",
    ["any.a ==1.0,\n", "any.b ==", "             any.b"],
  ],
];

test.each(CASES)("%s: %s that is cut off says so, the whole one does not", async (reader, name, whole, ends) => {
  const { extract } = await FILE_EXTRACTORS.find(({ id }) => id === reader)!.load();
  expect((await extractFrom(extract, { [name]: whole })).problems).toEqual([]);
  for (const end of ends) {
    const at = whole.lastIndexOf(end);
    expect(at, end).toBeGreaterThan(0);
    const said = await extractFrom(extract, { [name]: whole.slice(0, at + end.length) }).then(
      ({ problems }) => problems.join("; "),
      (error: Error) => error.message,
    );
    expect(said, JSON.stringify(end)).not.toBe("");
  }
});

test("a file that people wrote needs no end of its last line", async () => {
  const { extract } = await FILE_EXTRACTORS.find(({ id }) => id === "requirements")!.load();
  for (const text of ["a==1.0", "a", "a>=1,<2", "-r", "# a==", `a==1 --hash=sha256:${"a".repeat(64)}`, "a==1.*"]) {
    const { problems } = await extractFrom(extract, { "requirements.txt": text });
    expect(
      problems.filter((one) => one.includes("cut off")),
      text,
    ).toEqual([]);
  }
});
