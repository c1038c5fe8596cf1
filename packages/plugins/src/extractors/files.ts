import type { FileExtractor, FilePattern } from "./file-extractor.ts";

const entry = (
  id: string,
  title: string,
  ecosystem: string,
  files: FilePattern,
  load: FileExtractor["load"],
): FileExtractor => ({ id, title, ecosystem, files, load });

/** Every reader of files, sorted by id; one folder and one line each. */
export const FILE_EXTRACTORS: readonly FileExtractor[] = [
  entry(
    "cabal-freeze",
    "Cabal's frozen constraints",
    "Hackage",
    { names: ["cabal.project.freeze"] },
    () => import("./cabal-freeze/index.ts"),
  ),
  entry(
    "cargo-auditable",
    "Rust program with its list of crates",
    "crates.io",
    { isProgram: true },
    () => import("./cargo-auditable/index.ts"),
  ),
  entry("cargo-lock", "Cargo lockfile", "crates.io", { names: ["Cargo.lock"] }, () => import("./cargo-lock/index.ts")),
  entry(
    "composer-installed",
    "packages that Composer installed",
    "Packagist",
    { names: ["installed.json"] },
    () => import("./composer-installed/index.ts"),
  ),
  entry(
    "composer-lock",
    "Composer lockfile",
    "Packagist",
    { names: ["composer.lock"] },
    () => import("./composer-lock/index.ts"),
  ),
  entry(
    "conan-lock",
    "Conan lockfile",
    "ConanCenter",
    { names: ["conan.lock"] },
    () => import("./conan-lock/index.ts"),
  ),
  entry(
    "gemfile-lock",
    "Bundler lockfile",
    "RubyGems",
    { names: ["Gemfile.lock", "gems.locked"] },
    () => import("./gemfile-lock/index.ts"),
  ),
  entry(
    "gemspec",
    "installed Ruby gem",
    "RubyGems",
    { match: /(?:^|\/)specifications\/(?:default\/)?[^/]+\.gemspec$/ },
    () => import("./gemspec/index.ts"),
  ),
  entry("go-binary", "Go program", "Go", { isProgram: true }, () => import("./go-binary/index.ts")),
  entry("go-mod", "Go module file", "Go", { names: ["go.mod"] }, () => import("./go-mod/index.ts")),
  entry("mix-lock", "Elixir's mix.lock", "Hex", { names: ["mix.lock"] }, () => import("./mix-lock/index.ts")),
  entry(
    "npm-lock",
    "npm lockfile",
    "npm",
    { names: ["package-lock.json", "npm-shrinkwrap.json", ".package-lock.json"] },
    () => import("./npm-lock/index.ts"),
  ),
  entry("pnpm-lock", "pnpm lockfile", "npm", { names: ["pnpm-lock.yaml"] }, () => import("./pnpm-lock/index.ts")),
  entry(
    "podfile-lock",
    "CocoaPods lockfile",
    "CocoaPods",
    { names: ["Podfile.lock"] },
    () => import("./podfile-lock/index.ts"),
  ),
  entry(
    "pubspec-lock",
    "Dart's pubspec.lock",
    "Pub",
    { names: ["pubspec.lock"] },
    () => import("./pubspec-lock/index.ts"),
  ),
  entry("renv-lock", "R's renv.lock", "", { names: ["renv.lock"] }, () => import("./renv-lock/index.ts")),
  entry(
    "stack-lock",
    "Haskell's stack.yaml.lock",
    "Hackage",
    { names: ["stack.yaml.lock"] },
    () => import("./stack-lock/index.ts"),
  ),
  entry(
    "swift-package-resolved",
    "Swift's Package.resolved",
    "SwiftURL",
    { names: ["Package.resolved"] },
    () => import("./swift-package-resolved/index.ts"),
  ),
  entry("yarn-lock", "yarn lockfile", "npm", { names: ["yarn.lock"] }, () => import("./yarn-lock/index.ts")),
];
