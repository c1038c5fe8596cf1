import { expect, test } from "vitest";
import { fakeFs } from "../fixtures.ts";
import { parseOsRelease } from "../os-release.ts";
import { portage } from "./index.ts";

const run = (files: Record<string, string>) =>
  portage.extract({ fs: fakeFs(files), os: parseOsRelease("ID=gentoo"), signal: new AbortController().signal });

test.each([
  ["Getopt-Long-2.580.0", "Getopt-Long", "2.580.0"],
  ["openssl-3.0.13-r2", "openssl", "3.0.13-r2"],
  ["font-adobe-100dpi-1.0.4", "font-adobe-100dpi", "1.0.4"],
  ["ncurses-6.4_p20230424-r1", "ncurses", "6.4_p20230424-r1"],
  ["bash-5.2a_rc1_p2", "bash", "5.2a_rc1_p2"],
])("%s is %s at %s, with its category", async (full, name, version) => {
  const extraction = await run({
    [`/var/db/pkg/dev-x/${full}/PF`]: `${full}\n`,
    "/var/db/pkg/dev-x/-MERGING-a-1/PF": "a-1",
  });
  expect(extraction).toEqual({ components: [{ ecosystem: "Gentoo", name: `dev-x/${name}`, version }], problems: [] });
});

test("a name without a version is a problem and the rest is read", async () => {
  const extraction = await run({ "/var/db/pkg/c/a/PF": "{}", "/var/db/pkg/c/b-1/PF": "b-1" });
  expect(extraction?.components.map((c) => c.name)).toEqual(["c/b"]);
  expect(extraction?.problems).toEqual(["/var/db/pkg/c/a: {} is no name with a version"]);
});
