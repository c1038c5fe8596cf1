import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run, type SmallHost, smallHost } from "./fixtures.ts";

let host: SmallHost;
beforeAll(async () => (host = await smallHost()));
afterAll(() => rm(host.dir, { recursive: true, force: true }));

const scan = (...more: string[]) => run(["scan", "host", ...host.args, ...more]);

test("a scan's JSON has the documented shape, sorted by risk, package and id", async () => {
  const { code, out } = await scan("--format", "json");
  expect(code).toBe(0);
  const openssl = {
    ecosystem: "Debian:12",
    version: "3.0.17-1~deb12u2",
    id: "CVE-2026-0001",
    aliases: ["DEBIAN-CVE-2026-0001"],
    fixedIn: "3.0.17-1~deb12u3",
    severity: "critical",
    cvss: 9.8,
    epss: null,
    kev: false,
    risk: 47.1,
    title: "",
    target: "status",
    places: [{ path: "var/lib/dpkg/status", reader: "dpkg" }],
  };
  const { sources, ...answer } = JSON.parse(out);
  expect(sources[0]).toMatchObject({ feed: "osv", recordCount: 4 });
  expect(answer).toEqual({
    schema: "zerotrace.scan/1",
    target: "status",
    targets: [{ name: "status", kind: "host", os: "Debian 12", components: 4, places: 1 }],
    components: 4,
    coverage: [{ ecosystem: "Debian:12", components: 4, covered: 4, sources: ["osv"] }],
    findings: [
      {
        ...openssl,
        purl: "pkg:deb/debian/libssl3@3.0.17-1~deb12u2?arch=amd64&distro=debian-12&upstream=openssl",
        package: "libssl3",
        source: "openssl",
      },
      {
        ...openssl,
        purl: "pkg:deb/debian/openssl@3.0.17-1~deb12u2?arch=amd64&distro=debian-12",
        package: "openssl",
      },
      {
        ...openssl,
        purl: "pkg:deb/debian/bash@5.2.15-2%2Bb8?arch=amd64&distro=debian-12&upstream=bash%405.2.15-2",
        package: "bash",
        source: "bash",
        version: "5.2.15-2+b8",
        id: "CVE-2026-0002",
        aliases: ["DEBIAN-CVE-2026-0002"],
        fixedIn: null,
        severity: "unknown",
        cvss: null,
        kev: true,
        risk: 42.5,
      },
    ],
  });
});

test("the same scan gives the same bytes, also of a compressed status file", async () => {
  const first = await scan("--format", "json");
  expect((await scan("--format", "json")).out).toBe(first.out);
  const packed = join(host.dir, "status.gz");
  await writeFile(packed, gzipSync(await (await import("node:fs/promises")).readFile(join(host.dir, "status"))));
  const again = await scan("--format", "json", "--dpkg-status", packed);
  expect(JSON.parse(again.out.replaceAll("status.gz", "status")).findings).toEqual(JSON.parse(first.out).findings);
});

test("a person gets one sentence, one line for a source package, what to fix, and coverage; the rest goes to stderr", async () => {
  const { out, err } = await scan();
  const lines = out.split("\n");
  expect(lines[0]).toBe(
    "3 findings in 2 packages: 2 critical, 1 of unknown severity; 1 known to be exploited; 1 upgrade closes 53 % of the risk",
  );
  expect(lines[2]).toMatch(/^COMPONENT +INSTALLED +FIXED-IN +ECOSYSTEM +ADVISORY +SEVERITY +EPSS +RISK$/);
  expect(lines[3]).toMatch(
    /^openssl \(2\) +3\.0\.17-1~deb12u2 +3\.0\.17-1~deb12u3 +Debian:12 +CVE-2026-0001 +critical +- +47\.1$/,
  );
  expect(lines[4]).toMatch(/^bash +5\.2\.15-2\+b8 +- +Debian:12 +CVE-2026-0002 +unknown +- +42\.5 +KEV$/);
  expect(out).toContain("openssl to 3.0.17-1~deb12u3: 1 advisory, 53 % of the risk");
  expect(out).toContain("Advisories cover all 4 components");
  expect(err).toContain("Judged by osv, kev");
  expect((await scan("--verbose")).err).toContain("not covered:");
});

test("exit codes: 1 over the policy, 2 error, 3 nothing scanned, 4 data too old", async () => {
  expect((await scan("--fail-on", "critical")).code).toBe(1);
  expect((await scan("--fail-on", "kev")).code).toBe(1);
  expect((await scan("--fail-on", "high,low")).code).toBe(0);
  expect((await scan("--max-data-age", "1")).code).toBe(4);
  expect((await scan("--dpkg-status", join(host.dir, "none"))).code).toBe(2);
  const empty = join(host.dir, "empty");
  await mkdir(empty, { recursive: true });
  const nothing = await run(["scan", "host", "--feeds", host.feeds, "--data-dir", host.dataDir, "--root", empty]);
  expect(nothing).toMatchObject({ code: 3, err: expect.stringContaining("Nothing was scanned") });
});

test("an absent root is an error, not an empty scan; a status file without its os-release says as what it is judged", async () => {
  const feeds = ["--feeds", host.feeds, "--data-dir", host.dataDir];
  const absent = await run(["scan", "host", "--root", join(host.dir, "absent"), ...feeds]);
  expect(absent).toMatchObject({ code: 2, out: "", err: expect.stringContaining("cannot be read") });
  const { err } = await run(["scan", "host", "--dpkg-status", join(host.dir, "status"), ...feeds]);
  expect(err).toMatch(/warning: judged as .*; name the file's own system with --os-release/);
});

test("what no source speaks of is shown as such", async () => {
  const release = join(host.dir, "os-other");
  await writeFile(release, "ID=ubuntu\nVERSION_ID=24.04\n");
  const { out } = await scan("--os-release", release);
  expect(out).toContain("Nothing could be judged: no advisories cover any of 4 components");
  expect(out).toContain("No advisories cover 4 of 4 components");
});

test("explain says of every range what it decides, withdrawn ones included", async () => {
  const options = ["--feeds", host.feeds, "--data-dir", host.dataDir];
  const openssl = await run(["explain", "pkg:deb/debian/openssl@3.0.17-1~deb12u2?distro=debian-12", ...options]);
  expect(openssl.out).toContain("Affected: CVE-2026-0001 affects openssl 3.0.17-1~deb12u2; fixed in 3.0.17-1~deb12u3");
  expect(openssl.out).toContain("DEBIAN-CVE-2026-0001 (Debian) decides: ");
  expect(openssl.out).toContain("3.0.17-1~deb12u2 is affected; fixed in 3.0.17-1~deb12u3");
  expect(openssl.out).toContain("not affected: fixed in 3.0.17-1~deb12u2");
  const bash = await run([
    "explain",
    "pkg:deb/debian/bash@5.2.15-2?distro=debian-12",
    "debian-cve-2026-0004",
    ...options,
  ]);
  expect(bash.out).toContain("Debian withdrew the record on 2026-01-03");
});
