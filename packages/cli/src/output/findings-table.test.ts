import { expect, test } from "vitest";
import { type FindingLine, findingsTable } from "./findings-table.ts";

const line = (name: string, id: string, more: Partial<FindingLine> = {}): FindingLine => ({
  package: name,
  ecosystem: "Debian:12",
  version: "1",
  id,
  fixedIn: "2",
  severity: "unknown",
  epss: null,
  kev: false,
  risk: 25.5,
  ...more,
});

const shown = (lines: FindingLine[], limit: number): string[] =>
  findingsTable(lines, limit, (_, text) => text)
    .text.trimEnd()
    .split("\n")
    .slice(1)
    .map((row) =>
      row
        .split(/ {2,}/)
        .filter((cell, at) => at === 0 || cell.startsWith("CVE"))
        .join(" "),
    );

test("a package with many findings of the same risk does not hide the others; a higher risk or EPSS still comes first", () => {
  const linux = ["1", "2", "3", "4"].map((n) => line("linux", `CVE-${n}`));
  const rows = [...linux, line("bash", "CVE-5"), line("zip", "CVE-6"), line("linux", "CVE-7", { epss: 0.5 })];
  expect(shown([...rows, line("linux", "CVE-8", { risk: 30 })], 6)).toEqual([
    "linux CVE-8",
    "linux CVE-7",
    "linux CVE-1",
    "bash CVE-5",
    "zip CVE-6",
    "linux CVE-2",
  ]);
});

test("binaries of one source package and advisory are one line, whoever joined them", () => {
  const libs = ["libssl3", "openssl"].map((name) => line(name, "CVE-1", { source: "openssl" }));
  expect(shown(libs, 9)).toEqual(["openssl (2) CVE-1"]);
  expect(shown([line("libssl3", "CVE-1", { source: "openssl", packages: ["libssl3", "openssl"] })], 9)).toEqual([
    "openssl (2) CVE-1",
  ]);
});

test("a line of several binaries shows the version of the source that it names, as the fix does", () => {
  const purl =
    "pkg:deb/debian/postgresql@15%2B248%2Bdeb12u1?distro=debian-12&upstream=postgresql-common%40248%2Bdeb12u1";
  const both = ["postgresql", "postgresql-contrib"].map((name) =>
    line(name, "CVE-1", { source: "postgresql-common", version: "15+248+deb12u1", fixedIn: "248+deb12u2", purl }),
  );
  expect(findingsTable(both, 9, (_, text) => text).text).toMatch(/postgresql-common \(2\) +248\+deb12u1 +248\+deb12u2/);
});

test("a narrow terminal gets the columns that matter most, a wide one and a pipe get all", () => {
  const rows = [line("openssl", "CVE-2026-0001", { version: "3.0.19-1~deb12u2", fixedIn: "3.0.22-1~deb12u2" })];
  const headAt = (width?: number): string =>
    findingsTable(rows, 9, (_, text) => text, width)
      .text.split("\n")[0]
      ?.replaceAll(/ +/g, " ") ?? "";
  expect(headAt()).toBe("COMPONENT INSTALLED FIXED-IN ECOSYSTEM ADVISORY SEVERITY EPSS RISK");
  expect(headAt(120)).toBe(headAt());
  expect(headAt(80)).toBe("COMPONENT INSTALLED FIXED-IN ADVISORY SEVERITY RISK");
  expect(headAt(60)).toBe("COMPONENT FIXED-IN ADVISORY SEVERITY RISK");
});
