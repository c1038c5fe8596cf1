import { expect, test } from "vitest";
import { fakeFs } from "../fixtures.ts";
import { parseOsRelease } from "../os-release.ts";
import { cos } from "./index.ts";

const run = (content: string) =>
  cos.extract({
    fs: fakeFs({ "/etc/cos-package-info.json": content }),
    os: parseOsRelease("ID=cos\nVERSION_ID=101"),
    signal: new AbortController().signal,
  });

test("installed packages are found, those of the build are not", async () => {
  const list = {
    installedPackages: [{ category: "sys-libs", name: "zlib", version: "17162.336.17", ebuild_version: "1.2.11-r5" }],
    buildTimePackages: [{ category: "app-admin", name: "eselect", version: "17162.336.16" }],
  };
  expect((await run(JSON.stringify(list)))?.components).toEqual([
    { ecosystem: "COS", name: "zlib", version: "17162.336.17" },
  ]);
});

test("a list that is no object is refused by name", async () => {
  for (const text of ["asdf", "[]", "null"]) await expect(run(text)).rejects.toMatchObject({ code: "UNREADABLE" });
});
