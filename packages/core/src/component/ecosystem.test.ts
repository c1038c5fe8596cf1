import { expect, test } from "vitest";
import { applicableEcosystems, canonicalEcosystem } from "./ecosystem.ts";
import { componentOfPurl, purlOf } from "./purl-component.ts";

test("what OSV names by product, module or repository is the ecosystem of the hosts that have it", () => {
  const sles = "SUSE:Linux Enterprise Server 15 SP5";
  const pairs = [
    ["Ubuntu:22.04:LTS", "Ubuntu:22.04"],
    ["Ubuntu:Pro:18.04:LTS", "Ubuntu:Pro:18.04"],
    [sles, sles],
    ["SUSE:Linux Enterprise Desktop 15 SP5", sles],
    ["SUSE:Linux Enterprise Server for SAP Applications 15 SP5", sles],
    ["SUSE:Linux Enterprise Server 15 SP5-LTSS", sles],
    ["SUSE:Linux Enterprise Module for Basesystem 15 SP5", sles],
    ["SUSE:Linux Enterprise Software Development Kit 12 SP1", "SUSE:Linux Enterprise Server 12 SP1"],
    ["SUSE:Package Hub 15 SP5", sles],
    ["SUSE:Linux Enterprise Server 12", "SUSE:Linux Enterprise Server 12"],
    ["SUSE:Linux Enterprise Server 16.0", "SUSE:Linux Enterprise Server 16.0"],
    ["SUSE:Linux Enterprise Server for SAP applications 16.1", "SUSE:Linux Enterprise Server 16.1"],
    ["SUSE:Linux Enterprise Micro 5.5", "SUSE:Linux Enterprise Micro 5.5"],
    ["SUSE:Linux Enterprise Server 12 SP2-BCL", "SUSE:Linux Enterprise Server 12 SP2-BCL"],
    ["openSUSE:Leap 15.5", "openSUSE:Leap 15.5"],
    ["Red Hat:enterprise_linux:9::appstream", "Red Hat:9"],
    ["Red Hat:enterprise_linux:10.1", "Red Hat:10"],
    ["Red Hat:rhel_els:7", "Red Hat:7"],
    ["Red Hat:rhel_eus:9.2::baseos", "Red Hat:9.2"],
    ["Red Hat:rhel_aus:8.6::appstream", "Red Hat:8.6"],
    ["Red Hat:ocp_tools:4.15::el9", "Red Hat:ocp_tools:4.15::el9"],
    ["Red Hat:9", "Red Hat:9"],
    ["Debian:12.5", "Debian:12"],
    ["Debian:bookworm", "Debian:12"],
    ["Ubuntu:noble", "Ubuntu:24.04"],
    ["Alpine:3.20.1", "Alpine:v3.20"],
    ["Alpine:edge", "Alpine:edge"],
    ["Rocky Linux:9.3", "Rocky Linux:9"],
    ["Amazon Linux:2023.4.20240319", "Amazon Linux:2023"],
    ["Amazon Linux:2018.03", "Amazon Linux:2018.03"],
    ["Azure Linux:3.0", "Azure Linux:3"],
    ["Wolfi:20230201", "Wolfi"],
    ["Bioconductor:3.17", "Bioconductor:3.17"],
    ["Maven:https://maven.google.com", "Maven"],
    ["Packagist:https://packages.drupal.org/8", "Packagist"],
  ] as const;
  for (const [written, stored] of pairs) expect(canonicalEcosystem(written), written).toBe(stored);
});

test("a name of any length is read in no time, and means itself", () => {
  for (const start of [
    "SUSE:Linux Enterprise Module for ",
    "Red Hat:enterprise_linux:",
    "Ubuntu:Pro:",
    "Debian:x",
    "Alpine:",
    "Maven:http:",
  ]) {
    const long = start + "9 ".repeat(50_000);
    expect(canonicalEcosystem(long)).toBe(long);
  }
});

test("a release's editions and the ecosystem without release speak of a component too", () => {
  expect(applicableEcosystems("Debian:12")).toEqual(["Debian:12", "Debian"]);
  expect(applicableEcosystems("npm")).toEqual(["npm"]);
  expect(applicableEcosystems("Ubuntu:22.04:LTS")).toEqual(
    expect.arrayContaining(["Ubuntu:22.04", "Ubuntu:Pro:22.04"]),
  );
  expect(applicableEcosystems("Ubuntu:Pro:22.04:LTS")).toEqual(
    expect.arrayContaining(["Ubuntu:22.04", "Ubuntu:Pro:22.04"]),
  );
  expect(applicableEcosystems("Red Hat:9")).toContain("Red Hat:9.2");
  expect(applicableEcosystems("Red Hat:9.4")).toEqual(applicableEcosystems("Red Hat:9"));
});

test("a package URL keeps Ubuntu Pro, SUSE's product and the stream of a module", () => {
  const pro = { ecosystem: "Ubuntu:Pro:18.04", name: "a", version: "1" };
  expect(purlOf(pro)).toBe("pkg:deb/ubuntu/a@1?distro=ubuntu-pro-18.04");
  const sled = { ecosystem: "SUSE:Linux Enterprise Desktop 16.0", name: "a", version: "1" };
  expect(purlOf(sled)).toBe("pkg:rpm/suse/a@1?distro=sled-16.0");
  for (const one of [pro, sled]) expect(componentOfPurl(purlOf(one))).toEqual(one);
  expect(componentOfPurl("pkg:rpm/suse/a@1?distro=sles-16").ecosystem).toBe("SUSE:Linux Enterprise Server 16.0");
  expect(
    componentOfPurl("pkg:rpm/redhat/npm@1:10-1?distro=rhel-9.4&rpmmod=nodejs:18:9040020240301:rhel9"),
  ).toMatchObject({
    name: "npm",
    source: { name: "nodejs:18/npm", version: "1:10-1" },
  });
});
