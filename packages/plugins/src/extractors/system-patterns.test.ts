import { expect, test } from "vitest";
import { chooserOf } from "../targets/choose.ts";
import { FILE_EXTRACTORS } from "./files.ts";

const chooser = chooserOf(FILE_EXTRACTORS);
const chosen = (path: string): string[] => chooser.of(path, path.slice(path.lastIndexOf("/") + 1)).map(({ id }) => id);

test.each([
  ["mix.lock", "mix-lock"],
  ["app/pubspec.lock", "pubspec-lock"],
  ["A.xcodeproj/project.xcworkspace/xcshareddata/swiftpm/Package.resolved", "swift-package-resolved"],
  ["ios/Podfile.lock", "podfile-lock"],
  ["conan.lock", "conan-lock"],
  ["renv.lock", "renv-lock"],
  ["stack.yaml.lock", "stack-lock"],
  ["cabal.project.freeze", "cabal-freeze"],
  [".github/workflows/ci.yml", "github-actions"],
  ["a/b/.github/workflows/release.yaml", "github-actions"],
  ["actions/setup/action.yml", "github-actions"],
  ["var/www/wp-content/plugins/akismet/akismet.php", "wordpress-plugin"],
  ["wp-content/plugins/hello.php", "wordpress-plugin"],
  ["wp-content/mu-plugins/own.php", "wordpress-plugin"],
  ["wp-content/themes/twentyten/style.css", "wordpress-plugin"],
  ["wp-includes/version.php", "wordpress-plugin"],
  ["Manifest.toml", "julia-manifest"],
  ["x/Manifest-v1.11.toml", "julia-manifest"],
  ["home/a/.opam/default/.opam-switch/switch-state", "opam"],
  ["own.opam.locked", "opam"],
  ["manifest.toml", "gleam"],
  ["gleam.toml", "gleam"],
  ["rebar.lock", "rebar-lock"],
  ["usr/local/lib/luarocks/rocks-5.1/lpeg/1.0.2-1/rock_manifest", "luarocks"],
  ["usr/local/lib/perl5/x/.meta/Try-Tiny-0.31/MYMETA.json", "cpan-meta"],
  ["cpanfile.snapshot", "cpan-meta"],
  ["vcpkg.json", "vcpkg"],
  ["build/vcpkg_installed/vcpkg/status", "vcpkg"],
  ["ProgramData/chocolatey/lib/atom/atom.nuspec", "chocolatey"],
  ["Applications/Google Chrome.app/Contents/Info.plist", "macos-app"],
  ["boot/vmlinuz-6.6.10", "linux-kernel"],
  ["usr/lib/modules/6.6.10/vmlinuz", "linux-kernel"],
  ["lib/modules/6.6.10/updates/dkms/zfs.ko.zst", "linux-kernel"],
  ["host.reg", "windows-programs"],
  ["windows-hotfixes.json", "windows-programs"],
])("%s is read by %s", (path, id) => {
  expect(chosen(path)).toEqual([id]);
});

test.each([
  "workflows/ci.yml",
  ".github/workflows/nested/ci.yml",
  "wp-content/plugins/akismet/views/start.php",
  "wp-content/uploads/style.css",
  "var/lib/dpkg/status",
  "lib/modules/6.6.10/kernel/fs/ext4/ext4.ko",
  "Info.plist",
])("%s is read by none of these readers", (path) => {
  expect(chosen(path)).toEqual([]);
});
