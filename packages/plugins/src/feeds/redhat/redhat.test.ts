import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createIndexBuilder, judgedAs, openIndex } from "@zerotrace/core";
import { expect, test } from "vitest";
import { fakeFs, ndbFile, rpmHeader } from "../../extractors/fixtures.ts";
import { parseOsRelease } from "../../extractors/os-release.ts";
import { rpm } from "../../extractors/rpm/index.ts";
import { readCsaf, rpmPurl } from "../csaf.ts";
import { tarOf, vexJson } from "./fixtures.ts";
import type { VexFixture } from "./fixtures.ts";
import { contextOf, freshFolder, recordingSink } from "../fixtures.ts";
import { redhatFeed } from "./index.ts";
import { redhatRecord } from "./records.ts";
import { eventsOf } from "./streams.ts";

const MAIN = "cpe:/a:redhat:enterprise_linux:9";
const WHOLES = {
  main: MAIN,
  eus: "cpe:/a:redhat:rhel_eus:9.4",
  els: "cpe:/o:redhat:rhel_els:7",
  other: "cpe:/a:redhat:ceph:5",
};

const vex = (parts: Readonly<Record<string, string>>, states: VexFixture["states"], more: Partial<VexFixture> = {}) =>
  vexJson({ cve: "CVE-2026-0001", wholes: WHOLES, parts, states, ...more });

const affectedBy = (...args: Parameters<typeof vex>) => redhatRecord(readCsaf(vex(...args))!)?.affected ?? [];

const src = (name: string, version: string, more = "") =>
  `pkg:rpm/redhat/${name}${version && `@${version}`}?arch=src${more}`;

test("several streams' fixes leave the builds between them affected", () => {
  expect(eventsOf(["2.34-231.el9_7.10", "2.34-60.el9_2.7", "2.34-100.el9_4.5"], false)).toEqual([
    { introduced: "0" },
    { fixed: "2.34-60.el9_2.7" },
    { introduced: "2.34-61" },
    { fixed: "2.34-100.el9_4.5" },
    { introduced: "2.34-101" },
    { fixed: "2.34-231.el9_7.10" },
  ]);
  // one number of release in two minor ones: the build of the second one opens
  expect(eventsOf(["2.28-225.el8_8.6", "2.28-225.el8_9.1"], true)).toEqual([
    { introduced: "0" },
    { fixed: "2.28-225.el8_8.6" },
    { introduced: "2.28-225.el8_9" },
    { fixed: "2.28-225.el8_9.1" },
    { introduced: "2.28-226" },
  ]);
  expect(eventsOf(["odd"], true)).toEqual([{ introduced: "0" }, { fixed: "odd" }]);
  expect(eventsOf([], true)).toEqual([{ introduced: "0" }]);
  expect(eventsOf([], false)).toEqual([]);
});

test("source packages of Red Hat Enterprise Linux become the record's packages, with epoch, module and advisory", () => {
  const parts = {
    ssl: src("openssl", "3.0.7-28.el9_4", "&epoch=1"),
    bin: "pkg:rpm/redhat/openssl-libs@3.0.7-28.el9_4?arch=x86_64&epoch=1",
    node: src(
      "nodejs",
      "18.20.4-1.module%2Bel9.4.0%2B22195%2Bc221878e",
      "&epoch=1&rpmmod=nodejs:18:9040020240807131341:rhel9",
    ),
    bare: src("nodejs", "20", "&rpmmod=nodejs:20"),
    flatpak: src("firefox-flatpak", "", "&rpmmod=rhel10"),
    image: "pkg:oci/ubi9?repository_url=registry.redhat.io/ubi9",
    none: "",
  };
  const states: VexFixture["states"] = [
    ["fixed", "main", "ssl"],
    ["fixed", "main", "bin"],
    ["fixed", "main", "node"],
    ["known_affected", "main", "bare"],
    ["known_affected", "main", "flatpak"],
    ["known_affected", "main", "image"],
    ["known_affected", "main", "none"],
    ["known_affected", "other", "ssl"],
    ["known_not_affected", "main", "ssl"],
  ];
  const remedies = [
    { category: "workaround", details: "Turn it off.", product_ids: ["main:bare", "main:ssl"] },
    { category: "vendor_fix", url: "https://access.redhat.com/errata/RHSA-2026:0007", product_ids: ["main:ssl"] },
    { category: "no_fix_planned", details: "Will not fix", product_ids: ["main:bare"] },
  ];
  expect(affectedBy(parts, states, { remedies })).toEqual([
    {
      package: { ecosystem: "Red Hat:9", name: "nodejs:18/nodejs" },
      ranges: [
        {
          type: "ECOSYSTEM",
          events: [{ introduced: "0" }, { fixed: "1:18.20.4-1.module+el9.4.0+22195+c221878e" }],
        },
      ],
    },
    {
      package: { ecosystem: "Red Hat:9", name: "nodejs:20/nodejs" },
      ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }] }],
      ecosystem_specific: { urgency: "will not fix" },
    },
    {
      package: { ecosystem: "Red Hat:9", name: "openssl" },
      ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed: "1:3.0.7-28.el9_4" }] }],
      database_specific: { advisories: ["RHSA-2026:0007"] },
    },
  ]);
});

test("an extended stream narrows what the main one leaves open, and opens nothing by itself", () => {
  const parts = {
    old: src("a", "1-5.el9_4.1"),
    new: src("a", "1-9.el9_7"),
    later: src("a", "1-12.el9_4"),
    a: src("a", ""),
  };
  const events = (states: VexFixture["states"]) => affectedBy(parts, states).map((one) => one.ranges[0]?.events);
  const closed = [{ introduced: "0" }, { fixed: "1-5.el9_4.1" }];
  expect(
    events([
      ["fixed", "eus", "old"],
      ["known_affected", "main", "a"],
    ]),
  ).toEqual([[...closed, { introduced: "1-6" }]]);
  expect(events([["fixed", "eus", "old"]])).toEqual([closed]);
  expect(events([["known_affected", "eus", "a"]])).toEqual([]);
  expect(
    events([
      ["fixed", "main", "new"],
      ["fixed", "eus", "later"],
    ]),
  ).toEqual([[{ introduced: "0" }, { fixed: "1-9.el9_7" }]]);
  expect(
    events([
      ["fixed", "main", "new"],
      ["known_affected", "main", "a"],
    ]),
  ).toEqual([[{ introduced: "0" }, { fixed: "1-9.el9_7" }]]);
});

test("the older form's modules are a part of the system and have the package as a part", () => {
  const document = vex({ node: src("nodejs", "16.1-1.module+el8") }, []) as unknown as {
    product_tree: { branches: unknown[]; relationships: unknown[] };
    vulnerabilities: { product_status: unknown }[];
  };
  const relation = (id: string, part: string, whole: string) => ({
    full_product_name: { product_id: id },
    product_reference: part,
    relates_to_product_reference: whole,
  });
  const helper = { purl: "pkg:rpmmod/redhat/nodejs@16:8080020230718:63b34585" };
  const module = { product: { name: "m", product_id: "m", product_identification_helper: helper } };
  document.product_tree.branches.push(module);
  document.product_tree.relationships = [relation("main:m", "m", "main"), relation("main:m:node", "node", "main:m")];
  document.vulnerabilities[0]!.product_status = { fixed: ["main:m:node"], known_affected: ["nothing"] };
  const names = redhatRecord(readCsaf(document)!)?.affected.map((one) => one.package.name);
  expect(names).toEqual(["nodejs:16/nodejs"]);
});

test("odd documents are refused with a reason; withdrawn and empty ones say nothing", () => {
  expect(() => readCsaf(null)).toThrow("no CSAF document");
  expect(() => readCsaf({ document: { tracking: { id: "RHSA-2026:1" } }, vulnerabilities: [{}] })).toThrow("no CVE");
  expect(readCsaf(vex({}, [], { status: "deleted" }))).toBeNull();
  expect(readCsaf({ document: { tracking: { id: "CVE-2026-0001" } }, product_tree: {} })).toBeNull();
  const loop = vex({}, []) as unknown as { product_tree: { relationships: unknown[] }; vulnerabilities: object[] };
  loop.product_tree.relationships = [
    { full_product_name: { product_id: "x" }, product_reference: "x", relates_to_product_reference: "x" },
  ];
  loop.vulnerabilities = [{ cve: "CVE-2026-0001", product_status: { fixed: ["x"] } }];
  expect(readCsaf(loop)?.statements).toEqual([]);
  let deep: object = {};
  for (let i = 0; i < 20; i++) deep = { branches: [deep] };
  expect(() => readCsaf({ ...vex({}, []), product_tree: deep })).toThrow("deeper than 16");
  expect(rpmPurl("pkg:rpm/redhat/a@%zz")).toBeNull();
  expect(rpmPurl("pkg:rpm/suse/xz@?upstream=xz.src.rpm")).toMatchObject({ name: "xz", version: "", arch: "" });
});

const RHEL = "ID=rhel\nVERSION_ID=9.4";

test("what the rpm database of such a host gives is judged by source package, epoch and module stream", async () => {
  const parts = {
    ssl: src("openssl", "3.0.7-28.el9_4", "&epoch=1"),
    perl: src("perl", "5.32.1-481.el9", "&epoch=4"),
    node18: src("nodejs", "18.20.4-1.module%2Bel9", "&epoch=1&rpmmod=nodejs:18"),
  };
  const states: VexFixture["states"] = [
    ["fixed", "main", "ssl"],
    ["fixed", "main", "perl"],
    ["fixed", "main", "node18"],
  ];
  const folder = freshFolder();
  mkdirSync(join(folder, "redhat"));
  const document = { name: "2026/cve-2026-0001.json", bytes: Buffer.from(JSON.stringify(vex(parts, states))) };
  writeFileSync(join(folder, "redhat", "vex.tar"), tarOf([document]));
  const kept = recordingSink();
  const report = await redhatFeed.read(contextOf(), folder, kept.sink);
  expect(report).toMatchObject({
    recordCount: 1,
    badCount: 0,
    covers: ["Red Hat:9"],
    dataAt: "2026-01-05T10:00:00.000Z",
  });
  const builder = createIndexBuilder();
  for (const record of kept.records) builder.add(record);
  const index = openIndex(builder.finish({ builtAt: "2026-02-03T00:00:00Z", sources: report ? [report] : [] }));

  const header = (name: string, version: string, release: string, epoch: number, source: string, module = "") => {
    const tags = { 1000: name, 1001: version, 1002: release, 1003: epoch, 1022: "x86_64", 1044: source };
    return rpmHeader(module === "" ? tags : { ...tags, 5096: module });
  };
  const blobs = [
    header("openssl-libs", "3.0.7", "27.el9", 1, "openssl-3.0.7-27.el9.src.rpm"),
    // built from perl, with an epoch and a version of its own
    header("perl-Errno", "1.30", "481.el9", 0, "perl-5.32.1-481.el9.src.rpm"),
    header("perl-interpreter", "5.32.1", "481.el9", 4, "perl-5.32.1-481.el9.src.rpm"),
    header("nodejs", "18.1.0", "1.module+el9", 1, "nodejs-18.1.0-1.module+el9.src.rpm", "nodejs:18:904002:rhel9"),
    header("npm", "8.0.0", "1.16.1.0.1.module+el9", 1, "nodejs-16.1.0-1.module+el9.src.rpm", "nodejs:16:904002:rhel9"),
  ];
  const fs = fakeFs({ "/var/lib/rpm/Packages.db": ndbFile(blobs) });
  const found = await rpm.extract({ fs, os: parseOsRelease(RHEL), signal: new AbortController().signal });
  const verdicts = (found?.components ?? []).map((component) => {
    const { ecosystem, name, version } = judgedAs(component);
    return [component.name, name, version, index.match(ecosystem, name, version).verdict];
  });
  expect(verdicts).toEqual([
    ["nodejs", "nodejs:18/nodejs", "1:18.1.0-1.module+el9", "affected"],
    ["npm", "nodejs:16/nodejs", "1:16.1.0-1.module+el9", "not_affected"],
    ["openssl-libs", "openssl", "1:3.0.7-27.el9", "affected"],
    ["perl-Errno", "perl", "4:5.32.1-481.el9", "not_affected"],
    ["perl-interpreter", "perl", "4:5.32.1-481.el9", "not_affected"],
  ]);
});
