import { expect, test } from "vitest";
import { fakeFs } from "../fixtures.ts";
import { parseOsRelease } from "../os-release.ts";
import { nix } from "./index.ts";

const HASH = "0123456789abcdfghijklmnpqrsvwxyz";

test.each([
  ["openssl-3.0.13", "openssl", "3.0.13"],
  ["openssl-3.0.13-bin", "openssl", "3.0.13"],
  ["python3.11-requests-2.31.0", "python3.11-requests", "2.31.0"],
  ["glibc-2.38-44", "glibc", "2.38-44"],
])("the path of %s is %s at %s", async (path, name, version) => {
  const fs = fakeFs({ [`/nix/store/${HASH}-${path}/bin/x`]: "" });
  const context = { fs, os: parseOsRelease("ID=nixos"), signal: new AbortController().signal };
  expect((await nix.extract(context))?.components).toEqual([{ ecosystem: "Nix", name, version }]);
});

test("what builds leave behind and what has no version is no package", async () => {
  const paths = [`${HASH}-openssl-3.0.13.drv`, `${HASH}-fix-1.2.patch`, `${HASH}-source`, ".links", "x-1.0"];
  const fs = fakeFs(Object.fromEntries(paths.map((path) => [`/nix/store/${path}`, ""])));
  const context = { fs, os: parseOsRelease("ID=nixos"), signal: new AbortController().signal };
  expect(await nix.extract(context)).toEqual({ components: [], problems: [] });
});
