const text = (...lines: string[]): string => `${lines.join("\n")}\n`;

const tomlPackages = (...more: string[]): string =>
  text(
    "[[package]]",
    'name = "alpha"',
    'version = "1.0.0"',
    ...more,
    "",
    "[[package]]",
    'name = "beta"',
    'version = "2.0.0"',
    ...more,
  );

const plist = `<plist version="1.0"><dict>
<key>CFBundleIdentifier</key><string>com.example.App</string>
<key>CFBundleShortVersionString</key><string>1.2.3</string>
</dict></plist>`;
const UNINSTALL = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall";

/** Samples in other texts by the reader, with the path of each. For tests. */
export const TEXT_SAMPLES: Readonly<Record<string, readonly [path: string, content: string]>> = {
  "bun-lock": [
    "bun.lock",
    text(
      "{",
      '  "lockfileVersion": 1,',
      '  "workspaces": { "": { "dependencies": { "a": "^1" } } },',
      '  "packages": {',
      '    "a": ["a@1.0.0", "", { "dependencies": { "b": "^2" } }, "sha512-x"],',
      '    "b": ["b@2.0.0", "", {}, "sha512-x"],',
      "  },",
      "}",
    ),
  ],
  "cabal-freeze": [
    "cabal.project.freeze",
    text("constraints: any.alpha ==1.0,", "             any.beta ==2.4.0.3,", "             plain ==0.2"),
  ],
  "cargo-lock": ["Cargo.lock", tomlPackages('source = "registry+https://github.com/rust-lang/crates.io-index"')],
  "cargo-toml": [
    "Cargo.toml",
    text(
      "[package]",
      'name = "app"',
      "[dependencies]",
      'alpha = "=1.2.3"',
      'beta = { package = "real", version = "=2.0.0" }',
    ),
  ],
  chocolatey: [
    "chocolatey/lib/atom/atom.nuspec",
    text('<?xml version="1.0"?>', "<package><metadata><id>Atom</id><version>1.60.0</version></metadata></package>"),
  ],
  conda: [
    "environment.yml",
    text("name: test", "dependencies:", "  - bzip2=1.0.8=h998d150_5", "  - zlib=1.2.13", '  - pip: ["Flask==1.0"]'),
  ],
  "dotnet-project": [
    "app.csproj",
    text(
      "<Project>",
      "<PropertyGroup><Own>13.0.1</Own></PropertyGroup>",
      "<ItemGroup>",
      '<PackageReference Include="LiteDB" Version="5.0.12" />',
      '<PackageReference Include="Json" Version="$(Own)" />',
      "</ItemGroup>",
      "</Project>",
    ),
  ],
  "gemfile-lock": [
    "Gemfile.lock",
    text(
      "GEM",
      "  remote: https://rubygems.org/",
      "  specs:",
      "    nokogiri (1.13.3)",
      "      racc (~> 1.4)",
      "    racc (1.6.0)",
      "",
      "DEPENDENCIES",
      "  nokogiri (~> 1.13)",
    ),
  ],
  gemspec: [
    "gems/specifications/rss-0.2.9.gemspec",
    text(
      "Gem::Specification.new do |s|",
      '  s.name = "rss".freeze',
      '  s.version = "0.2.9"',
      '  s.licenses = ["BSD-2-Clause".freeze]',
      "end",
    ),
  ],
  "github-actions": [
    ".github/workflows/ci.yml",
    text(
      "on: push",
      "jobs:",
      "  build:",
      "    steps:",
      '      - uses: "a/changed-files@v45.0.7"',
      "      - uses: actions/checkout@v4.1.1",
    ),
  ],
  gleam: [
    "manifest.toml",
    text(
      "packages = [",
      '  { name = "alpha", version = "1.0.0", requirements = ["beta"], source = "hex" },',
      '  { name = "beta", version = "0.34.0", requirements = [], source = "hex" },',
      "]",
      "[requirements]",
      'alpha = { version = "~> 1.0" }',
    ),
  ],
  "go-mod": [
    "go.mod",
    text(
      "module example.com/app",
      "go 1.22",
      "require (",
      "\tgithub.com/a/b v1.0.0",
      "\tgopkg.in/yaml.v2 v2.4.0 // indirect",
      ")",
    ),
  ],
  "go-vendor": [
    "vendor/modules.txt",
    text("# github.com/a/b v1.2.1", "## explicit; go 1.21", "github.com/a/b", "# c.com/d v1.0.0", "c.com/d"),
  ],
  "gradle-catalog": [
    "libs.versions.toml",
    text(
      "[versions]",
      'own = "3.0.5"',
      "[libraries]",
      'guava = "com.google.guava:guava:30.1.1-jre"',
      'core = { module = "a:b", version.ref = "own" }',
    ),
  ],
  "gradle-lock": [
    "gradle.lockfile",
    text("a.b:c:2.9.1=compileClasspath", "d:e:5.9.0=testCompileClasspath", "empty=annotationProcessor"),
  ],
  "gradle-verification": [
    "verification-metadata.xml",
    text(
      "<verification-metadata><components>",
      '<component group="a.b" name="c" version="1.2.1"><artifact name="a.jar"/></component>',
      "</components></verification-metadata>",
    ),
  ],
  "julia-manifest": [
    "Manifest.toml",
    text(
      'manifest_format = "2.0"',
      "[[deps.Alpha]]",
      'deps = ["Beta"]',
      'uuid = "864edb3b"',
      'version = "0.17.0"',
      "[[deps.Beta]]",
      'uuid = "bac558e1"',
      'version = "1.1.0"',
    ),
  ],
  luarocks: [
    "luarocks.lock",
    text(
      "return {",
      "   dependencies = {",
      '      ["lua-cjson"] = "2.1.0-1",',
      '      luasocket = "3.1.0-1"',
      "   }",
      "}",
    ),
  ],
  "macos-app": ["Applications/A.app/Contents/Info.plist", plist],
  "maven-pom": [
    "pom.xml",
    text(
      "<project>",
      "<groupId>o</groupId><artifactId>app</artifactId><version>1.0</version>",
      "<properties><own>2.7</own></properties>",
      "<dependencies>",
      "<dependency><groupId>org.x</groupId><artifactId>a</artifactId><version>${own}</version></dependency>",
      "</dependencies>",
      "</project>",
    ),
  ],
  "mix-lock": [
    "mix.lock",
    text(
      "%{",
      '  "plug": {:hex, :plug, "1.11.1", "f299", [:mix], [{:crypto, "~> 1.1", [hex: :crypto]}], "hexpm", "2352"},',
      '  "crypto": {:hex, :crypto, "1.2.2", "0565", [:mix], [], "hexpm", "8763"},',
      "}",
    ),
  ],
  "nuget-central": [
    "Directory.Packages.props",
    text("<Project><ItemGroup>", '<PackageVersion Include="Json" Version="9.0.1" />', "</ItemGroup></Project>"),
  ],
  "nuget-config": [
    "packages.config",
    text(
      "<packages>",
      '  <package id="Json" version="9.0.1" />',
      '  <package id="Tool" version="1.0.0" developmentDependency="true" />',
      "</packages>",
    ),
  ],
  opam: [
    "switch.export",
    text('opam-version: "2.0"', 'roots: ["dune.3.7.2"]', "installed: [", '  "base.v0.15.1"', '  "dune.3.7.2"', "]"),
  ],
  "paket-dependencies": [
    "paket.dependencies",
    text("source https://api.nuget.org/v3/index.json", "nuget NUnit == 2.6.3", "group Build", "  nuget FAKE"),
  ],
  "paket-lock": [
    "paket.lock",
    text(
      "NUGET",
      "  remote: https://api.nuget.org/v3/index.json",
      "    NUnit (2.6.4)",
      "      NUnit.Console (>= 3.0.0)",
      "    NUnit.Console (3.1)",
    ),
  ],
  "pdm-lock": ["pdm.lock", tomlPackages('groups = ["default"]')],
  "pnpm-lock": [
    "pnpm-lock.yaml",
    text(
      "lockfileVersion: '9.0'",
      "importers:",
      "  .:",
      "    dependencies:",
      "      a:",
      "        specifier: ^1.0.0",
      "        version: 1.0.0",
      "packages:",
      "  a@1.0.0:",
      "    resolution: {integrity: sha512-x}",
      "  b@2.0.0:",
      "    resolution: {integrity: sha512-x}",
      "snapshots:",
      "  a@1.0.0:",
      "    dependencies:",
      "      b: 2.0.0",
      "  b@2.0.0: {}",
    ),
  ],
  "podfile-lock": [
    "Podfile.lock",
    text(
      "PODS:",
      "  - A (3.0.3):",
      "    - A/Core (= 3.0.3)",
      "  - A/Core (3.0.3):",
      '    - "B (~> 7.0)"',
      '  - "B (7.1.0)"',
      "",
      "DEPENDENCIES:",
      "  - A (~> 3)",
      "",
      "COCOAPODS: 1.12.1",
    ),
  ],
  "poetry-lock": ["poetry.lock", tomlPackages('groups = ["main"]', "[package.dependencies]", 'beta = ">=1"')],
  "pubspec-lock": [
    "pubspec.lock",
    text(
      "packages:",
      "  http:",
      '    dependency: "direct main"',
      "    description:",
      '      url: "https://pub.dev"',
      "    source: hosted",
      '    version: "0.13.2"',
    ),
  ],
  pylock: [
    "pylock.toml",
    text(
      'lock-version = "1.0"',
      "[[packages]]",
      'name = "attrs"',
      'version = "25.1.0"',
      "[[packages]]",
      'name = "cattrs"',
      'version = "24.1.2"',
      'dependencies = [{ name = "attrs" }]',
    ),
  ],
  pyproject: [
    "pyproject.toml",
    text(
      "[project]",
      'dependencies = ["requests==2.32.0", "flask>=3 ; python_version > \'3\'"]',
      "[tool.poetry.dependencies]",
      'click = "8.1.3"',
    ),
  ],
  "rebar-lock": [
    "rebar.lock",
    text(
      '{"1.2.0",',
      '[{<<"cowboy">>,{pkg,<<"cowboy">>,<<"2.9.0">>},0},',
      ' {<<"lib">>,{pkg,<<"cowlib">>,<<"2.11.0">>},1}]}.',
    ),
  ],
  requirements: [
    "requirements.txt",
    text(
      "Flask[async]==2.0.0 ; python_version < '3.9'  # why",
      "a==1.0 \\",
      "    --hash=sha256:123",
      "b>=1,<2",
      "i @ https://example.com/i-1.2-py3-none-any.whl",
    ),
  ],
  "setup-py": [
    "setup.py",
    text(
      "setup(",
      "    install_requires=[",
      "        'a==1.0',  # 'z==9'",
      "        \"b == 0.1.1\", 'c>=1',",
      "    ],",
      "    tests_require=('pytest==8.0',),",
      ")",
    ),
  ],
  "stack-lock": [
    "stack.yaml.lock",
    text(
      "packages:",
      "- completed:",
      "    hackage: pool-1.0.1@sha256:3cfb,2302",
      "  original:",
      "    hackage: pool-1.0.1",
      "snapshots: []",
    ),
  ],
  "uv-lock": [
    "uv.lock",
    tomlPackages('source = { registry = "https://pypi.org/simple" }', 'dependencies = [{ name = "beta" }]'),
  ],
  "windows-programs": [
    "host.reg",
    text(
      "Windows Registry Editor Version 5.00",
      "",
      `[${UNINSTALL}\\Firefox]`,
      '"DisplayName"="Firefox"',
      '"DisplayVersion"="128.0.3"',
      '"Icon"=hex:00,01,\\',
      "  02,03",
    ),
  ],
  "wordpress-plugin": [
    "wp-content/plugins/a/a.php",
    text("<?php", "/**", " * Plugin Name: Akismet", " * Version: 5.3.1", " * License: GPLv2 or later */"),
  ],
  "yarn-lock": [
    "yarn.lock",
    text(
      "# yarn lockfile v1",
      "",
      "a@^1.0.0, a@~1.0.1:",
      '  version "1.1.5"',
      '  resolved "https://registry.example/a-1.1.5.tgz#abc"',
      "  dependencies:",
      '    b "^2.0.0"',
      "",
      "b@^2.0.0:",
      '  version "2.0.1"',
    ),
  ],
};
