import { AppError } from "@zerotrace/core";
import { expect, test } from "vitest";
import { filesOf, request } from "./fixtures.ts";
import { FIXERS } from "./index.ts";

/** One small project for each package manager; the first file is the place. */
const PROJECTS: Readonly<Record<string, readonly [ecosystem: string, files: Readonly<Record<string, string>>]>> = {
  bundler: [
    "RubyGems",
    {
      "Gemfile.lock": "GEM\n  specs:\n    b (1.0)\n      a (~> 1.0)\n\nDEPENDENCIES\n  a (~> 1.0)\n",
      Gemfile: 'gem "a", "~> 1.0"\n',
    },
  ],
  cargo: [
    "crates.io",
    {
      "Cargo.lock": "version = 3\n",
      "Cargo.toml": '[workspace]\nmembers = ["b/*"]\n[dependencies]\na = { version = "1.0" }\n',
    },
  ],
  composer: [
    "Packagist",
    {
      "composer.lock": '{"packages":[{"name":"x/b","require":{"a":"^1"}}]}',
      "composer.json": '{"require":{"a":"^1"}}',
    },
  ],
  go: ["Go", { "go.mod": "module m\n\ngo 1.21\n\nrequire a v1.0.0\nreplace a => a v1.0.0\n" }],
  gradle: [
    "Maven",
    { "libs.versions.toml": '[versions]\nv = "1.0"\n[libraries]\nx = { module = "a", version.ref = "v" }\n' },
  ],
  maven: [
    "Maven",
    {
      "pom.xml":
        "<project><parent><relativePath>../p</relativePath></parent><properties><v>1.0</v></properties><dependencies><dependency><groupId>a</groupId><artifactId>a</artifactId><version>${v}</version></dependency></dependencies></project>",
    },
  ],
  npm: [
    "npm",
    {
      "package-lock.json":
        '{"lockfileVersion":3,"packages":{"":{"dependencies":{"a":"^1"}},"node_modules/a":{"version":"1.0"},"node_modules/b":{"dependencies":{"a":"~1.0"}}}}',
      "package.json": "{}",
    },
  ],
  nuget: ["NuGet", { "packages.lock.json": "{}", "a.csproj": "" }],
  pip: ["PyPI", { "requirements.txt": "-r b.txt\na==1.0 \\\n  --hash=sha256:x\n", "b.txt": "-r requirements.txt\n" }],
  pipenv: ["PyPI", { "Pipfile.lock": "{}", Pipfile: '[packages]\na = {version = "==1.0"}\n' }],
  pnpm: [
    "npm",
    {
      "pnpm-lock.yaml":
        "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a:\n        specifier: ^1.0\n        version: 1.0\n",
      "package.json": "{}",
    },
  ],
  poetry: [
    "PyPI",
    {
      "poetry.lock": '[[package]]\nname = "b"\nversion = "1"\n[package.dependencies]\na = ">=1"\n',
      "pyproject.toml": '[project]\ndependencies = ["a>=1"]\n',
    },
  ],
  system: ["Debian:12", { status: "" }],
  uv: ["PyPI", { "uv.lock": "", "pyproject.toml": '[project]\ndependencies = ["a>=1"]\n' }],
  yarn: [
    "npm",
    {
      "yarn.lock": 'a@^1:\n  version "1.0"\n\nb@^1:\n  version "1"\n  dependencies:\n    a "^1"\n',
      "package.json": "{}",
    },
  ],
};

let seed = 1;
const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
const PIECES = [
  "",
  " ",
  "\n",
  '"',
  "{",
  "}",
  "[",
  "]",
  "<",
  ">",
  "\\",
  "==",
  "a",
  "__proto__",
  "\u0000",
  "../",
  "-",
  "${v}",
  "\ud800",
  ": ",
];

const mutated = (text: string): string => {
  let made = text;
  for (let count = random(4); count >= 0; count--) {
    const at = random(made.length + 1);
    made = made.slice(0, at) + PIECES[random(PIECES.length)]!.repeat(1 + random(3)) + made.slice(at + random(6));
  }
  return made;
};

const planOf = async (id: string, files: Readonly<Record<string, string>>): Promise<void> => {
  const { plan } = await FIXERS.find((fixer) => fixer.id === id)!.load();
  const [ecosystem] = PROJECTS[id]!;
  const name = ecosystem === "Maven" ? "a:a" : "a";
  try {
    const way = await plan(
      { ...request(Object.keys(files)[0]!, `${ecosystem} ${name} 1.0 -> 2.0`), isDirect: true },
      filesOf(files),
    );
    for (const { path, change } of way.edits) change(files[path] ?? "");
  } catch (error) {
    if (!(error instanceof AppError && error.code === "UNREADABLE"))
      throw new Error(`${id}: ${JSON.stringify(files)}`, { cause: error });
  }
};

test("every package manager has a hostile project", () => {
  expect(Object.keys(PROJECTS)).toEqual(FIXERS.map(({ id }) => id));
});

test("broken files are refused by name or planned without; nothing else is thrown", async () => {
  for (const [id, [, files]] of Object.entries(PROJECTS)) {
    for (let round = 0; round < 150; round++) {
      const broken = Object.entries(files).map(
        ([path, text]) => [path, random(3) === 0 ? text : mutated(text)] as const,
      );
      await planOf(id, Object.fromEntries(broken));
    }
  }
});

test("long files of the same piece over and over are planned in time that grows with them", async () => {
  const startMs = performance.now();
  for (const [id, [, files]] of Object.entries(PROJECTS)) {
    for (const [path, text] of Object.entries(files)) {
      const lines = text.split("\n");
      const pieces = [
        ...lines,
        `${lines[1] ?? ""}\n`,
        "<dependency></dependency>",
        "<parent>",
        "a==1 \\\n",
        " ",
        "# ",
        '"a", ',
        "[[",
        "\\",
      ];
      for (const piece of pieces.filter((one) => one !== "")) {
        await planOf(id, { ...files, [path]: piece.repeat(Math.ceil(20_000 / piece.length)) });
        await planOf(id, { ...files, [path]: text + piece.repeat(Math.ceil(20_000 / piece.length)) });
      }
    }
  }
  expect(performance.now() - startMs).toBeLessThan(15_000);
});
