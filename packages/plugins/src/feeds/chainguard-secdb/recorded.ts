import type { Recorded } from "../recorded.ts";
import { createChainguardSecdbFeed } from "./index.ts";

const FILE = "/chainguard/security.json";
const pkg = (name: string, secfixes: unknown) => ({ pkg: { name, secfixes } });

/** Chainguard's database: a fix, one by its GHSA id, one that was never needed, and an id that is none. */
export const recorded: Recorded = {
  feed: createChainguardSecdbFeed,
  location: (serverUrl) => serverUrl + FILE,
  answer: ({ path }) =>
    path === FILE
      ? {
          headers: { "content-type": "application/json", "last-modified": "Tue, 03 Feb 2026 01:02:03 GMT" },
          body: JSON.stringify({
            apkurl: "{{urlprefix}}/{{reponame}}/{{arch}}/{{pkg.name}}-{{pkg.ver}}.apk",
            archs: ["x86_64", "aarch64"],
            reponame: "chainguard",
            urlprefix: "https://packages.cgr.dev",
            packages: [
              pkg("binutils", { "2.39-r1": ["CVE-2026-0001"], "2.39-r2": ["CVE-2026-0002", "GHSA-abcd-2345-wxyz"] }),
              pkg("curl", { "0": ["CVE-2026-0003"], "8.7.1-r0": ["not an id"] }),
            ],
          }),
        }
      : null,
  expected: {
    records: ["CHAINGUARD-CVE-2026-0001", "CHAINGUARD-CVE-2026-0002", "CHAINGUARD-GHSA-abcd-2345-wxyz"],
    cves: [],
    badCount: 1,
  },
};
