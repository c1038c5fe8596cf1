import { expect, test } from "vitest";
import { parseAffected } from "./affected.ts";

test("names of advisories are told from packages", () => {
  for (const id of ["CVE-2021-44228", "ghsa-jfh8-c2jp-5v3q", "DSA-5000-1", "RHSA-2024:1234", "DEBIAN-CVE-2024-0001"]) {
    expect(parseAffected(id), id).toMatchObject({ advisory: id, isAdvisory: true, package: null });
  }
  expect(parseAffected("openssl")).toMatchObject({
    advisory: "openssl",
    isAdvisory: false,
    package: { name: "openssl" },
  });
});

test("packages are read with scope, version, range and as package URLs", () => {
  const packageOf = (text: string) => parseAffected(text).package;
  expect(packageOf("@babel/core@7.1.0")).toEqual({
    ecosystem: null,
    name: "@babel/core",
    range: [{ op: "=", version: "7.1.0" }],
  });
  expect(packageOf("log4j-core >=2.0, <2.17.1")?.range).toEqual([
    { op: ">=", version: "2.0" },
    { op: "<", version: "2.17.1" },
  ]);
  expect(packageOf("lodash<4.17.21")).toMatchObject({ name: "lodash", range: [{ op: "<", version: "4.17.21" }] });
  expect(packageOf("pkg:npm/lodash@4.17.20")).toMatchObject({ ecosystem: "npm", range: [{ op: "=" }] });
  expect(packageOf("pkg:maven/org.apache.logging.log4j/log4j-core <2.17")).toMatchObject({
    ecosystem: "Maven",
    name: "org.apache.logging.log4j:log4j-core",
  });
});

test("what is not understood is named", () => {
  expect(() => parseAffected("lodash ^4")).toThrow(/"\^4" is no bound/);
  expect(() => parseAffected(" ")).toThrow(/Name an advisory/);
  expect(() => parseAffected("x".repeat(301))).toThrow(/300 characters/);
  expect(() => parseAffected("pkg:nothing/x")).toThrow(/No ecosystem is known/);
});

test("hostile texts are read in linear time", () => {
  const startedAt = performance.now();
  for (const text of ["A-".repeat(150), "<".repeat(300), "a@".repeat(150), "CVE-".repeat(75)]) {
    try {
      parseAffected(text);
    } catch {
      // Refused is as good.
    }
  }
  expect(performance.now() - startedAt).toBeLessThan(200);
});
