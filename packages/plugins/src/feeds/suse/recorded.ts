import { csafDirectory, vexJson } from "../redhat/fixtures.ts";
import type { Recorded } from "../recorded.ts";
import { createSuseFeed } from "./index.ts";

const BASESYSTEM = "SUSE Linux Enterprise Module for Basesystem 15 SP6";
const LEAP = "openSUSE Leap 15.6";

const xz = vexJson({
  cve: "CVE-2026-0001",
  label: "important",
  wholes: { [BASESYSTEM]: "cpe:/o:suse:sle-module-basesystem:15:sp6", [LEAP]: "cpe:/o:opensuse:leap:15.6" },
  parts: {
    "liblzma5-5.4.1-150600.3.3.1": "pkg:rpm/suse/liblzma5@5.4.1-150600.3.3.1?upstream=xz-5.4.1-150600.3.3.1.src.rpm",
    xz: "pkg:rpm/suse/xz@?upstream=xz.src.rpm",
  },
  states: [
    ["recommended", BASESYSTEM, "liblzma5-5.4.1-150600.3.3.1"],
    ["known_affected", LEAP, "xz"],
  ],
  remedies: [{ category: "none_available", details: "No fix is available", product_ids: [`${LEAP}:xz`] }],
});

const manager = vexJson({
  cve: "CVE-2026-0002",
  wholes: { "SUSE Manager Server 4.3": "cpe:/o:suse:suse-manager-server:4.3" },
  parts: { xz: "" },
  states: [["known_affected", "SUSE Manager Server 4.3", "xz"]],
});

/** SUSE's directory: no archive that can be read; one about another product, one that is listed and gone, one that is no JSON. */
export const recorded: Recorded = {
  feed: createSuseFeed,
  location: (serverUrl) => serverUrl,
  answer: csafDirectory({
    changes: [
      ["cve-2026-0003.json", "2026-01-04T10:00:00Z"],
      ["cve-2026-0002.json", "2026-01-03T10:00:00Z"],
      ["cve-2026-0001.json", "2026-01-02T10:00:00Z"],
      ["cve-2026-0004.json", "2026-01-01T10:00:00Z"],
    ],
    documents: {
      "cve-2026-0001.json": JSON.stringify(xz),
      "cve-2026-0002.json": JSON.stringify(manager),
      "cve-2026-0003.json": "<html>",
    },
  }),
  expected: { records: ["SUSEVEX-CVE-2026-0001"], cves: [], badCount: 1 },
  checkedPath: "/cve-2026-0001.json",
};
