import { type AdvisoryIndex, createIndexBuilder, openIndex, parseOsvRecord } from "@zerotrace/core";
import { expect, test } from "vitest";
import { changesBetween, concernedEcosystems, concernedPackages, hashesOf } from "./changes.ts";

const indexOf = (
  ...packages: readonly (readonly [ecosystem: string, name: string, fixed: string])[]
): AdvisoryIndex => {
  const builder = createIndexBuilder();
  packages.forEach(([ecosystem, name, fixed], i) =>
    builder.add(
      parseOsvRecord({
        id: `X-${i}`,
        modified: "2026-01-01T00:00:00Z",
        affected: [
          { package: { ecosystem, name }, ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed }] }] },
        ],
      }),
    ),
  );
  return openIndex(builder.finish({ builtAt: "2026-01-01T00:00:00Z", sources: [] }));
};

const KNOWN = [
  { ecosystem: "Ubuntu:22.04", name: "vips" },
  { ecosystem: "Red Hat:9", name: "glibc" },
  { ecosystem: "SUSE:Linux Enterprise Desktop 15 SP5", name: "curl" },
  { ecosystem: "AlmaLinux:8", name: "nodejs" },
  { ecosystem: "AlmaLinux:8", name: "nodejs:18/nodejs" },
  { ecosystem: "AlmaLinux:8", name: "varnish:6/varnish" },
  { ecosystem: "AlmaLinux:8", name: "bash" },
];

test("a changed record concerns the packages that it decides on: editions, products, streams, and names without one", () => {
  const before = indexOf(["AlmaLinux:8", "bash", "2-1.el8"]);
  const concerned = (...added: readonly (readonly [string, string, string])[]) => {
    const after = indexOf(["AlmaLinux:8", "bash", "2-1.el8"], ...added);
    const changes = changesBetween(hashesOf(before, KNOWN), hashesOf(after, KNOWN));
    return concernedPackages(KNOWN, changes).map(({ name }) => name);
  };
  expect(concerned()).toEqual([]);
  expect(concerned(["Ubuntu:Pro:22.04:LTS", "vips", "1~esm1"])).toEqual(["vips"]);
  expect(concerned(["Red Hat:rhel_eus:9.2::baseos", "glibc", "1-1.el9_2"])).toEqual(["glibc"]);
  expect(concerned(["SUSE:Linux Enterprise Module for Basesystem 15 SP5", "curl", "8-1"])).toEqual(["curl"]);
  expect(concerned(["AlmaLinux:8", "nodejs:18/nodejs", "1-1"])).toEqual(["nodejs", "nodejs:18/nodejs"]);
  expect(concerned(["AlmaLinux:8", "nodejs:20/nodejs", "1-1"])).toEqual(["nodejs"]);
  expect(concerned(["AlmaLinux:8", "?/varnish", "1-1"])).toEqual(["varnish:6/varnish"]);
  expect(concerned(["AlmaLinux:8", "bash", "3-1.el8"])).toEqual(["bash"]);
});

test("a release that comes to be known concerns all of its system; a name in another spelling is the same package", () => {
  const known = [
    { ecosystem: "Debian:12.5", name: "curl" },
    { ecosystem: "Debian", name: "curl" },
    { ecosystem: "npm", name: "curl" },
    { ecosystem: "SwiftURL", name: "github.com/Apple/swift-nio" },
  ];
  const before = hashesOf(indexOf(["Debian", "curl", "8"]), known);
  const swift = ["SwiftURL", "github.com/apple/swift-nio", "2"] as const;
  const after = hashesOf(indexOf(["Debian", "curl", "8"], ["Debian:13", "bash", "5"], swift), known);
  const changes = changesBetween(before, after);
  const ecosystems = known.map((p) => p.ecosystem);
  expect(concernedEcosystems(ecosystems, changes)).toEqual(["Debian:12.5", "Debian", "SwiftURL"]);
  expect(concernedPackages(known, changes)).toEqual([known[3]]);
});
