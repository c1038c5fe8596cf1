import { AppError } from "@zerotrace/core";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { FileContext } from "./file-extractor.ts";
import { FILE_EXTRACTORS } from "./files.ts";
import { fakeFs } from "./fixtures.ts";
import { EXTRACTORS } from "./index.ts";
import { parseOsRelease } from "./os-release.ts";

const ROOT = resolve(import.meta.dirname, "../../../..");
const CORPUS = join(process.env["ZEROTRACE_SHARED"] ?? join(ROOT, "../shared"), "corpus");
const SCALIBR = join(CORPUS, "osv-scalibr-lockfiles");
const TRIVY = join(CORPUS, "trivy-integration");
const PKGDB = join(CORPUS, "pkgdb");

/** osv-scalibr's extractors, our readers, and where the file would lie. An absolute path is that of a host. */
const OURS: Readonly<Record<string, readonly [id: string, path: string]>> = {
  "language/cpp/conanlock": ["conan-lock", "conan.lock"],
  "language/dart/pubspec": ["pubspec-lock", "pubspec.lock"],
  "language/elixir/mixlock": ["mix-lock", "mix.lock"],
  "language/erlang/mixlock": ["mix-lock", "mix.lock"],
  "language/gleam/gleamtoml": ["gleam", "gleam.toml"],
  "language/haskell/cabal": ["cabal-freeze", "cabal.project.freeze"],
  "language/haskell/stacklock": ["stack-lock", "stack.yaml.lock"],
  "language/julia/manifesttoml": ["julia-manifest", "Manifest.toml"],
  "language/ocaml/opam": ["opam", "switch.export"],
  "language/r/renvlock": ["renv-lock", "renv.lock"],
  "language/swift/packageresolved": ["swift-package-resolved", "Package.resolved"],
  "language/swift/podfilelock": ["podfile-lock", "Podfile.lock"],
  "os/chisel": ["chisel", "/var/lib/chisel/manifest.wall"],
  "os/cos": ["cos", "/etc/cos-package-info.json"],
  "os/dpkg": ["dpkg", "/var/lib/dpkg/status"],
  "os/flatpak": [
    "flatpak",
    "/var/lib/flatpak/app/org.gimp.GIMP/current/active/files/share/metainfo/org.gimp.GIMP.metainfo.xml",
  ],
  "os/homebrew": ["homebrew", ""],
  "os/kernel/module": ["linux-kernel", "lib/modules/6.5/updates/intel_mrfld_pwrbtn.ko"],
  "os/kernel/vmlinuz": ["linux-kernel", "boot/vmlinuz"],
  "os/macapps": ["macos-app", "A.app/Contents/Info.plist"],
  "os/pacman": ["pacman", "/var/lib/pacman/local/x/desc"],
  "os/portage": ["portage", "/var/db/pkg/dev-perl/x/PF"],
  "os/rpm": ["rpm", "/var/lib/rpm/Packages"],
  "os/snap": ["snap", "/snap/core/current/meta/snap.yaml"],
};

const REFUSED = "what holds nothing that can be read is said to be so";
const RANGE = "a range is no version";
const IDENTIFIER = "applications are named by their bundle identifier, which is theirs alone";
const ON_DISK = "a package that is unpacked has its files on disk; one in another state has not";
const MODULE = "modules have a prefix, for a package may have the same name";

/** Cases whose answer differs, by test and file, with the reason. */
const DIFFERENT: Readonly<Record<string, string>> = {
  "language/dart/pubspec: package with path source": "the project's own folder is no package of the registry",
  "language/dart/pubspec: package with sdk source": "a part of the SDK is no package of the registry",
  "language/gleam/gleamtoml: deps_and_dev_dependencies": RANGE,
  "language/gleam/gleamtoml: git_and_local_dependencies": RANGE,
  "language/gleam/gleamtoml: only_dependencies": RANGE,
  "language/gleam/gleamtoml: only_dev_dependencies": RANGE,
  "language/haskell/cabal: valid stack.yaml.lock file with package problems": "a pin without `any.` is a pin too",
  "language/r/renvlock: with bioconductor": "packages of Bioconductor are found too, as Bioconductor's",
  "os/dpkg: statusfield": ON_DISK,
  "os/dpkg: statusfield including not installed": ON_DISK,
  "os/kernel/module: invalid *.ko file, no .modinfo section": REFUSED,
  "os/kernel/module: missing_osrelease": MODULE,
  "os/kernel/module: no os version": MODULE,
  "os/kernel/module: valid *.ko file": MODULE,
  "os/kernel/module: valid *.ko file without version, deps, author": `${MODULE}; without a version it is shown as unknown`,
  "os/kernel/vmlinuz: invalid vmlinuz file": REFUSED,
  "os/macapps: Missing_Info.plist_data_": `${IDENTIFIER}; the build stands in for the version`,
  "os/macapps: Valid_Binary_Info.plist_data_": IDENTIFIER,
  "os/macapps: Valid_XML_Info.plist_data_": IDENTIFIER,
  "os/portage: empty PF file": REFUSED,
  "os/portage: no package name PF file": REFUSED,
  "os/portage: no version PF file": REFUSED,
  "os/portage: not valid PF file": REFUSED,
  "os/portage: valid PF file": "the category is part of the name, as in Gentoo's advisories",
  "os/rpm: invalid": REFUSED,
};

const signal = new AbortController().signal;
const DEBIAN = parseOsRelease("ID=debian\nVERSION_ID=12\n");

interface Found {
  readonly names: string[];
  readonly problems: readonly string[];
}

/** What a reader finds when these bytes lie at this path, and nothing else does. */
const found = async (id: string, path: string, bytes: Uint8Array): Promise<Found> => {
  const reader = FILE_EXTRACTORS.find((extractor) => extractor.id === id);
  if (reader !== undefined) {
    const read: FileContext["read"] = async (asked) => (asked === path ? bytes : null);
    const context: FileContext = { read, list: async () => [], os: DEBIAN, signal };
    const { extract } = await reader.load();
    const { packages, problems } = await extract({ path, sizeBytes: bytes.length, realPath: "" }, context);
    return { names: packages.map(({ component: c }) => `${c.name}@${c.version}`), problems };
  }
  const extractor = EXTRACTORS.find(({ descriptor }) => descriptor.id === id);
  const extraction = await extractor?.extract({ fs: fakeFs({ [path]: bytes }), os: DEBIAN, signal });
  const names = (extraction?.components ?? []).map((c) => `${c.name}@${c.version}`);
  return { names, problems: extraction?.problems ?? [] };
};

const sorted = (names: readonly string[]): string => [...new Set(names)].sort().join(" ");

interface Case {
  readonly extractor: string;
  readonly test: string;
  readonly file: string;
  readonly packages: readonly (readonly [name: string, version: string])[];
  readonly expect_error: boolean;
}

/** JSON of the corpus; the empty value where the corpus is not on this machine. */
const jsonAt = <T>(path: string, empty: T): T =>
  existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as T) : empty;

const placeOf = (one: Case): readonly [id: string, path: string] | undefined => {
  if (one.file.includes("/opkg/")) return ["opkg", "/usr/lib/opkg/status"];
  if (one.file.includes("status.d/")) return ["dpkg", `/var/lib/dpkg/status.d/${basename(one.file)}`];
  const inside = one.file.split("testdata/")[1] ?? "";
  return one.extractor === "os/homebrew" ? ["homebrew", `/opt/homebrew/${inside}`] : OURS[one.extractor];
};

const answerOf = async (one: Case, place: readonly [string, string]): Promise<string> => {
  try {
    const file = join(SCALIBR, one.file);
    // The script of one cask is not in the corpus; its folder counts.
    return sorted((await found(...place, existsSync(file) ? readFileSync(file) : new Uint8Array())).names);
  } catch (error) {
    if (error instanceof AppError && error.code === "UNREADABLE") return "refused";
    throw error;
  }
};

/** The lifted expectations of systems name each package again in its metadata, without a version. */
const expectedOf = ({ extractor, packages, expect_error: isRefused }: Case): string => {
  if (isRefused) return "refused";
  const kept = extractor.startsWith("os/") ? packages.filter(([, version]) => version !== "") : packages;
  return sorted(kept.map(([name, version]) => `${name}@${version}`));
};

/** Cases whose answer is equal (count). */
const EQUAL_COUNT = 109;

/** Tests of a way of writing a path, not of what a file holds. */
const NO_CONTENT: ReadonlySet<string> = new Set(["cellar_path", "caskroom_path"]);

test("what osv-scalibr's own fixtures hold is found; each differing case has its reason", async () => {
  const wrong: string[] = [];
  const differing = new Set<string>();
  let equalCount = 0;
  for (const one of jsonAt<Case[]>(join(SCALIBR, "expected-auto-extracted.json"), [])) {
    const place = placeOf(one);
    if (place === undefined || NO_CONTENT.has(one.test)) continue;
    const answer = await answerOf(one, place);
    const key = `${one.extractor}: ${one.test}`;
    if (answer === expectedOf(one)) equalCount += 1;
    else differing.add(key);
    if (answer !== expectedOf(one) && DIFFERENT[key] === undefined) {
      wrong.push(`${key}\n  is:     ${answer}\n  wanted: ${expectedOf(one)}`);
    }
  }
  expect(wrong.join("\n")).toBe("");
  if (existsSync(SCALIBR)) {
    expect([...differing].sort()).toEqual(Object.keys(DIFFERENT).sort());
    expect(equalCount).toBe(EQUAL_COUNT);
  }
});

test("files that osv-scalibr holds without an expectation are read as they are", async () => {
  const wanted: readonly (readonly [id: string, path: string, file: string, names: readonly string[]])[] = [
    ["rpm", "/var/lib/rpm/Packages", "os/rpm/testdata/Packages_epoch", ["hello@1:0.0.1-rls"]],
    ["chocolatey", "chocolatey/lib/a/a.nuspec", "os/chocolatey/testdata/atom.nuspec", ["atom@1.60.0"]],
    ["cpan-meta", "META.json", "language/perl/cpan/testdata/META_correct1.json", ["ExtUtils-Helpers@0.028"]],
    ["cpan-meta", "META.yml", "language/perl/cpan/testdata/META_correct.yml", ["Class-Data-Inheritable@0.08"]],
    [
      "swift-package-resolved",
      "Package.resolved",
      "language/swift/packageresolved/testdata/cve-packages",
      [
        "github.com/apple/swift-crypto@3.0.0",
        "github.com/apple/swift-nio-http2@1.29.0",
        "github.com/apple/swift-nio@2.65.0",
      ],
    ],
  ];
  for (const [id, path, file, names] of wanted) {
    const at = join(SCALIBR, file);
    if (existsSync(at)) expect(sorted((await found(id, path, readFileSync(at))).names)).toBe(sorted(names));
  }
});

/** Trivy's names of the formats and our readers. */
const TRIVY_TYPES: Readonly<Record<string, string>> = {
  cocoapods: "podfile-lock",
  conan: "conan-lock",
  hex: "mix-lock",
  julia: "julia-manifest",
  pub: "pubspec-lock",
  swift: "swift-package-resolved",
};

interface Golden {
  readonly input: string | null;
  readonly results: readonly {
    readonly target: string;
    readonly type: string;
    readonly packages: readonly (readonly [name: string, version: string])[];
  }[];
}

test("Trivy's goldens list what is found in their input", async () => {
  const { expected } = jsonAt<{ expected: Golden[] }>(join(TRIVY, "cases.json"), { expected: [] });
  let goldenCount = 0;
  for (const { input, results } of expected) {
    for (const { target, type, packages } of results) {
      const id = TRIVY_TYPES[type];
      if (id === undefined || input === null || packages.length === 0) continue;
      goldenCount += 1;
      const { names } = await found(id, target, readFileSync(join(TRIVY, input, target)));
      expect(sorted(names)).toBe(sorted(packages.map(([name, version]) => `${name}@${version}`)));
    }
  }
  if (existsSync(TRIVY)) expect(goldenCount).toBe(5);
});

test("lockfiles of real projects are read without a problem", async () => {
  for (const [id, file, count] of [
    ["mix-lock", "taskforcesh__bullmq/elixir/mix.lock", 27],
    ["pubspec-lock", "dependabot__dependabot-core/pub/helpers/pubspec.lock", 33],
  ] as const) {
    const at = join(CORPUS, "lockfiles", file);
    if (!existsSync(at)) continue;
    const { names, problems } = await found(id, basename(file), readFileSync(at));
    expect([names.length, problems]).toEqual([count, []]);
  }
});

/** Files of package databases: which reader, how many packages, how many entries that cannot be read. */
const DATABASES: Readonly<Record<string, readonly [id: string, packages: number, problems: number]>> = {
  "claircore/dpkg/testdata/debian-only.status": ["dpkg", 1, 0],
  "claircore/dpkg/testdata/postgresql.status": ["dpkg", 3, 0],
  "claircore/dpkg/testdata/texlive.status.gz": ["dpkg", 357, 0],
  "claircore/dpkg/testdata/vcpkg.status": ["vcpkg", 15, 0],
  "data/dpkg/status.gz": ["dpkg", 1112, 0],
  "trivy/apk/testdata/apk": ["apk", 15, 1],
  "trivy/dpkg/testdata/corrupsed.txtar": ["dpkg", 4, 0],
  "trivy/dpkg/testdata/digest.txtar": ["dpkg", 2, 0],
  "trivy/dpkg/testdata/md5sums.txtar": ["dpkg", 1, 0],
  "trivy/dpkg/testdata/only-apt.txtar": ["dpkg", 1, 0],
  "trivy/dpkg/testdata/third-party.txtar": ["dpkg", 2, 0],
  "trivy/dpkg/testdata/valid.txtar": ["dpkg", 90, 0],
};

/** Files beside them that are no databases. */
const NO_DATABASES: Readonly<Record<string, string>> = {
  "data/os-release": "it names the system",
  "trivy/dpkg/testdata/all-patterns-copyright": "a license text",
  "trivy/dpkg/testdata/common-license-copyright": "a license text",
  "trivy/dpkg/testdata/license-pattern-and-classifier-copyright": "a license text",
  "trivy/dpkg/testdata/no-license-copyright": "a license text",
};

const PATHS: Readonly<Record<string, string>> = {
  apk: "/lib/apk/db/installed",
  dpkg: "/var/lib/dpkg/status",
  vcpkg: "vcpkg/status",
};

/** The content of a corpus file: unpacked, and of an archive of texts the status file. */
const contentOf = (file: string): Uint8Array => {
  const bytes = readFileSync(join(PKGDB, file));
  if (file.endsWith(".gz")) return gunzipSync(bytes);
  if (!file.endsWith(".txtar")) return bytes;
  const parts = bytes.toString("utf8").split(/^-- (.+) --$/m);
  return Buffer.from(parts[parts.indexOf("var/lib/dpkg/status") + 1] ?? "");
};

test("every file of the corpus of package databases is read, or is no database", async () => {
  const wrong: string[] = [];
  if (existsSync(PKGDB)) {
    const files = readdirSync(PKGDB, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(PKGDB.length + 1));
    expect(files.sort()).toEqual([...Object.keys(DATABASES), ...Object.keys(NO_DATABASES)].sort());
    for (const [file, [id, packageCount, problemCount]] of Object.entries(DATABASES)) {
      const { names, problems } = await found(id, PATHS[id] ?? "", contentOf(file));
      if (names.length !== packageCount || problems.length !== problemCount) {
        wrong.push(`${file}: ${names.length} packages, ${problems.length} problems: ${problems.join("; ")}`);
      }
    }
    expect(parseOsRelease(readFileSync(join(PKGDB, "data/os-release"), "utf8")).ecosystem).toBe("Ubuntu:22.04:LTS");
  }
  expect(wrong.join("\n")).toBe("");
});

test("the readers named here exist", () => {
  const ids = new Set([...FILE_EXTRACTORS.map(({ id }) => id), ...EXTRACTORS.map(({ descriptor }) => descriptor.id)]);
  const named = [...Object.values(OURS).map(([id]) => id), ...Object.values(TRIVY_TYPES), ...Object.keys(PATHS)];
  expect(named.filter((id) => !ids.has(id))).toEqual([]);
});
