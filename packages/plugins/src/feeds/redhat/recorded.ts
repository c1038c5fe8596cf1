import { csafDirectory, vexJson } from "./fixtures.ts";
import type { Recorded } from "../recorded.ts";
import { createRedhatFeed } from "./index.ts";

const WHOLES = {
  "rhel-9.7.z": "cpe:/a:redhat:enterprise_linux:9",
  "rhel-9.4.0.z": "cpe:/a:redhat:rhel_eus:9.4",
  "openshift-4.18::el9": "cpe:/a:redhat:openshift:4.18::el9",
};

const glibc = vexJson({
  cve: "CVE-2026-0001",
  wholes: WHOLES,
  parts: {
    "glibc-0:2.34-231.el9_7.10.src": "pkg:rpm/redhat/glibc@2.34-231.el9_7.10?arch=src&epoch=0",
    "glibc-0:2.34-100.el9_4.5.src": "pkg:rpm/redhat/glibc@2.34-100.el9_4.5?arch=src&epoch=0",
  },
  states: [
    ["fixed", "rhel-9.7.z", "glibc-0:2.34-231.el9_7.10.src"],
    ["fixed", "rhel-9.4.0.z", "glibc-0:2.34-100.el9_4.5.src"],
  ],
  remedies: [
    {
      category: "vendor_fix",
      details: "For details see the errata.",
      product_ids: ["rhel-9.7.z:glibc-0:2.34-231.el9_7.10.src"],
      url: "https://access.redhat.com/errata/RHSA-2026:1001",
    },
  ],
});

const libxml2 = (cve: string, details: string) =>
  vexJson({
    cve,
    wholes: WHOLES,
    parts: { libxml2: "pkg:rpm/redhat/libxml2?arch=src" },
    states: [["known_affected", "rhel-9.7.z", "libxml2"]],
    remedies: [{ category: "none_available", details, product_ids: ["rhel-9.7.z:libxml2"] }],
  });

const elsewhere = vexJson({
  cve: "CVE-2026-0003",
  wholes: WHOLES,
  parts: { "openshift/ose-cli": "pkg:oci/ose-cli?repository_url=registry.redhat.io/openshift4/ose-cli" },
  states: [["known_affected", "openshift-4.18::el9", "openshift/ose-cli"]],
});

const file = (name: string, value: unknown) => ({
  name,
  bytes: Buffer.from(typeof value === "string" ? value : JSON.stringify(value)),
});

const ARCHIVE = "vex-archive.tar.zst";

/** Red Hat's directory: an archive, what changed since, one taken back, one about another product, one that is no JSON. */
export const recorded: Recorded = {
  feed: createRedhatFeed,
  location: (serverUrl) => serverUrl,
  answer: csafDirectory({
    archive: {
      name: ARCHIVE,
      modified: "Thu, 01 Jan 2026 06:00:00 GMT",
      documents: [
        { ...file("2026/", ""), kind: "5" },
        file("2026/cve-2026-0001.json", glibc),
        file("2026/cve-2026-0002.json", libxml2("CVE-2026-0002", "Affected")),
        file("2026/cve-2026-0003.json", elsewhere),
        file("2026/cve-2026-0004.json", libxml2("CVE-2026-0004", "Affected")),
        file("2026/cve-2026-0005.json", "{ no document"),
        file("index.txt", "2026/cve-2026-0001.json"),
      ],
    },
    changes: [
      ["2026/cve-2026-0006.json", "2026-01-03T10:00:00+00:00"],
      ["2026/cve-2026-0002.json", "2026-01-02T10:00:00+00:00"],
      ["2026/cve-2026-0001.json", "2025-12-31T10:00:00+00:00"],
    ],
    deletions: [["2026/cve-2026-0004.json", "2026-01-02T11:00:00+00:00"]],
    documents: {
      "2026/cve-2026-0002.json": JSON.stringify(libxml2("CVE-2026-0002", "Will not fix")),
      "2026/cve-2026-0006.json": JSON.stringify(libxml2("CVE-2026-0006", "Fix deferred")),
    },
  }),
  expected: { records: ["RHVEX-CVE-2026-0001", "RHVEX-CVE-2026-0002", "RHVEX-CVE-2026-0006"], cves: [], badCount: 1 },
  checkedPath: `/${ARCHIVE}`,
};
