const json = (value: unknown): string => JSON.stringify(value, null, 2);
const nuget = {
  A: { type: "Direct", resolved: "1.0.0", dependencies: { B: "2.0.0" } },
  B: { type: "Transitive", resolved: "2.0.0" },
};
/** Samples in JSON by the reader, with the path of each. For tests. */
export const JSON_SAMPLES: Readonly<Record<string, readonly [path: string, content: string]>> = {
  "composer-installed": [
    "vendor/composer/installed.json",
    json({
      packages: [
        { name: "a/b", version: "1.8.3", require: { "c/d": "~1.0" } },
        { name: "c/d", version: "1.1" },
      ],
    }),
  ],
  "composer-lock": [
    "composer.lock",
    json({
      packages: [
        { name: "a/b", version: "v2.0.4", require: { "c/d": "^1" }, license: ["MIT"] },
        { name: "c/d", version: "1.1.3" },
      ],
      "packages-dev": [],
    }),
  ],
  "conan-lock": [
    "conan.lock",
    json({ version: "0.5", requires: ["zlib/1.2.11#ffa7%1667396813.184"], build_requires: ["ninja/1.11.1"] }),
  ],
  "cpan-meta": [
    "META.json",
    json({ "meta-spec": { version: 2 }, name: "Try-Tiny", version: "0.31", license: ["perl_5"] }),
  ],
  deno: [
    "deno.lock",
    json({
      version: "5",
      specifiers: { "npm:a@5": "5.3.0" },
      npm: { "a@5.3.0": { dependencies: ["b"] }, "b@1.0.0": {} },
      jsr: { "@std/path@1.0.8": {} },
      remote: { "https://deno.land/x/oak@v12.0.0/mod.ts": "x" },
      workspace: { dependencies: ["npm:a@5"] },
    }),
  ],
  "dotnet-deps": [
    "app.deps.json",
    json({
      targets: { net6: { "App/1.0.0": { dependencies: { Serilog: "2.10.0" } }, "Serilog/2.10.0": {} } },
      libraries: { "App/1.0.0": { type: "project" }, "Serilog/2.10.0": { type: "package" } },
    }),
  ],
  "npm-lock": [
    "package-lock.json",
    json({
      lockfileVersion: 3,
      packages: {
        "": { dependencies: { a: "^1" } },
        "node_modules/a": { version: "1.0.0", license: "MIT", dependencies: { b: "^2" } },
        "node_modules/b": { version: "2.0.0", dev: true },
      },
    }),
  ],
  "nuget-assets": [
    "obj/project.assets.json",
    json({
      version: 3,
      targets: {
        net8: { "A/1.0.0": { type: "package", dependencies: { B: "2.0.0" } }, "B/2.0.0": { type: "package" } },
      },
      projectFileDependencyGroups: { net8: ["A >= 1.0.0"] },
    }),
  ],
  "nuget-packages-lock": ["packages.lock.json", json({ version: 2, dependencies: { net8: nuget } })],
  "package-json": ["node_modules/a/package.json", json({ name: "a", version: "1.0.0", license: "MIT" })],
  "pipfile-lock": [
    "Pipfile.lock",
    json({ default: { markupsafe: { version: "==2.1.1" } }, develop: { pytest: { version: "==8.0" } } }),
  ],
  "renv-lock": [
    "renv.lock",
    json({
      Packages: {
        a: { Package: "a", Version: "1.0", Source: "Repository", Repository: "CRAN", Requirements: ["b"] },
        b: { Package: "b", Version: "0.7", Source: "Repository", Repository: "CRAN" },
      },
    }),
  ],
  sbom: [
    "bom.json",
    json({
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      version: 1,
      components: [
        { type: "library", "bom-ref": "a", name: "a", version: "1.0.0", purl: "pkg:npm/a@1.0.0" },
        { type: "library", "bom-ref": "b", name: "b", version: "2", purl: "pkg:pypi/b@2" },
      ],
      dependencies: [{ ref: "a", dependsOn: ["b"] }],
    }),
  ],
  "sbt-lock": [
    "build.sbt.lock",
    json({
      lockVersion: 1,
      dependencies: [
        { org: "o", name: "a_2.13", version: "1.0.0", configurations: ["compile"] },
        { org: "o", name: "b", version: "2.0.0", configurations: ["test"] },
      ],
    }),
  ],
  "swift-package-resolved": [
    "Package.resolved",
    json({
      version: 2,
      pins: [
        {
          identity: "x",
          kind: "remoteSourceControl",
          location: "https://github.com/a/b.git",
          state: { version: "2.41.0" },
        },
      ],
    }),
  ],
  vcpkg: [
    "vcpkg.json",
    json({
      dependencies: ["fmt", { name: "zlib", "version>=": "1.3" }],
      overrides: [{ name: "fmt", version: "10.1.1", "port-version": 1 }],
    }),
  ],
};
