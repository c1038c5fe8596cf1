import type { Component } from "@zerotrace/core";
import { expect, test } from "vitest";
import { packagesOfSbom } from "./sbom-packages.ts";
import { readSbom } from "./sbom-read.ts";

const componentsOf = async (...components: object[]): Promise<Component[]> => {
  const bom = { bomFormat: "CycloneDX", specVersion: "1.6", version: 1, components };
  const sbom = await readSbom(Buffer.from(JSON.stringify(bom)));
  return packagesOfSbom(sbom, "bom.json").packages.map(({ component }) => component);
};

const trivy = (purl: string, fields: Readonly<Record<string, string>>): object => ({
  type: "library",
  "bom-ref": purl,
  name: "a",
  purl,
  properties: Object.entries(fields).map(([name, value]) => ({ name: `aquasecurity:trivy:${name}`, value })),
});

test("the source package that Trivy tells in properties is the one that advisories are asked for", async () => {
  const source = { SrcName: "openssl", SrcVersion: "1.0.2k", SrcRelease: "16.el7", SrcEpoch: "1" };
  const of = async (purl: string, fields: Readonly<Record<string, string>>) =>
    (await componentsOf(trivy(purl, fields), trivy("pkg:npm/other@1", {}))).find(
      ({ ecosystem }) => ecosystem !== "npm",
    );
  expect(
    await of("pkg:deb/debian/libidn2-0@2.0.5-1?distro=debian-10", { SrcName: "libidn2", SrcVersion: "2.0.5-1" }),
  ).toEqual({
    ecosystem: "Debian:10",
    name: "libidn2-0",
    version: "2.0.5-1",
    source: { name: "libidn2", version: "2.0.5-1" },
  });
  expect((await of("pkg:rpm/redhat/openssl-libs@1.0.2k-16.el7?epoch=1&distro=redhat-7", source))?.source).toEqual({
    name: "openssl",
    version: "1:1.0.2k-16.el7",
  });
  // Advisories of AlmaLinux name binary packages.
  expect((await of("pkg:rpm/almalinux/openssl-libs@1.0.2k-16.el7?distro=almalinux-8", source))?.source).toBeUndefined();
  expect(
    (await of("pkg:deb/debian/bash@5-1?distro=debian-10", { SrcName: "bash", SrcVersion: "5", SrcRelease: "1" }))
      ?.source,
  ).toBeUndefined();
});
