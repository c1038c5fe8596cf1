import { expect, test } from "vitest";
import type { PlanFix, Way } from "./fix.ts";
import { filesOf, request } from "./fixtures.ts";
import { plan as bundler } from "./bundler/index.ts";
import { plan as cargo } from "./cargo/index.ts";
import { plan as composer } from "./composer/index.ts";
import { plan as go } from "./go/index.ts";
import { plan as gradle } from "./gradle/index.ts";
import { plan as maven } from "./maven/index.ts";
import { plan as npm } from "./npm/index.ts";
import { plan as nuget } from "./nuget/index.ts";
import { plan as pip } from "./pip/index.ts";
import { plan as pipenv } from "./pipenv/index.ts";
import { plan as pnpm } from "./pnpm/index.ts";
import { plan as poetry } from "./poetry/index.ts";
import { plan as system } from "./system/index.ts";
import { plan as uv } from "./uv/index.ts";
import { plan as yarn } from "./yarn/index.ts";

type Files = Readonly<Record<string, string>>;

const planned = (plan: PlanFix, files: Files, text: string, more: object = {}): Promise<Way> =>
  plan(request(Object.keys(files)[0]!, text, more), filesOf(files));
const commands = (way: Way): string[] => way.steps.map(({ program, args }) => [program, ...args].join(" "));
/** The files as the edits leave them; each edit made twice changes nothing more. */
const edited = (way: Way, files: Files): Files => {
  const made: Record<string, string | null> = {};
  for (const { path, change } of way.edits) {
    made[path] = change(made[path] ?? files[path] ?? "");
    expect(change(made[path] ?? "")).toBe(made[path]);
  }
  return made as Files;
};

test("pip: a pin is raised where it stands, with extras, markers and comments; hashes are taken out and told", async () => {
  const files = {
    "requirements.txt": `# top\n-r inner/base.txt\nUrllib3[socks]==1.26.5 ; python_version < "4"  # why\nother==1.26.5\n`,
    "inner/base.txt": "urllib3 == 1.26.5 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n    # via requests\nx==1\n",
  };
  const way = await planned(pip, files, "PyPI urllib3 1.26.5 -> 1.26.19");
  expect(edited(way, files)).toEqual({
    "requirements.txt": `# top\n-r inner/base.txt\nUrllib3[socks]==1.26.19 ; python_version < "4"  # why\nother==1.26.5\n`,
    "inner/base.txt": "urllib3 == 1.26.19\n    # via requests\nx==1\n",
  });
  expect(way.notes.join()).toMatch(/inner\/base\.txt: its hashes are of 1\.26\.5 and are taken out/);
  const odd = {
    "requirements.txt":
      "a==1 --hash=sha256:x --config-settings=y \\\n  --hash=sha256:z \\\n  --global-option=w\r\nb==1\n",
  };
  expect(edited(await planned(pip, odd, "PyPI a 1 -> 2"), odd)["requirements.txt"]).toBe(
    "a==2 --config-settings=y \\\n  --global-option=w\r\nb==1\n",
  );
  await expect(planned(pip, { "requirements.txt": "a>=1\n" }, "PyPI a 1.0 -> 1.1")).rejects.toThrow(/does not pin a/);
});

test("go: go get, or the require line where Go is absent; another major version is another module", async () => {
  const files = {
    "go.mod": `module m\n\ngo 1.21\n\nrequire (\n\tgolang.org/x/net v0.7.0 // indirect\n\tgithub.com/d/d v20.1.0+incompatible\n)\nrequire gopkg.in/x.v2 v2.1.0\n`,
  };
  const net = await planned(go, files, "Go golang.org/x/net 0.7.0 -> 0.17.0");
  expect(commands(net)).toEqual(["go get golang.org/x/net@v0.17.0"]);
  expect(edited(net, files)["go.mod"]).toBe(files["go.mod"].replace("net v0.7.0", "net v0.17.0"));
  const old = await planned(go, files, "Go github.com/d/d 20.1.0+incompatible -> 24.0.7");
  expect(edited(old, files)["go.mod"]).toContain("github.com/d/d v24.0.7+incompatible");
  const std = await planned(go, files, "Go stdlib 1.21 -> 1.21.4");
  expect([commands(std), edited(std, files)["go.mod"]?.includes("\ngo 1.21.4\n")]).toEqual([
    ["go get go@1.21.4"],
    true,
  ]);
  expect(await planned(go, files, "Go gopkg.in/x.v2 2.1.0 -> 3.0.0")).toMatchObject({ kind: "manual" });
  expect((await planned(go, files, "Go golang.org/x/net 0.7.0 -> 2.0.0")).notes[0]).toContain("golang.org/x/net/v2");
});

const POM = `<project>
  <parent><groupId>g</groupId><artifactId>p</artifactId><version>1</version></parent>
  <properties><x.version>1.0</x.version><!-- <x.version>0.9</x.version> --></properties>
  <dependencies>
    <!-- <dependency><groupId>g</groupId><artifactId>a</artifactId><version>0.1</version></dependency> -->
    <dependency>
      <exclusions><exclusion><groupId>g</groupId><artifactId>b</artifactId></exclusion></exclusions>
      <groupId>g</groupId><artifactId>a</artifactId>
      <version> 1.0 </version>
    </dependency>
    <dependency><groupId>g</groupId><artifactId>b</artifactId><version>\${x.version}</version></dependency>
    <dependency><groupId>g</groupId><artifactId>c</artifactId></dependency>
    <dependency><groupId>g</groupId><artifactId>d</artifactId></dependency>
  </dependencies>
</project>
`;

test("maven: the version, the property or the parent's managed entry is raised; what comes from outside is managed", async () => {
  const parent = `<project><dependencyManagement><dependencies><dependency><groupId>g</groupId><artifactId>c</artifactId><version>1.0</version></dependency></dependencies></dependencyManagement></project>`;
  const files = { "app/pom.xml": POM, "pom.xml": parent };
  const make = async (name: string) => edited(await planned(maven, files, `Maven g:${name} 1.0 -> 1.5`), files);
  expect(await make("a")).toEqual({ "app/pom.xml": POM.replace("<version> 1.0 <", "<version> 1.5 <") });
  expect(await make("b")).toEqual({ "app/pom.xml": POM.replace("<x.version>1.0<", "<x.version>1.5<") });
  expect(await make("c")).toEqual({ "pom.xml": parent.replace("1.0", "1.5") });
  expect((await make("d"))["app/pom.xml"]).toBe(
    POM.replace(
      "</project>",
      `  <dependencyManagement>
    <dependencies>
      <dependency>
        <groupId>g</groupId>
        <artifactId>d</artifactId>
        <version>1.5</version>
      </dependency>
    </dependencies>
  </dependencyManagement>
</project>`,
    ),
  );
});

test("cargo: every way of asking for a crate is raised in its style, in all manifests of the workspace", async () => {
  const lock = "version = 3\n";
  const files = {
    "Cargo.lock": lock,
    "Cargo.toml": `[workspace]\nmembers = ["crates/*"]\n[workspace.dependencies]\nx = { version = "0.3.1", features = ["v"] }\n`,
    "crates/a/Cargo.toml": `[dependencies]\nx = { workspace = true }\ny = "1"\n[dev-dependencies.x]\npath = "../x"\nversion = "=0.3.2"\n[target.'cfg(unix)'.dependencies]\nz = { package = "x", version = "~0.3" }\n`,
    "crates/b/Cargo.toml": `[dependencies]\nx = "0.4"\n`,
  };
  const way = await planned(cargo, files, "crates.io x 0.3.5 -> 0.5.1");
  expect(commands(way)).toEqual(["cargo update --workspace"]);
  const made = edited(way, files);
  expect(made["Cargo.toml"]).toContain(`x = { version = "0.5.1", features = ["v"] }`);
  expect(made["crates/a/Cargo.toml"]).toContain(`version = "=0.3.2"`);
  expect(made["crates/a/Cargo.toml"]).toContain(`z = { package = "x", version = "~0.5.1" }`);
  expect(Object.keys(made)).toEqual(["Cargo.toml", "crates/a/Cargo.toml"]);
});

test("npm: versions 1 and aliases; hostile keys of a lockfile do no harm", async () => {
  const v1 = {
    "package-lock.json": `{"lockfileVersion":1,"dependencies":{"a":{"version":"1.0.0"}}}`,
    "package.json": "{}",
  };
  expect(commands(await planned(npm, v1, "npm a 1.0.0 -> 1.0.1"))[0]).toMatch(/^npm update a .*--lockfile-version=1$/);
  const packages = {
    "": { dependencies: { short: "npm:long@~1.0.0", __proto__x: "1" } },
    "node_modules/short": { name: "long", version: "1.0.0" },
    "node_modules/toString": { version: "1.0.0", dependencies: { long: "^0.1.0", constructor: "1" } },
  };
  const alias = { "package-lock.json": JSON.stringify({ lockfileVersion: 3, packages }), "package.json": "{}" };
  const way = await planned(npm, alias, "npm long 1.0.0 -> 1.2.0");
  expect(commands(way)[0]).toMatch(/^npm install short@npm:long@1\.2\.0 --save-prefix=~ /);
  for (const text of ["[]", "{", "null", `{"packages":{"node_modules/a":[]}}`]) {
    await planned(npm, { "package-lock.json": text }, "npm a 1.0.0 -> 1.1.0").catch((error: unknown) => {
      expect(error).toMatchObject({ code: "UNREADABLE" });
    });
  }
});

test("yarn: the entry is taken out, the range is raised, or a parent is overruled; classic and berry each their way", async () => {
  const classic = `# yarn lockfile v1\n\n\na@^1.0.0:\n  version "1.0.0"\n\nb@^1.0.0, b@~1.0.0:\n  version "1.0.0"\n  dependencies:\n    a "^1.0.0"\n\nc@1.0.0:\n  version "1.0.0"\n  dependencies:\n    b "~1.0.0"\n`;
  const files = { "yarn.lock": classic, "package.json": `{\n    "dependencies": { "c": "1.0.0", "b": "^1.0.0" }\n}\n` };
  const inside = await planned(yarn, files, "npm a 1.0.0 -> 1.1.0");
  expect(inside.kind).toBe("lock");
  expect(edited({ ...inside, edits: [] }, files)).toEqual({});
  expect(inside.edits[0]?.change(classic)).toBe(classic.replace(`a@^1.0.0:\n  version "1.0.0"\n\n`, ""));
  const over = await planned(yarn, files, "npm b 1.0.0 -> 1.5.0");
  expect(over.demands).toEqual([
    { by: "c@1.0.0", range: "~1.0.0", allows: false },
    { by: "", range: "^1.0.0", allows: true },
  ]);
  expect(JSON.parse(edited(over, files)["package.json"]!).resolutions).toEqual({ "**/c/b": "^1.5.0" });
  expect(commands(await planned(yarn, files, "npm c 1.0.0 -> 2.0.0"))).toEqual([
    "yarn upgrade c@2.0.0 --ignore-scripts",
  ]);
  const berry = `__metadata:\n  version: 8\n\n"a@npm:^1.0.0":\n  version: 1.0.0\n  resolution: "a@npm:1.0.0"\n\n"app@workspace:.":\n  version: 0.0.0-use.local\n  resolution: "app@workspace:."\n  dependencies:\n    a: "npm:^1.0.0"\n`;
  expect(commands(await planned(yarn, { "yarn.lock": berry }, "npm a 1.0.0 -> 1.1.0"))).toEqual([
    "yarn up -R a --mode=update-lockfile",
  ]);
  const up = await planned(yarn, { "yarn.lock": berry }, "npm a 1.0.0 -> 2.0.0");
  expect([up.kind, ...commands(up)]).toEqual(["manifest", "yarn up a@^2.0.0 --mode=update-lockfile"]);
});

test("pnpm: ranges of the projects decide, catalogs too; across a major version an override", async () => {
  const lock = `lockfileVersion: '9.0'\n\ncatalogs:\n  default:\n    b:\n      specifier: ^1.0.0\n      version: 1.0.0\n\nimporters:\n\n  .:\n    dependencies:\n      a:\n        specifier: ~1.0.0\n        version: 1.0.0\n      b:\n        specifier: 'catalog:'\n        version: 1.0.0\n\npackages:\n\n  a@1.0.0:\n    resolution: {integrity: x}\n`;
  const files = { "pnpm-lock.yaml": lock, "package.json": `{"name":"x"}` };
  const direct = { isDirect: true };
  const raised = await planned(pnpm, files, "npm a 1.0.0 -> 1.2.0", direct);
  expect([raised.kind, ...commands(raised)]).toEqual([
    "manifest",
    "pnpm update --recursive a@~1.2.0 --lockfile-only --ignore-scripts",
  ]);
  expect((await planned(pnpm, files, "npm b 1.0.0 -> 1.2.0", direct)).kind).toBe("lock");
  const over = await planned(pnpm, files, "npm c 1.0.0 -> 2.0.0");
  expect(edited(over, files)).toEqual({ "pnpm-workspace.yaml": "overrides:\n  'c@<2.0.0': '>=2.0.0'\n" });
  const more = { ...files, "pnpm-workspace.yaml": "overrides:\n    x: 1\npackages:\n  - a\n" };
  expect(edited(over, more)["pnpm-workspace.yaml"]).toBe(
    "overrides:\n    'c@<2.0.0': '>=2.0.0'\n    x: 1\npackages:\n  - a\n",
  );
  const eight = { ...files, "package.json": `{"packageManager":"pnpm@8.1.0"}` };
  expect(edited(await planned(pnpm, eight, "npm c 1.0.0 -> 2.0.0"), eight)["package.json"]).toBe(
    `{"packageManager":"pnpm@8.1.0","pnpm":{"overrides":{"c@<2.0.0":">=2.0.0"}}}`,
  );
});

test("poetry, uv and pipenv: the project's own range is raised by their command, in its group", async () => {
  const pyproject = `[project]\ndependencies = ["Jinja2>=3,<3.1", "flask"]\n[dependency-groups]\ntest = ["pytest==7.0"]\n`;
  const lock = `[[package]]\nname = "flask"\nversion = "2.0"\n[package.dependencies]\nJinja2 = ">=3.0"\nclick = [{version = "<8", markers = "x"}]\n`;
  const files = { "poetry.lock": lock, "pyproject.toml": pyproject };
  expect(commands(await planned(poetry, files, "PyPI jinja2 3.0.1 -> 3.1.4"))).toEqual([
    "poetry add --lock jinja2@>=3.1.4",
  ]);
  expect(commands(await planned(poetry, files, "PyPI flask 2.0 -> 2.2"))).toEqual(["poetry update --lock flask"]);
  const refused = await planned(poetry, files, "PyPI click 7.0 -> 8.1", { via: ["flask@2.0"] });
  expect([refused.kind, refused.notes[0]]).toEqual([
    "manual",
    "flask@2.0 (<8) does not allow it, and Poetry cannot overrule that: upgrade flask@2.0.",
  ]);
  const inUv = { "uv.lock": "", "pyproject.toml": pyproject };
  expect(commands(await planned(uv, inUv, "PyPI pytest 7.0 -> 7.2"))).toEqual([
    "uv add --no-sync --group=test pytest>=7.2",
  ]);
  expect(commands(await planned(uv, inUv, "PyPI click 7.0 -> 8.1"))).toEqual(["uv lock --upgrade-package=click==8.1"]);
  const pipfile = { "Pipfile.lock": "{}", Pipfile: `[packages]\nflask = "==2.0"\n` };
  expect(commands(await planned(pipenv, pipfile, "PyPI flask 2.0 -> 2.2"))).toEqual([
    "pipenv upgrade --lock-only flask==2.2",
  ]);
});

test("composer and bundler: locked ranges decide; a parent that forbids it has to be upgraded", async () => {
  const lock = JSON.stringify({ packages: [{ name: "s/top", version: "v1.0.0", require: { "s/deep": "~1.2.0" } }] });
  const php = { "composer.lock": lock, "composer.json": `{"require":{"s/top":"^1.0"}}` };
  expect((await planned(composer, php, "Packagist s/deep 1.2.1 -> 1.2.5")).kind).toBe("lock");
  expect(await planned(composer, php, "Packagist s/deep 1.2.1 -> 1.3.0")).toMatchObject({ kind: "manual" });
  expect(commands(await planned(composer, php, "Packagist s/top 1.0.0 -> 2.1.0"))[0]).toMatch(
    /^composer require --with-all-dependencies s\/top:\^2\.1\.0 /,
  );
  const gems = `GEM\n  specs:\n    rack (2.0.0)\n    rails (6.0.0)\n      rack (~> 2.0)\n\nDEPENDENCIES\n  rails (~> 6.0)\n`;
  const ruby = { "Gemfile.lock": gems, Gemfile: `gem "rails", "~> 6.0", require: false\ngem 'rack'\n` };
  expect(commands(await planned(bundler, ruby, "RubyGems rack 2.0.0 -> 2.2.4"))).toEqual([
    "bundle lock --update=rack --conservative",
  ]);
  expect(await planned(bundler, ruby, "RubyGems rack 2.0.0 -> 3.0.0")).toMatchObject({ kind: "manual" });
  const rails = await planned(bundler, ruby, "RubyGems rails 6.0.0 -> 7.0.1");
  expect(edited(rails, ruby)["Gemfile"]).toBe(`gem "rails", "~> 7.0.1", require: false\ngem 'rack'\n`);
});

test("gradle's catalog is edited, its lockfile and system packages are told; nuget names what it needs itself", async () => {
  const catalog = `[versions]\nokio = "3.0.0"\n[libraries]\na = { module = "g:a", version.ref = "okio" }\nb = "g:b:1.0"\nc = { group = "g", name = "c", version = "2.0" }\n`;
  const files = { "gradle/libs.versions.toml": catalog };
  const make = async (text: string) => edited(await planned(gradle, files, text), files)["gradle/libs.versions.toml"];
  expect(await make("Maven g:a 3.0.0 -> 3.4.0")).toBe(catalog.replace("3.0.0", "3.4.0"));
  expect(await make("Maven g:b 1.0 -> 1.1")).toBe(catalog.replace("g:b:1.0", "g:b:1.1"));
  expect(await make("Maven g:c 2.0 -> 2.1")).toBe(catalog.replace('version = "2.0"', 'version = "2.1"'));
  const lock = await planned(gradle, { "gradle.lockfile": "" }, "Maven g:a 1.0 -> 1.1");
  expect([lock.kind, ...commands(lock)]).toEqual(["manual", "gradle dependencies --update-locks g:a"]);
  expect(commands(await planned(system, { x: "" }, "Debian:12 openssl 1 -> 2"))).toEqual([
    "apt-get install --only-upgrade openssl",
  ]);
  const net = { "src/packages.lock.json": "{}", "src/App.csproj": "" };
  expect(commands(await planned(nuget, net, "NuGet N.J 12.0.1 -> 13.0.1", { isDirect: false }))[0]).toBe(
    "dotnet add App.csproj package N.J --version 13.0.1 --no-restore",
  );
});
