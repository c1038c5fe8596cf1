import { normalizeName } from "@zerotrace/core";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { answerOf, type Case, jsonAt, LOCKFILES, read, readerOf, SCALIBR, sorted, TRIVY } from "./corpus-fixtures.ts";
import { extractFrom, namesOf } from "./file-fixtures.ts";

/** osv-scalibr's extractors and ours. */
const OURS: Readonly<Record<string, string>> = {
  "javascript/bunlock": "bun-lock",
  "javascript/denojson": "deno",
  "javascript/packagelockjson": "npm-lock",
  "javascript/pnpmlock": "pnpm-lock",
  "javascript/vsix": "vsix",
  "javascript/yarnlock": "yarn-lock",
  "python/condameta": "conda",
  "python/pdmlock": "pdm-lock",
  "python/pipfilelock": "pipfile-lock",
  "python/poetrylock": "poetry-lock",
  "python/pylock": "pylock",
  "python/pyprojecttoml": "pyproject",
  "python/requirements": "requirements",
  "python/setup": "setup-py",
  "python/uvlock": "uv-lock",
  "python/wheelegg": "wheel-egg",
};

const LINK = "a link or workspace is the project's own folder, not a package of the registry";
const RANGE = "a range is no version: its lower bound is not what is installed";

/** Cases whose answer differs, by file, with the reason. */
const DIFFERENT: Readonly<Record<string, string>> = {
  "javascript/denojson/deno.json": `${RANGE}; packages of JSR keep their scope`,
  "javascript/packagelockjson/files.v2.json": LINK,
  "javascript/yarnlock/exclude-root.v2.lock": LINK,
  "javascript/yarnlock/files.v1.lock": LINK,
  "python/pipfilelock/no-version.json": "a git dependency is there, its version unknown",
  "python/pyprojecttoml/env_markers.toml": RANGE,
  "python/pyprojecttoml/extras_syntax.toml": RANGE,
  "python/pyprojecttoml/optional_deps.toml": RANGE,
  "python/pyprojecttoml/simple_deps.toml": RANGE,
  "python/requirements/env_var.txt": "a version from the environment is unknown, the package is not",
  "python/requirements/example.txt": `${RANGE}; a package by its address is there, its version unknown`,
  "python/requirements/per_req_options.txt": "what pip refuses has no version",
  "python/requirements/with_versions.txt": RANGE,
  "python/setup/template": RANGE,
  "python/setup/valid": RANGE,
  "python/setup/valid_2": RANGE,
  "python/setup/valid_3": RANGE,
  "python/uvlock/grouped-packages.lock": "the expectation was lifted in part: the lockfile holds all of these",
};

const expectedOf = (one: Case): string => {
  if (one.expect_error && one.packages.length === 0) return "refused";
  const ecosystem = one.extractor.includes("/python/") ? "PyPI" : "npm";
  return sorted(one.packages.map(([name, version]) => `${normalizeName(ecosystem, name)}@${version}`));
};

test("what osv-scalibr's own fixtures hold is found; each differing case has its reason", async () => {
  const wrong: string[] = [];
  const differing = new Set<string>();
  for (const one of jsonAt<Case[]>(join(SCALIBR, "expected-auto-extracted.json"), [])) {
    const id = OURS[one.extractor.replace("language/", "")];
    if (id === undefined) continue;
    const answer = await answerOf(id, one.file);
    if (answer === expectedOf(one)) continue;
    const key = one.file.replace("language/", "").replace("testdata/", "");
    differing.add(key);
    if (DIFFERENT[key] === undefined) wrong.push(`${key}\n  is:     ${answer}\n  wanted: ${expectedOf(one)}`);
  }
  expect(wrong.join("\n")).toBe("");
  if (existsSync(SCALIBR)) expect([...differing].sort()).toEqual(Object.keys(DIFFERENT).sort());
});

/** Trivy's names of the formats and our readers. */
const TRIVY_TYPES: Readonly<Record<string, string>> = {
  bun: "bun-lock",
  npm: "npm-lock",
  pip: "requirements",
  pipenv: "pipfile-lock",
  pnpm: "pnpm-lock",
  poetry: "poetry-lock",
  pylock: "pylock",
  uv: "uv-lock",
  yarn: "yarn-lock",
};

/** Packages that Trivy lists and we do not, or the other way round, with the reason. */
const TRIVY_DIFFERENT: Readonly<Record<string, string>> = {
  "pip.json.golden": "what is asked for without a version is shown as unknown, not left out",
  "uv.json.golden": "the project itself is no package",
  "yarn.json.golden": "the project itself is no package",
};

interface Golden {
  readonly golden: string;
  readonly input: string | null;
  readonly results: readonly {
    readonly target: string;
    readonly type: string;
    readonly packages: readonly (readonly [name: string, version: string])[];
  }[];
}

test("Trivy's goldens list what is found in their input", async () => {
  const wrong: string[] = [];
  for (const { golden, input, results } of jsonAt<{ expected: Golden[] }>(join(TRIVY, "cases.json"), { expected: [] })
    .expected) {
    for (const { target, type, packages } of results) {
      const id = TRIVY_TYPES[type];
      if (id === undefined || input === null || packages.length === 0) continue;
      const found = (await read(id, join(TRIVY, input), target)).packages;
      const kept = golden.includes("with-dev") ? found : found.filter(({ isDev }) => isDev !== true);
      const ours = sorted(kept.map(({ component: c }) => `${c.name}@${c.version}`));
      const ecosystem = ["npm", "yarn", "pnpm", "bun"].includes(type) ? "npm" : "PyPI";
      const theirs = sorted(packages.map(([name, version]) => `${normalizeName(ecosystem, name)}@${version}`));
      if (ours !== theirs && TRIVY_DIFFERENT[golden] === undefined)
        wrong.push(`${golden}\n  is:     ${ours}\n  wanted: ${theirs}`);
    }
  }
  expect(wrong.join("\n")).toBe("");
});

/** File names of real projects' lockfiles and our readers. */
const KINDS: Readonly<Record<string, string>> = {
  ".package-lock.json": "npm-lock",
  "Pipfile.lock": "pipfile-lock",
  "bun.lock": "bun-lock",
  "package-lock.json": "npm-lock",
  "pnpm-lock.yaml": "pnpm-lock",
  "poetry.lock": "poetry-lock",
  "pylock.toml": "pylock",
  "requirements.txt": "requirements",
  "uv.lock": "uv-lock",
  "yarn.lock": "yarn-lock",
};

test("lockfiles of real projects are read without a problem and are not empty", async () => {
  const wrong: string[] = [];
  for (const { file, kind } of jsonAt<{ file: string; kind: string }[]>(join(LOCKFILES, "index.json"), [])) {
    const id = KINDS[kind];
    if (id === undefined) continue;
    const { packages, problems } = await read(id, LOCKFILES, file);
    if (packages.length === 0 || problems.length > 0) wrong.push(`${file}: ${packages.length} ${problems.join("; ")}`);
  }
  expect(wrong.join("\n")).toBe("");
});

const OWN: readonly (readonly [id: string, path: string, content: string])[] = [
  ["bun-lock", "bun.lock", '{ "packages": { "a": ["a@1.0.0", "", {}, "x"], } }'],
  ["conda", "conda-meta/a.json", '{ "name": "a", "version": "1.0.0" }'],
  ["deno", "deno.lock", '{ "version": "5", "npm": { "a@1.0.0": {} } }'],
  ["npm-lock", "package-lock.json", '{ "packages": { "node_modules/a": { "version": "1.0.0" } } }'],
  ["package-json", "node_modules/a/package.json", '{ "name": "a", "version": "1.0.0" }'],
  ["pdm-lock", "pdm.lock", '[[package]]\nname = "a"\nversion = "1.0.0"\n'],
  ["pipfile-lock", "Pipfile.lock", '{ "default": { "a": { "version": "==1.0.0" } } }'],
  ["pnpm-lock", "pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n  a@1.0.0:\n    resolution: {integrity: x}\n"],
  ["poetry-lock", "poetry.lock", '[[package]]\nname = "a"\nversion = "1.0.0"\n'],
  ["pylock", "pylock.toml", '[[packages]]\nname = "a"\nversion = "1.0.0"\n'],
  ["pyproject", "pyproject.toml", '[project]\ndependencies = ["a==1.0.0"]\n'],
  ["requirements", "requirements.txt", "a==1.0.0\n"],
  ["setup-py", "setup.py", "setup(install_requires=['a==1.0.0'])\n"],
  ["uv-lock", "uv.lock", '[[package]]\nname = "a"\nversion = "1.0.0"\n'],
  ["wheel-egg", "a.dist-info/METADATA", "Name: a\nVersion: 1.0.0\n"],
  ["yarn-lock", "yarn.lock", 'a@^1:\n  version "1.0.0"\n'],
];

test("each reader finds the one package of a smallest file of its own", async () => {
  for (const [id, path, content] of OWN) {
    expect([id, ...namesOf(await extractFrom(await readerOf(id), { [path]: content }))]).toEqual([id, "a@1.0.0"]);
  }
});
