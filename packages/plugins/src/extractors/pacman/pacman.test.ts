import { expect, test } from "vitest";
import { fakeFs } from "../fixtures.ts";
import { parseOsRelease } from "../os-release.ts";
import { pacman } from "./index.ts";

const DESC = "%NAME%\ngawk\n\n%VERSION%\n5.3.1-1\n\n%BASE%\ngawk\n\n%ARCH%\nx86_64\n\n%DEPENDS%\nsh\n%NAME%\nother\n";

test.each([
  ["ID=arch", "Arch Linux"],
  ["ID=manjaro", "Manjaro"],
  ["ID=debian\nVERSION_ID=12", "pacman"],
])("packages on %s are judged as %s's", async (release, ecosystem) => {
  const fs = fakeFs({
    "/var/lib/pacman/local/gawk-5.3.1-1/desc": DESC,
    "/var/lib/pacman/local/ALPM_DB_VERSION": "9\n",
  });
  const context = { fs, os: parseOsRelease(release), signal: new AbortController().signal };
  expect(await pacman.extract(context)).toEqual({
    components: [{ ecosystem, name: "gawk", version: "5.3.1-1", arch: "x86_64" }],
    problems: [],
  });
});
