import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { run, type SmallHost, smallHost } from "./fixtures.ts";

let host: SmallHost;
let vex: string;

beforeAll(async () => {
  host = await smallHost();
  vex = join(host.dir, "vex.json");
  const document = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    author: "Example",
    timestamp: "2026-02-01T00:00:00Z",
    statements: [
      {
        vulnerability: { name: "CVE-2026-0001" },
        products: [
          { "@id": "pkg:deb/debian/openssl?arch=source&distro=debian-12" },
          { "@id": "pkg:deb/debian/openssl" },
        ],
        status: "not_affected",
        justification: "vulnerable_code_not_in_execute_path",
      },
      { vulnerability: { name: "CVE-2026-0002" }, products: ["bash"], status: "fixed" },
    ],
  };
  await writeFile(vex, JSON.stringify(document));
});

test("scan shows what a VEX document closes apart from the findings, and names what cannot be used", async () => {
  const without = JSON.parse((await run(["scan", "host", ...host.args, "--format", "json"])).out);
  const { out, err } = await run(["scan", "host", ...host.args, "--vex", vex, "--format", "json"]);
  const scan = JSON.parse(out);
  expect(without.notAffected).toBeUndefined();
  expect(scan.findings.map((f: { id: string }) => f.id)).toEqual(["CVE-2026-0002"]);
  expect(scan.notAffected).toMatchObject([
    { id: "CVE-2026-0001", package: "libssl3", vex: { status: "not_affected", author: "Example", document: vex } },
    { id: "CVE-2026-0001", package: "openssl" },
  ]);
  expect(scan.coverage).toEqual(without.coverage);
  expect(err).toContain(`${vex}: statement 2: product bash has no purl`);
  const table = await run(["scan", "host", ...host.args, "--vex", vex, "--fail-on", "critical,high"]);
  expect(table.code).toBe(0);
  expect(table.out).toContain("2 findings not affected, as VEX statements say");
});

test("match and explain take VEX documents too", async () => {
  const flags = ["--feeds", host.feeds, "--data-dir", host.dataDir, "--vex", vex];
  const { out } = await run(["match", ...flags], {}, ["Debian:12\topenssl\t3.0.17-1~deb12u2\n"]);
  expect(JSON.parse(out)).toMatchObject({ verdict: "not_affected", reason: "vex", findings: [] });
  const purl = "pkg:deb/debian/openssl@3.0.17-1~deb12u2?distro=debian-12";
  const explained = await run(["explain", purl, "CVE-2026-0001", ...flags]);
  expect(explained.out).toContain(
    "Not affected: openssl 3.0.17-1~deb12u2 by CVE-2026-0001, as its supplier says\nVEX on",
  );
  const json = JSON.parse((await run(["explain", purl, "CVE-2026-0001", ...flags, "--format", "json"])).out);
  expect(json).toMatchObject({ verdict: "not_affected", rule: "vex", ranges: [{ id: "CVE-2026-0001" }] });
});

test("a file that is no VEX document, or that cannot be read, ends the command and is named", async () => {
  const bad = join(host.dir, "bad.json");
  await writeFile(bad, "{}");
  for (const path of [bad, join(host.dir, "missing.json")]) {
    const { code, err } = await run(["scan", "host", ...host.args, "--vex", path]);
    expect([code, err.includes(path)]).toEqual([2, true]);
  }
});
