import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { answerOf, type Case, jsonAt, LOCKFILES, read, readerOf, SCALIBR, sorted, TRIVY } from "./corpus-fixtures.ts";
import { extractFrom, namesOf } from "./file-fixtures.ts";

/** osv-scalibr's extractors and ours. */
const OURS: Readonly<Record<string, string>> = {
  "dotnet/csproj": "dotnet-project",
  "dotnet/depsjson": "dotnet-deps",
  "dotnet/nugetcpm": "nuget-central",
  "dotnet/packagesconfig": "nuget-config",
  "dotnet/packageslockjson": "nuget-packages-lock",
  "dotnet/paketdependencies": "paket-dependencies",
  "dotnet/paketlock": "paket-lock",
  "dotnet/projectassetsjson": "nuget-assets",
  "golang/gobinary": "go-binary",
  "golang/gomod": "go-mod",
  "golang/vendormodules": "go-vendor",
  "java/gradlelockfile": "gradle-lock",
  "java/gradleverificationmetadataxml": "gradle-verification",
  "java/gradleversioncatalog": "gradle-catalog",
  "java/pomxml": "maven-pom",
  "php/composerlock": "composer-lock",
  "ruby/gemfilelock": "gemfile-lock",
  "ruby/gemspec": "gemspec",
  "rust/cargoauditable": "cargo-auditable",
  "rust/cargolock": "cargo-lock",
  "rust/cargotoml": "cargo-toml",
};

const OPEN = "a package that is asked for without a version is there, its version unknown";
const RANGE = "a range is no version: its lower bound is not what is installed";
const MANIFEST = `${RANGE}; the project itself is no package, and one from git is there, its version unknown`;
const FOLDER = "what lies in a folder is the project's own, not a package of the registry";
const SOURCE =
  "a gem's own source: its version is in another program file, which is not run; installed gems have it as text";

/** Cases whose answer differs, by file, with the reason. */
const DIFFERENT: Readonly<Record<string, string>> = {
  "dotnet/csproj/emptyversion": OPEN,
  "dotnet/csproj/noversion": OPEN,
  "dotnet/depsjson/nopackagename": `${FOLDER}; the expectation was lifted with empty versions beside the real ones`,
  "dotnet/depsjson/valid": `${FOLDER}; the expectation was lifted with empty versions beside the real ones`,
  "dotnet/nugetcpm/emptyversion": OPEN,
  "dotnet/nugetcpm/noversion": OPEN,
  "dotnet/packagesconfig/noversion": OPEN,
  "dotnet/paketdependencies/paket.dependencies": `${RANGE}; files taken from GitHub are no packages of NuGet`,
  "dotnet/paketlock/paket.lock": "files taken from GitHub are no packages of NuGet",
  "golang/gomod/replace-local.mod": FOLDER,
  "java/gradleverificationmetadataxml/missing-attribute.xml": "half a name is none; it is told as a problem",
  "golang/vendormodules/invalid/vendor/modules.txt": "a module whose path and version do not agree is told as written",
  "golang/vendormodules/valid/vendor/modules.txt": `${FOLDER}; the expectation was lifted without its first module`,
  "java/pomxml/interpolation.xml": RANGE,
  "java/pomxml/multi-version.xml": "of two declarations Maven takes the last one",
  "ruby/gemfilelock/has-local-gem.lock": FOLDER,
  "ruby/gemfilelock/invalid.lock": "a lockfile of which nothing can be read is refused, not empty",
  "ruby/gemspec/badspec.gemspec": "a file that specifies no gem is refused, not empty",
  "ruby/gemspec/version_constant/version_constant.gemspec": SOURCE,
  "ruby/gemspec/version_constant_class/version_constant_class.gemspec": SOURCE,
  "ruby/gemspec/version_constant_conditional/version_constant_conditional.gemspec": SOURCE,
  "ruby/gemspec/version_constant_different_casing/version_constant_different_casing.gemspec": SOURCE,
  "ruby/gemspec/version_constant_dirname/version_constant_dirname.gemspec": SOURCE,
  "ruby/gemspec/version_constant_expand/version_constant_expand.gemspec": SOURCE,
  "ruby/gemspec/version_constant_expand_join/version_constant_expand_join.gemspec": SOURCE,
  "ruby/gemspec/version_constant_freeze/version_constant_freeze.gemspec": SOURCE,
  "ruby/gemspec/version_constant_join/version_constant_join.gemspec": SOURCE,
  "ruby/gemspec/version_constant_join_multiline/version_constant_join_multiline.gemspec": SOURCE,
  "ruby/gemspec/version_constant_require/version_constant_require.gemspec": SOURCE,
  "rust/cargolock/two-packages-with-local.lock": FOLDER,
  "rust/cargotoml/git-dependency-tagged.toml": MANIFEST,
  "rust/cargotoml/git-dependency-with-commit.toml": MANIFEST,
  "rust/cargotoml/git-dependency-with-pr.toml": MANIFEST,
  "rust/cargotoml/invalid-dependency.toml":
    "a broken field of one dependency leaves its version unknown; the rest is read",
  "rust/cargotoml/no-dependency.toml": MANIFEST,
  "rust/cargotoml/only-version-dependency.toml": MANIFEST,
  "rust/cargotoml/two-dependencies.toml": MANIFEST,
};

const expectedOf = (one: Case): string =>
  one.expect_error && one.packages.length === 0
    ? "refused"
    : sorted(one.packages.map(([name, version]) => `${name}@${version}`));

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
  cargo: "cargo-lock",
  composer: "composer-lock",
  "composer-vendor": "composer-installed",
  "dotnet-core": "dotnet-deps",
  gomod: "go-mod",
  gradle: "gradle-lock",
  nuget: "nuget-packages-lock",
  "packages-props": "nuget-central",
  pom: "maven-pom",
  sbt: "sbt-lock",
};

/** Packages that Trivy lists and we do not, with the reason. */
const TRIVY_DIFFERENT: Readonly<Record<string, string>> = {
  "cargo.lock.json.golden app@0.1.0": FOLDER,
  "dotnet.json.golden Microsoft.VisualStudio.TestPlatform.Common@17.2.0-release-20220408-11": FOLDER,
};

interface Golden {
  readonly golden: string;
  readonly input: string | null;
  readonly results: readonly {
    readonly target: string;
    readonly type: string;
    readonly packages: readonly (readonly [name: string, version: string])[];
    readonly vulns: readonly { readonly pkg: string; readonly installed: string }[];
  }[];
}

test("what Trivy's goldens list, and whatever they judge, is found in their input", async () => {
  const missing = new Set<string>();
  for (const { golden, input, results } of jsonAt<{ expected: Golden[] }>(join(TRIVY, "cases.json"), { expected: [] })
    .expected) {
    for (const { target, type, packages, vulns } of results) {
      const id = TRIVY_TYPES[type];
      if (id === undefined || input === null || !existsSync(join(TRIVY, input, target))) continue;
      const found = new Set(namesOf(await read(id, join(TRIVY, input), target)));
      const wanted = [...packages, ...vulns.map(({ pkg, installed }) => [pkg, installed] as const)];
      for (const [name, version] of wanted) {
        const own = `${name}@${version.replace(/^v/, "")}`;
        if (!found.has(own)) missing.add(`${golden} ${own}`);
      }
    }
  }
  if (existsSync(TRIVY)) expect([...missing].sort()).toEqual(Object.keys(TRIVY_DIFFERENT).sort());
});

/** File names of real projects' lockfiles and our readers. */
const KINDS: Readonly<Record<string, string>> = {
  "Cargo.lock": "cargo-lock",
  "Gemfile.lock": "gemfile-lock",
  "composer.lock": "composer-lock",
  "go.mod": "go-mod",
  "pom.xml": "maven-pom",
};

/** Poms of real projects that only hold modules, manage versions, or ask for modules of the same build. */
const WITHOUT_PACKAGES: readonly string[] = [
  "DependencyTrack__dependency-track/alpine/pom.xml",
  "DependencyTrack__dependency-track/common/pom.xml",
  "DependencyTrack__dependency-track/coverage-report/pom.xml",
  "DependencyTrack__dependency-track/dex/pom.xml",
  "DependencyTrack__dependency-track/file-storage/pom.xml",
  "DependencyTrack__dependency-track/pom.xml",
  "DependencyTrack__dependency-track/vuln-analysis/pom.xml",
  "DependencyTrack__dependency-track/vuln-data-source/pom.xml",
  "apache__maven/api/pom.xml",
  "apache__maven/compat/pom.xml",
  "apache__maven/impl/pom.xml",
  "apache__maven/its/pom.xml",
  "apache__maven/pom.xml",
  "aws__random-cut-forest-by-aws/Java/pom.xml",
  "tdunning__t-digest/pom.xml",
];

test("lockfiles of real projects are read without a problem and are not empty", async () => {
  const wrong: string[] = [];
  for (const { file, kind } of jsonAt<{ file: string; kind: string }[]>(join(LOCKFILES, "index.json"), [])) {
    const id = KINDS[kind];
    if (id === undefined) continue;
    const { packages, problems } = await read(id, LOCKFILES, file);
    const isEmpty = packages.length === 0 && !WITHOUT_PACKAGES.includes(file);
    if (isEmpty || problems.length > 0) wrong.push(`${file}: ${packages.length} ${problems.join("; ")}`);
  }
  expect(wrong.join("\n")).toBe("");
});

const OWN: readonly (readonly [id: string, path: string, content: string])[] = [
  ["cargo-lock", "Cargo.lock", '[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "registry+x"\n'],
  ["composer-installed", "vendor/composer/installed.json", '[{ "name": "a", "version": "1.0.0" }]'],
  ["composer-lock", "composer.lock", '{ "packages": [{ "name": "a", "version": "1.0.0" }] }'],
  ["dotnet-deps", "x.deps.json", '{ "libraries": { "a/1.0.0": { "type": "package" } } }'],
  [
    "dotnet-project",
    "x.csproj",
    '<Project><ItemGroup><PackageReference Include="a" Version="1.0.0"/></ItemGroup></Project>',
  ],
  ["gemfile-lock", "Gemfile.lock", "GEM\n  specs:\n    a (1.0.0)\n"],
  [
    "gemspec",
    "specifications/a.gemspec",
    'Gem::Specification.new do |s|\n  s.name = "a"\n  s.version = "1.0.0"\nend\n',
  ],
  ["go-mod", "go.mod", "module m\nrequire a v1.0.0\n"],
  ["nuget-assets", "project.assets.json", '{ "targets": { "net8.0": { "a/1.0.0": { "type": "package" } } } }'],
  [
    "nuget-central",
    "Directory.Packages.props",
    '<Project><ItemGroup><PackageVersion Include="a" Version="1.0.0"/></ItemGroup></Project>',
  ],
  ["nuget-config", "packages.config", '<packages><package id="a" version="1.0.0"/></packages>'],
  ["nuget-packages-lock", "packages.lock.json", '{ "dependencies": { "net8.0": { "a": { "resolved": "1.0.0" } } } }'],
  ["paket-lock", "paket.lock", "NUGET\n  remote: x\n    a (1.0.0)\n"],
];

test("each reader finds the one package of a smallest file of its own", async () => {
  for (const [id, path, content] of OWN) {
    expect([id, ...namesOf(await extractFrom(await readerOf(id), { [path]: content }))]).toEqual([id, "a@1.0.0"]);
  }
});
