import { expect, test } from "vitest";
import { parseOsRelease } from "../../extractors/os-release.ts";
import { readCsaf } from "../csaf.ts";
import { vexJson } from "../redhat/fixtures.ts";
import type { VexFixture } from "../redhat/fixtures.ts";
import { suseEcosystems, suseRecord } from "./records.ts";

test.for([
  ["SUSE Linux Enterprise Server 15 SP6", 'ID="sles"\nVERSION_ID="15.6"'],
  ["SUSE Linux Enterprise Server 15 SP6-LTSS", 'ID="sles"\nVERSION_ID="15.6"'],
  ["SUSE Linux Enterprise Server 11 SP4 LTSS", 'ID="sles"\nVERSION_ID="11.4"'],
  ["SUSE Linux Enterprise Server 15-LTSS", 'ID="sles"\nVERSION_ID="15"'],
  ["SUSE Linux Enterprise Server 16.0", 'ID="sles"\nVERSION_ID="16.0"'],
  ["SUSE Linux Enterprise Server 16.1", 'ID="sles"\nVERSION_ID="16.1"'],
  ["SUSE Linux Enterprise Module for Basesystem 15 SP6", 'ID="sles"\nVERSION_ID="15.6"'],
  ["SUSE Linux Enterprise Module for Python 3 15 SP6", 'ID="sled"\nVERSION_ID="15.6"'],
  ["SUSE Linux Enterprise Desktop 15 SP5", 'ID="sled"\nVERSION_ID="15.5"'],
  ["SUSE Linux Enterprise Server for SAP Applications 15 SP4", 'ID="sles_sap"\nVERSION_ID="15.4"'],
  ["SUSE Linux Enterprise Micro 5.5", 'ID="sle-micro"\nVERSION_ID="5.5"'],
  ["openSUSE Leap 15.6", 'ID="opensuse-leap"\nVERSION_ID="15.6"'],
  ["openSUSE Tumbleweed", 'ID="opensuse-tumbleweed"\nVERSION_ID="20260101"'],
])("%s means what the inventory writes of %s", ([product, release]) => {
  expect(suseEcosystems(product!)).toContain(parseOsRelease(release!).ecosystem);
});

test.for([
  "SUSE Linux Enterprise High Performance Computing 15 SP5-LTSS",
  "SUSE Linux Enterprise Server 12 SP3-LTSS-TERADATA",
  "SUSE Linux Enterprise Server 12 SP5-LTSS Extended Security",
  "SUSE Linux Enterprise Server 12 SP2-BCL",
  "SUSE Manager Server 4.3",
  "SUSE Liberty Linux 9",
  "",
])("%s is no system of ours", (product) => {
  expect(suseEcosystems(product)).toEqual([]);
});

const SP6 = "SUSE Linux Enterprise Server 15 SP6";
const LTSS = `${SP6}-LTSS`;
const LEAP = "openSUSE Leap 15.6";
const WHOLES = {
  [SP6]: "cpe:/o:suse:sles:15:sp6",
  [LTSS]: "cpe:/o:suse:sles-ltss:15:sp6",
  [LEAP]: "cpe:/o:opensuse:leap:15.6",
};

const affectedBy = (parts: VexFixture["parts"], states: VexFixture["states"], remedies: VexFixture["remedies"] = []) =>
  suseRecord(readCsaf(vexJson({ cve: "CVE-2026-0001", wholes: WHOLES, parts, states, remedies }))!)?.affected ?? null;

test("recommended versions are fixes, the lowest of several counts, and what is affected without one stays open", () => {
  const parts = {
    low: "pkg:rpm/suse/xz@5.4.1-150600.3.3.1?upstream=xz-5.4.1-150600.3.3.1.src.rpm",
    high: "pkg:rpm/suse/xz@5.4.1-150600.3.6.1?upstream=xz-5.4.1-150600.3.6.1.src.rpm",
    xz: "pkg:rpm/suse/xz@?upstream=xz.src.rpm",
    deb: "pkg:deb/debian/xz@1",
  };
  const remedies = [{ category: "no_fix_planned", product_ids: [`${LEAP}:xz`] }];
  const states: VexFixture["states"] = [
    ["recommended", LTSS, "high"],
    ["recommended", SP6, "low"],
    ["known_affected", SP6, "xz"],
    ["known_affected", LEAP, "xz"],
    ["known_affected", LEAP, "deb"],
  ];
  expect(affectedBy(parts, states, remedies)).toEqual([
    {
      package: { ecosystem: "SUSE:Linux Enterprise Server 15 SP6", name: "xz" },
      ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed: "5.4.1-150600.3.3.1" }] }],
    },
    {
      package: { ecosystem: "openSUSE:Leap 15.6", name: "xz" },
      ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }] }],
      ecosystem_specific: { urgency: "no fix planned" },
    },
  ]);
});

test("older documents name packages without a purl; nothing of ours gives no record", () => {
  const parts = { "samba-libs-32bit": "", "libtevent0-4.15-150600.1.2.x86_64": "", "SUSE Manager": "" };
  const states: VexFixture["states"] = [
    ["known_affected", SP6, "samba-libs-32bit"],
    ["recommended", SP6, "libtevent0-4.15-150600.1.2.x86_64"],
    ["recommended", SP6, "samba-libs-32bit"],
  ];
  const found = affectedBy(parts, states)?.map((one) => [one.package.name, one.ranges[0]?.events.length]);
  expect(found).toEqual([
    ["libtevent0", 2],
    ["samba-libs-32bit", 1],
  ]);
  expect(affectedBy({ a: "" }, [["known_affected", "SUSE Manager", "a"]])).toBeNull();
});
