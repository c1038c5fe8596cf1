import { expect, test } from "vitest";
import { parseOsvRecord } from "../advisory/osv.ts";
import { explainComponent } from "../explain/index.ts";
import { createIndexBuilder } from "./build.ts";
import { openIndex } from "./open.ts";

// Ubuntu Pro, Red Hat's minor releases, SUSE's products and modules: the cases of docs/reference/matching.md about them.

type Package = readonly [ecosystem: string, name: string, fixed: string | null, specific?: object];

const indexOf = (...records: readonly (readonly [id: string, packages: readonly Package[], more?: object])[]) => {
  const builder = createIndexBuilder();
  for (const [id, packages, more] of records) {
    const affected = packages.map(([ecosystem, name, fixed, specific]) => ({
      package: { ecosystem, name },
      ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, ...(fixed === null ? [] : [{ fixed }])] }],
      ...(specific && { ecosystem_specific: specific }),
    }));
    builder.add(parseOsvRecord({ id, modified: "2026-01-01T00:00:00Z", affected, ...more }));
  }
  return openIndex(builder.finish({ builtAt: "2026-01-01T00:00:00Z", sources: [] }));
};
const now = "2026-01-01T00:00:00Z";
const answer = (index: ReturnType<typeof openIndex>, ecosystem: string, name: string, version: string): string =>
  explainComponent(index, { component: { ecosystem, name, version }, now }).answer;

test("a fix that only Ubuntu Pro has is told as such on a host without Pro, and never called clean", () => {
  const index = indexOf([
    "UBUNTU-CVE-2022-24823",
    [["Ubuntu:Pro:22.04:LTS", "netty", "1:4.1.48-4+deb11u2ubuntu0.1~esm1"]],
  ]);
  const installed = "1:4.1.48-4+deb11u2build0.22.04.1";
  const { verdict, hits } = index.match("Ubuntu:22.04:LTS", "netty", installed);
  expect(verdict).toBe("affected");
  expect(hits).toMatchObject([{ fixedIn: "1:4.1.48-4+deb11u2ubuntu0.1~esm1", urgency: "fix needs Ubuntu Pro" }]);
  expect(answer(index, "Ubuntu:22.04", "netty", installed)).toContain("~esm1, which needs Ubuntu Pro");
  expect(index.match("Ubuntu:22.04", "netty", "1:4.1.48-4+deb11u2ubuntu0.1~esm1").verdict).toBe("not_affected");
  expect(index.match("Ubuntu:24.04", "netty", installed).reason).toBe("no_feed");
});

test("where the release has no fix and Pro has, the fix is shown; an ESM build and a host with Pro take Pro's word", () => {
  const index = indexOf([
    "UBUNTU-CVE-2025-29769",
    [
      ["Ubuntu:22.04:LTS", "vips", null],
      ["Ubuntu:Pro:22.04:LTS", "vips", "8.12.1-1ubuntu0.1~esm1"],
    ],
  ]);
  expect(index.match("Ubuntu:22.04", "vips", "8.12.1-1").hits).toMatchObject([
    { fixedIn: "8.12.1-1ubuntu0.1~esm1", urgency: "fix needs Ubuntu Pro" },
  ]);
  expect(index.match("Ubuntu:22.04", "vips", "8.12.1-1ubuntu0.1~esm1").verdict).toBe("not_affected");
  // The archive's later build need not have what ESM mended.
  expect(index.match("Ubuntu:22.04", "vips", "8.12.1-1ubuntu0.1").verdict).toBe("affected");
  expect(index.match("Ubuntu:Pro:22.04:LTS", "vips", "8.12.1-1ubuntu0.1").verdict).toBe("not_affected");
  expect(answer(index, "Ubuntu:22.04", "vips", "8.12.1-1ubuntu0.1~esm1")).toContain("Not affected");
  const said = index.explain("Ubuntu:22.04", "vips", "8.12.1-1ubuntu0.1~esm1").map((r) => r.outcome);
  expect(said.toSorted()).toEqual(["fixed", "other_edition"]);
});

test("a fix that the release has is enough, whatever Pro has; a live patch is no fix of a package", () => {
  const index = indexOf(
    [
      "UBUNTU-CVE-2026-1",
      [
        ["Ubuntu:18.04:LTS", "a", "1.1"],
        ["Ubuntu:Pro:18.04:LTS", "a", "1.1+esm2"],
      ],
    ],
    [
      "LSN-0108-1",
      [["Ubuntu:Pro:18.04:LTS", "linux", "4.15.0-1176", { availability: "Livepatch subscription required" }]],
    ],
  );
  expect(index.match("Ubuntu:18.04", "a", "1.1").verdict).toBe("not_affected");
  expect(index.match("Ubuntu:18.04", "a", "1.0").hits).toMatchObject([{ fixedIn: "1.1", urgency: "" }]);
  expect(index.match("Ubuntu:18.04", "a", "1.1+esm1").verdict).toBe("affected");
  expect(index.match("Ubuntu:18.04", "linux", "4.15.0-1").verdict).toBe("not_affected");
});

test("FIPS and realtime archives speak of their own builds alone", () => {
  const index = indexOf([
    "UBUNTU-CVE-2026-2",
    [
      ["Ubuntu:22.04:LTS", "openssl", "3.0.2-0ubuntu1.19"],
      ["Ubuntu:Pro:FIPS:22.04:LTS", "openssl", null],
      ["Ubuntu:Pro:FIPS-updates:22.04:LTS", "openssl", "3.0.2-0ubuntu1.18+Fips1.2"],
      ["Ubuntu:Pro:Realtime:22.04:LTS", "linux-realtime", "5.15.0-1060.68"],
    ],
  ]);
  const verdict = (name: string, version: string) => index.match("Ubuntu:22.04", name, version).verdict;
  expect(verdict("openssl", "3.0.2-0ubuntu1.19")).toBe("not_affected");
  expect(verdict("openssl", "3.0.2-0ubuntu1.18+Fips1.1")).toBe("affected");
  expect(verdict("openssl", "3.0.2-0ubuntu1.18+Fips1.2")).toBe("not_affected");
  expect(verdict("linux-realtime", "5.15.0-1059.67")).toBe("affected");
  expect(verdict("linux-realtime", "5.15.0-1060.68")).toBe("not_affected");
});

test("OSV's records of Red Hat meet hosts: repositories are the release, a minor release's fixes its own builds", () => {
  const index = indexOf([
    "RHSA-2024:1",
    [
      ["Red Hat:enterprise_linux:9::baseos", "glibc", "0:2.34-83.el9_3.12"],
      ["Red Hat:rhel_eus:9.2::baseos", "glibc", "0:2.34-60.el9_2.7"],
    ],
    { upstream: ["CVE-2024-1"] },
  ]);
  const verdict = (version: string) => index.match("Red Hat:9", "glibc", version).verdict;
  expect(verdict("2.34-60.el9_2.6")).toBe("affected");
  expect(verdict("2.34-60.el9_2.7")).toBe("not_affected");
  expect(verdict("2.34-83.el9_3.7")).toBe("affected");
  expect(verdict("2.34-83.el9_3.12")).toBe("not_affected");
});

test("records of SUSE's modules and products speak of the hosts that have them", () => {
  const index = indexOf([
    "SUSE-SU-2024:1",
    [
      ["SUSE:Linux Enterprise Module for Basesystem 15 SP5", "curl", "8.0.1-1"],
      ["SUSE:Linux Enterprise Server 16.0", "curl", "8.14-1"],
      ["openSUSE:Leap 15.5", "curl", "8.0.1-2"],
    ],
  ]);
  const verdict = (host: string) => index.match(host, "curl", "8.0.1-1").verdict;
  expect(verdict("SUSE:Linux Enterprise Server 15 SP5")).toBe("not_affected");
  expect(index.match("SUSE:Linux Enterprise Desktop 15 SP5", "curl", "8.0.0-1").verdict).toBe("affected");
  expect(verdict("SUSE:Linux Enterprise Server for SAP Applications 16.0")).toBe("affected");
  expect(verdict("openSUSE:Leap 15.5")).toBe("affected");
  expect(index.match("SUSE:Linux Enterprise Server 16.1", "curl", "8.0.0-1").reason).toBe("no_feed");
});

test("a package of a module is judged within its stream, and is unknown where nothing tells the stream", () => {
  const index = indexOf(
    [
      "ALSA-2024:1",
      [["AlmaLinux:8", "nodejs", "1:18.20-1.module_el8.9.0+1"]],
      { summary: "Important: nodejs:18 security update" },
    ],
    [
      "ALSA-2024:2",
      [["AlmaLinux:8", "nodejs", "1:20.12-1.module_el8.9.0+2"]],
      { summary: "Important: nodejs:20 security update" },
    ],
    [
      "ALSA-2024:3",
      [["AlmaLinux:8", "varnish", "6.0.13-1.module_el8.9.0+3"]],
      { summary: "Important: varnish security update" },
    ],
    ["ALSA-2024:4", [["AlmaLinux:8", "bash", "4.4.20-5.el8"]], { summary: "Moderate: bash security update" }],
  );
  const match = (name: string, version: string) => index.match("AlmaLinux:8", name, version);
  expect(match("nodejs:18/nodejs", "1:18.20-1.module_el8.9.0+1").verdict).toBe("not_affected");
  expect(match("nodejs:18/nodejs", "1:18.19-1.module_el8.9.0+1").hits).toHaveLength(1);
  expect(match("nodejs:20/nodejs", "1:20.11-1.module_el8.9.0+2").hits).toHaveLength(1);
  expect(match("nodejs:16/nodejs", "1:16.1-1.module_el8.9.0+1").verdict).toBe("not_affected");
  // A record that does not tell its stream counts for each.
  expect(match("varnish:6/varnish", "6.0.8-1.module_el8.9.0+1").verdict).toBe("affected");
  const unknown = { verdict: "unknown", reason: "no_stream", hits: [] };
  expect(match("nodejs", "1:18.20-1.module_el8.9.0+1")).toEqual(unknown);
  expect(match("nodejs", "1:18.20-1")).toEqual(unknown);
  expect(match("varnish", "6.0.8-1.module_el8.9.0+1")).toEqual(unknown);
  expect(match("bash", "4.4.20-4.el8").verdict).toBe("affected");
  expect(match("zsh", "5.5-1.el8").verdict).toBe("not_affected");
  expect(answer(index, "AlmaLinux:8", "nodejs", "1:18.20-1")).toMatch(
    /^Unknown: nodejs of AlmaLinux:8 is known in modules alone/,
  );
});
