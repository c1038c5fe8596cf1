import type { Recorded } from "../recorded.ts";
import { createWolfiSecdbFeed } from "./index.ts";

const FILE = "/os/security.json";
const pkg = (name: string, secfixes: unknown) => ({ pkg: { name, secfixes } });

/** Wolfi's database: a fix, one by its GHSA id, one that was never needed, and an id that is none. */
export const recorded: Recorded = {
  feed: createWolfiSecdbFeed,
  location: (serverUrl) => serverUrl + FILE,
  answer: ({ path }) =>
    path === FILE
      ? {
          headers: { "content-type": "application/json", "last-modified": "Tue, 03 Feb 2026 01:02:03 GMT" },
          body: JSON.stringify({
            apkurl: "{{urlprefix}}/{{reponame}}/{{arch}}/{{pkg.name}}-{{pkg.ver}}.apk",
            archs: ["x86_64", "aarch64"],
            reponame: "os",
            urlprefix: "https://packages.wolfi.dev",
            packages: [
              pkg("binutils", { "2.39-r1": ["CVE-2026-0001"], "2.39-r2": ["CVE-2026-0002", "GHSA-abcd-2345-wxyz"] }),
              pkg("curl", { "0": ["CVE-2026-0003"], "8.7.1-r0": ["not an id"] }),
            ],
          }),
        }
      : null,
  expected: {
    records: ["WOLFI-CVE-2026-0001", "WOLFI-CVE-2026-0002", "WOLFI-GHSA-abcd-2345-wxyz"],
    cves: [],
    badCount: 1,
  },
};
