import { schemeFor } from "@zerotrace/core";
import type { VersionScheme } from "@zerotrace/core";
import { expect, test } from "vitest";
import { recordingSink } from "../fixtures.ts";
import { Tally } from "../report.ts";
import { fixesOf, parseChangelog } from "./changelog.ts";
import { changelogsInTar } from "./deb.ts";
import { UpdateFinder, installedSources, parseBinary } from "./packages.ts";
import { emitRecords } from "./records.ts";
import { parseRelease } from "./release.ts";
import { ownSources } from "./sources.ts";

const dpkg = schemeFor("Debian") as VersionScheme;

const entry = (version: string, body: string, distribution = "unstable", date = "Mon, 02 Jun 2025 10:00:00 +0200") =>
  `foo (${version}) ${distribution}; urgency=HIGH\n\n  * ${body}\n\n -- A B <a@b>  ${date}\n\n`;

const CHANGELOG = [
  entry("2.0-1~deb12u1", "Rebuild for bookworm", "bookworm-security"),
  entry("2.0-1", "Fix CVE-2025-0002 and\n    (cve-2025-0001, CVE-2025-12345678)"),
  entry("1.0-2", "CVE-2025-0001: first part"),
  entry("1.0-1", "Nothing", "unstable", "no date"),
].join("");

test("a changelog gives version, distribution, urgency, date and CVE ids of each upload", () => {
  const entries = parseChangelog(`garbage\n${CHANGELOG}`);
  expect(entries.map((each) => each.version)).toEqual(["2.0-1~deb12u1", "2.0-1", "1.0-2", "1.0-1"]);
  expect(entries[1]).toMatchObject({
    urgency: "high",
    at: "2025-06-02T08:00:00.000Z",
    cveIds: ["CVE-2025-0001", "CVE-2025-0002"],
  });
  expect(entries[3]?.at).toBeNull();
});

test("the fixed version is the lowest at or above the oldest entry that names the CVE", () => {
  const fixes = fixesOf(parseChangelog(CHANGELOG), dpkg);
  expect(fixes.map((fix) => [fix.cveId, fix.fixedVersion])).toEqual([
    ["CVE-2025-0001", "1.0-2"],
    ["CVE-2025-0002", "2.0-1~deb12u1"],
  ]);
});

test("records group under the CVE, keep the upload's urgency and claim no severity", () => {
  const fixes = fixesOf(parseChangelog(CHANGELOG), dpkg);
  const release = parseRelease('ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n');
  const kept = recordingSink();
  if (release === null) throw new Error("no release");
  const all = ["zoo", "foo"].map((source) => ({ source, fixes }));
  emitRecords(all, release, "label", kept.sink, new Tally(new Date()));
  expect(kept.records.map((record) => record.id)).toEqual(["DEBIAN-CVE-2025-0001", "DEBIAN-CVE-2025-0002"]);
  expect(kept.records[0]).toMatchObject({
    upstream: ["CVE-2025-0001"],
    origin: "label",
    severity: { vectors: [], label: "" },
  });
  expect(kept.records[0]?.affected.map((each) => [each.name, each.ecosystem, each.urgency])).toEqual([
    ["foo", "Debian:12", "high"],
    ["zoo", "Debian:12", "high"],
  ]);
});

async function* chunksOf(text: string | Buffer, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test("source name and version come from the Source field, with the package's own as default", () => {
  expect(parseBinary("Package: a\nVersion: 1-2+b1\nSource: src (1-2)")).toMatchObject({
    source: "src",
    sourceVersion: "1-2",
  });
  expect(parseBinary("Package: a\nVersion: 1-2")).toMatchObject({ source: "a", sourceVersion: "1-2" });
  expect(parseBinary("Package: a")).toBeNull();
});

test("a package whose triggers wait is one that is installed, as the inventory has it", async () => {
  const states = ["unpacked", "half-configured", "triggers-awaited", "triggers-pending", "half-installed"];
  const status = states.map((state) => `Package: ${state}\nStatus: install ok ${state}\nVersion: 1-1\n\n`).join("");
  expect([...(await installedSources(chunksOf(status, 7), dpkg)).keys()]).toEqual(states.slice(0, 4));
});

test("only newer versions of installed sources count, with all binaries of the newest, smallest first", async () => {
  const status =
    "Package: a\nStatus: install ok installed\nVersion: 1-1\nSource: src\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n";
  const installed = await installedSources(chunksOf(status, 7), dpkg);
  expect([...installed.keys()]).toEqual(["src"]);
  const finder = new UpdateFinder(installed, dpkg);
  for (const [name, version, size] of [
    ["a", "1-2", 9],
    ["a", "1-3", 9],
    ["b", "1-3", 5],
    ["c", "1-1", 1],
  ]) {
    finder.see(`Package: ${name}\nVersion: ${version}\nSource: src\nSize: ${size}`);
  }
  const [update] = finder.updates();
  expect([update?.version, update?.binaries.map((binary) => binary.name)]).toEqual(["1-3", ["b", "a"]]);
});

test("only the release's own suites are refreshed; other people's, backports and source lines are not", () => {
  const list =
    "deb http://d/debian bookworm main\ndeb-src http://d/debian bookworm main\ndeb http://x nodistro main\ndeb [signed-by=/k] http://d bookworm-security main\ndeb http://d bookworm-backports main\n";
  expect(ownSources(list, "list", "bookworm").trim().split("\n")).toHaveLength(2);
  const deb822 =
    "# c\nTypes: deb deb-src\nURIs: http://d\nSuites: bookworm\n bookworm-backports\nSigned-By: /k\n\nEnabled: no\nTypes: deb\nSuites: bookworm\n\nTypes: deb\nSuites: jammy\n";
  expect(ownSources(deb822, "sources", "bookworm")).toBe(
    "Types: deb\nSuites: bookworm\nURIs: http://d\nSigned-By: /k\n",
  );
});

test("releases are named as OSV names them; others are not this feed's", () => {
  const ubuntu = 'ID=ubuntu\nVERSION_ID="22.04"\nVERSION="22.04.5 LTS (Jammy)"\nVERSION_CODENAME=jammy';
  expect(parseRelease(ubuntu)?.ecosystem).toBe("Ubuntu:22.04:LTS");
  expect(parseRelease("ID=fedora\nVERSION_ID=40\nVERSION_CODENAME=x")).toBeNull();
  expect(parseRelease("ID=debian\nVERSION_CODENAME=trixie")).toBeNull();
});

function tarFile(name: string, body: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(body.length.toString(8).padStart(11, "0"), 124);
  header.write("0", 156);
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

test("the changelog is found in a tar stream however it is cut into chunks", async () => {
  const tar = Buffer.concat([
    tarFile("./usr/bin/x", Buffer.alloc(70_001, 1)),
    tarFile("./usr/share/doc/x/changelog.Debian.gz", Buffer.from("log")),
    tarFile("./usr/share/doc/x/copyright", Buffer.from("c")),
    Buffer.alloc(1024),
  ]);
  for (const size of [1, 511, 4096, tar.length]) {
    const found = [];
    for await (const file of changelogsInTar(chunksOf(tar, size))) found.push(file.bytes.toString());
    expect(found).toEqual(["log"]);
  }
});
