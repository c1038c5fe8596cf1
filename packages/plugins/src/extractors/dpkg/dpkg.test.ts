import { expect, test } from "vitest";
import { fakeFs } from "../fixtures.ts";
import { parseOsRelease } from "../os-release.ts";
import { dpkg } from "./index.ts";

const run = (files: Record<string, string>, release = "ID=debian\nVERSION_ID=12") =>
  dpkg.extract({ fs: fakeFs(files), os: parseOsRelease(release), signal: new AbortController().signal });

const STATUS = `Package: libssl3
Status: install ok installed
Architecture: amd64
Source: openssl
Version: 3.0.17-1~deb12u2
Description: a line
 Version: 9 is not a field here

Package: gcc-12-base
Status: hold ok installed
Architecture: amd64
Source: gcc-12 (12.2.0-14)
Version: 12.2.0-14+b1

Package: removed
Status: deinstall ok config-files
Architecture: amd64
Version: 1.0

Package: bash
Status: install ok installed
Architecture: amd64
Version: 5.2.15-2+b8
`;

test("packages that are removed do not count; others do, with the source package and its own version", async () => {
  const extraction = await run({ "/var/lib/dpkg/status": STATUS });
  expect(extraction).toEqual({
    problems: [],
    components: [
      { ecosystem: "Debian:12", name: "bash", version: "5.2.15-2+b8", arch: "amd64" },
      {
        ecosystem: "Debian:12",
        name: "gcc-12-base",
        version: "12.2.0-14+b1",
        arch: "amd64",
        source: { name: "gcc-12", version: "12.2.0-14" },
      },
      {
        ecosystem: "Debian:12",
        name: "libssl3",
        version: "3.0.17-1~deb12u2",
        arch: "amd64",
        source: { name: "openssl", version: "3.0.17-1~deb12u2" },
      },
    ],
  });
});

test.each([
  ["install ok installed", true],
  ["hold ok installed", true],
  ["deinstall ok installed", true],
  ["install ok unpacked", true],
  ["install ok half-configured", true],
  ["install ok triggers-awaited", true],
  ["install ok triggers-pending", true],
  ["install reinstreq half-installed", false],
  ["deinstall ok config-files", false],
  ["purge ok not-installed", false],
  ["install ok", false],
  ["", false],
])("a package in state '%s' counts as it has its files on disk: %s", async (status, counts) => {
  const paragraph = `Package: bash\nStatus: ${status}\nArchitecture: amd64\nVersion: 5.2.15-2+b8\n`;
  const extraction = await run({ "/var/lib/dpkg/status": paragraph });
  expect(extraction?.components.map((c) => c.name)).toEqual(counts ? ["bash"] : []);
});

test("status.d of distroless images counts without a Status field; checksums beside it do not", async () => {
  const extraction = await run({
    "/var/lib/dpkg/status.d/base": "Package: base-files\nVersion: 12.4\nArchitecture: amd64\n",
    "/var/lib/dpkg/status.d/base.md5sums": "0123  usr/share/doc\n",
  });
  expect(extraction?.components).toEqual([
    { ecosystem: "Debian:12", name: "base-files", version: "12.4", arch: "amd64" },
  ]);
});

test("dpkg on a system of another family is not judged by that system's advisories", async () => {
  const extraction = await run({ "/var/lib/dpkg/status": STATUS }, "ID=rocky\nVERSION_ID=9.4");
  expect(new Set(extraction?.components.map((c) => c.ecosystem))).toEqual(new Set(["dpkg"]));
  const unknown = await run({ "/var/lib/dpkg/status": STATUS }, "ID=raspbian\nVERSION_ID=12");
  expect(unknown?.components[0]?.ecosystem).toBe("Raspbian");
});
