import type { Recorded } from "../recorded.ts";
import { createAlpineSecdbFeed } from "./index.ts";

const INDEX = `<html>
<head><title>Index of /</title></head>
<body>
<h1>Index of /</h1><hr><pre><a href="../">../</a>
<a href="edge/">edge/</a>                                              03-Feb-2026 01:00       -
<a href="v3.2/">v3.2/</a>                                              03-Feb-2026 01:00       -
<a href="v3.20/">v3.20/</a>                                             03-Feb-2026 01:00       -
<a href="last-update">last-update</a>                                        03-Feb-2026 01:00      33
</pre><hr></body>
</html>`;

const database = (distroversion: string, reponame: string, packages: unknown) =>
  JSON.stringify({
    apkurl: "{{urlprefix}}/{{distroversion}}/{{reponame}}/{{arch}}/{{pkg.name}}-{{pkg.ver}}.apk",
    archs: ["x86_64", "aarch64"],
    distroversion,
    packages,
    reponame,
    urlprefix: "https://dl-cdn.alpinelinux.org/alpine",
  });

const pkg = (name: string, secfixes: unknown) => ({ pkg: { name, secfixes } });

const FILES: Readonly<Record<string, string>> = {
  "/": INDEX,
  "/edge/main.json": database("edge", "main", [pkg("openssl", { "3.3.1-r1": ["CVE-2026-0001"] })]),
  "/v3.2/main.json": database("v3.2", "main", {}),
  "/v3.20/main.json": database("v3.20", "main", [
    pkg("openssl", { "3.3.1-r1": ["CVE-2026-0001"], "0": ["CVE-2026-0009"] }),
    pkg("xen", { "4.18.2-r1": ["CVE-2026-0002 XSA-455", "CVE_2026-0003 (+ regression fix)", "XSA-456"] }),
    pkg("busybox", []),
    pkg("bad", { latest: ["CVE-2026-0004"], "1.0-r0": "CVE-2026-0005", "1.0-r1": ["CVE-N/A"] }),
  ]),
  "/v3.20/community.json": database("v3.20", "community", [pkg("gimp", { "2.10.38-r1": ["CVE-2026-0001"] })]),
};

/** Alpine's databases: two repositories, edge, a release without packages, entries with several names, bad ones. */
export const recorded: Recorded = {
  feed: createAlpineSecdbFeed,
  location: (serverUrl) => serverUrl,
  answer: ({ path }) => {
    const body = FILES[path];
    return body === undefined ? null : { headers: { "last-modified": "Tue, 03 Feb 2026 01:00:00 GMT" }, body };
  },
  expected: {
    records: [
      "ALPINE-CVE-2026-0001",
      "ALPINE-CVE-2026-0002",
      "ALPINE-CVE-2026-0003",
      "ALPINE-SECDB-CVE-2026-0001",
      "ALPINE-XSA-456",
    ],
    cves: [],
    badCount: 3,
  },
};
