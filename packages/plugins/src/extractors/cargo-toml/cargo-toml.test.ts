import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const MANIFEST = `[package]
name = "app"
version = "0.1.0"
[workspace.dependencies]
shared = "=3.0.0"
[dependencies]
regex = "1.5"
fixed = "=1.2.3"
renamed = { package = "real", version = "=2.0.0" }
mine = { path = "../mine" }
shared = { workspace = true }
[dev-dependencies]
tester = "1"
[target.'cfg(unix)'.dependencies]
libc = { git = "https://github.com/rust-lang/libc" }
`;

test("Cargo.toml gives what is asked for; only an exact version is one, folders are left out", async () => {
  const found = await extractFrom(extract, { "app/Cargo.toml": MANIFEST });
  expect(namesOf(found)).toEqual(["fixed@1.2.3", "libc@", "real@2.0.0", "regex@", "shared@3.0.0", "tester@"]);
  expect(found.packages.map(({ isDev }) => isDev)).toEqual([false, false, false, false, false, true]);
});

test("with a lockfile beside or above it, nothing is said", async () => {
  const files = { "app/Cargo.toml": MANIFEST, "Cargo.lock": "" };
  expect((await extractFrom(extract, files)).packages).toEqual([]);
});

test("what is no TOML is refused by name", async () => {
  await expect(extractFrom(extract, { "Cargo.toml": "this is not toml" })).rejects.toMatchObject({
    code: "UNREADABLE",
  });
});
