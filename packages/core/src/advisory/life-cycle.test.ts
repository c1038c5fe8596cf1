import { expect, test } from "vitest";
import { createIndexBuilder } from "../match/build.ts";
import { openIndex } from "../match/open.ts";
import type { LifeCycle } from "./enrichment.ts";
import { cycleSpans, endOfLifeRecords, isEnded, systemCycle } from "./life-cycle.ts";
import { parseOsvRecord } from "./osv.ts";
import { systemOfEcosystem } from "./systems.ts";

const ON = "2026-01-15T12:00:00Z";
const product = (name: string, ends: Record<string, string | null>, identifiers: string[] = []): LifeCycle => ({
  product: name,
  title: name[0]!.toUpperCase() + name.slice(1),
  identifiers,
  cycles: Object.entries(ends).map(([cycle, endsAt]) => ({ name: cycle, endsAt, latest: "" })),
});
const SYSTEMS = [
  product("debian", { "11 ": null, "10": "2024-06-30", "12": "2028-06-30" }),
  product("ubuntu", { "22.04": "2027-04-01", "20.04": "2025-05-31" }),
  product("alpine-linux", { "3.22": "2027-05-01", "3.12": "2022-05-01" }),
  product("sles", { "15.6": null, "15.1": "2021-01-31", "15.0": "2019-12-31" }),
  product("centos", { "8": "2021-12-31", "7": "2024-06-30" }),
  product("centos-stream", { "stream 9": "2027-05-31", "8": "2024-05-31" }),
  product("eurolinux", { "9": "ended", "10": null }),
];

const indexOf = (lifeCycles: readonly LifeCycle[], ...osv: object[]) => {
  const builder = createIndexBuilder();
  for (const one of lifeCycles) builder.lifeCycle(one);
  for (const record of osv) builder.add(parseOsvRecord(record));
  return openIndex(builder.finish({ builtAt: ON, sources: [] }));
};
const npm = (name: string) => ({
  id: `A-${name}`,
  modified: "2026-01-01T00:00:00Z",
  affected: [{ package: { ecosystem: "npm", name }, versions: ["0.0.1"] }],
});

test("a cycle is over on the day of its end; one without an end goes on; one that only says so is over", () => {
  const on = (endsAt: string | null) => isEnded({ name: "1", endsAt, latest: "" }, ON);
  expect(["2026-01-14", "2026-01-15", "2026-01-16", "ended", null].map(on)).toEqual([true, true, false, true, false]);
});

test("a cycle holds the versions that begin with its numbers, without those of cycles within it", () => {
  const spans = (...names: string[]) =>
    cycleSpans(names.map((name) => ({ name, endsAt: null, latest: "" }))).map((s) => `${s.low}..${s.limit}`);
  expect(spans("7", "8")).toEqual(["8..9", "7..8"]);
  expect(spans("3", "3.1")).toEqual(["3.1..3.2", "3..3.1"]);
  expect(spans("15.0", "15.1")).toEqual(["15.1..15.2", "15..15.1"]);
  expect(spans("22.04", "22.10")).toEqual(["22.10..22.11", "22.4..22.5"]);
  const named = cycleSpans(["5.0", "4.0"].map((name) => ({ name, endsAt: null, latest: name.replace(".0", ".4.4") })));
  expect(named.map((s) => `${s.low}..${s.limit}`)).toEqual(["5..6", "4..5"]);
  expect(spans("stream 9", "lmde7", "cos-1-beta", "")).toEqual(["9..10"]);
});

test("a system past its end is a finding of its own, with the date and what is supported; others are not", () => {
  const index = indexOf(SYSTEMS);
  const said = (name: string, version: string): string => {
    const verdict = index.match("OS", name, version);
    return [verdict.reason ?? verdict.verdict, ...verdict.hits.map((hit) => hit.recordId)].join(" ");
  };
  expect(said("debian", "10")).toBe("affected EOL-debian-10");
  expect(said("debian", "12")).toBe("not_affected");
  expect(said("ubuntu", "20.04")).toBe("affected EOL-ubuntu-20.04");
  expect(said("ubuntu", "22.04")).toBe("not_affected");
  expect(said("alpine", "3.12.9")).toBe("affected EOL-alpine-linux-3.12");
  expect(said("sles", "15")).toBe("affected EOL-sles-15.0");
  expect(said("sles", "15.6")).toBe("not_affected");
  expect(said("centos", "7")).toBe("affected EOL-centos-7");
  expect(said("centos", "8")).toBe("affected EOL-centos-stream-8");
  expect(said("centos", "9")).toBe("not_affected");
  expect(said("eurolinux", "9.4")).toBe("affected EOL-eurolinux-9");
  const [hit] = index.match("OS", "debian", "10").hits;
  expect(hit).toMatchObject({ introduced: "10", fixedIn: "12" });
  expect(index.match("OS", "eurolinux", "9").hits).toMatchObject([{ fixedIn: "10" }]);
  expect(index.advisory(hit!.advisory)).toMatchObject({
    id: "EOL-debian-10",
    severity: "high",
    cvss: null,
    publishedAt: "2024-06-30T00:00:00.000Z",
    summary: "Debian 10 reached its end of life on 2024-06-30; supported: 12.",
  });
});

test("a system or release that no source knows is unknown and not clean", () => {
  for (const index of [indexOf(SYSTEMS), indexOf([])]) {
    expect(index.match("OS", "wolfi", "20230201")).toMatchObject({ verdict: "unknown", reason: "no_feed" });
    expect(index.match("OS", "debian", "99")).toMatchObject({ verdict: "unknown", reason: "no_feed" });
  }
});

test("a system that is supported is not affected, also where no system ever ended", () => {
  const index = indexOf([product("debian", { "12": "2028-06-30", "13": null })]);
  expect(index.match("OS", "debian", "12")).toMatchObject({ verdict: "not_affected" });
  expect(index.match("OS", "debian", "11")).toMatchObject({ verdict: "unknown", reason: "no_feed" });
});

test("packages of a release that no source covers are unknown for the end of life where that is past", () => {
  const index = indexOf(SYSTEMS, npm("x"));
  const reason = (ecosystem: string) => index.match(ecosystem, "bash", "1").reason;
  expect(reason("Debian:10")).toBe("end_of_life");
  expect(reason("Ubuntu:20.04:LTS")).toBe("end_of_life");
  expect(reason("Alpine:v3.12")).toBe("end_of_life");
  expect(reason("SUSE:Linux Enterprise Server 15 SP1")).toBe("end_of_life");
  expect(reason("Debian:12")).toBe("no_feed");
  expect(reason("Debian")).toBe("no_feed");
  expect(reason("NuGet")).toBe("no_feed");
  expect(systemOfEcosystem("openSUSE:Leap 15.4")).toEqual({ id: "opensuse-leap", version: "15.4" });
});

test("a package's ended cycles are findings by its ecosystem's order, early releases of the next cycle are not", () => {
  const angular = product("angular", { "18": "2025-11-21", "19": "2026-05-19", "1.9": "2020-01-01" }, [
    "pkg:npm/%40angular/core",
    "pkg:nuget/Angular",
    "pkg:deb/debian/angular",
    "pkg:github/angular/angular",
    "pkg:npm/x?repository_url=elsewhere",
    "pkg:",
    "cpe:2.3:a:angular:angular",
  ]);
  const index = indexOf([angular], npm("x"));
  const hits = (version: string) => index.match("npm", "@angular/core", version).hits.map((hit) => hit.recordId);
  expect(hits("18.2.1")).toEqual(["EOL-angular-18"]);
  expect(hits("18.0.0-rc.1")).toEqual(["EOL-angular-18"]);
  expect(hits("19.0.0-next.0")).toEqual([]);
  expect(hits("1.9.5")).toEqual(["EOL-angular-1.9"]);
  expect(hits("1.10.0")).toEqual([]);
  expect(index.advisory(1)).toMatchObject({ id: "EOL-angular-1.9", severity: "medium", cvss: null });
  // No other source speaks of NuGet: an end of life must not make its other packages look clean.
  expect(index.match("NuGet", "Angular", "18.0.0").reason).toBe("no_feed");
  expect(index.match("Debian:12", "angular", "18").reason).toBe("no_feed");
});

test("the way out of an ended cycle is the newest version of the nearest one above that is supported", () => {
  const cycles = [
    { name: "4", endsAt: null, latest: "4.1.0" },
    { name: "3", endsAt: null, latest: "3.9.2" },
    { name: "2", endsAt: "ended", latest: "2.9.9" },
    { name: "1", endsAt: "2020-01-01", latest: "1.9.9" },
  ];
  const of = (given: typeof cycles) =>
    endOfLifeRecords([{ product: "p", title: "P", identifiers: ["pkg:npm/p"], cycles: given }], ON, () => true).map(
      (record) => `${record.id} ${record.affected[0]?.ranges[0]?.fixed}: ${record.summary}`,
    );
  expect(of(cycles)).toEqual([
    "EOL-p-1 3.9.2: P 1 reached its end of life on 2020-01-01; supported: 4, 3.",
    "EOL-p-2 3.9.2: P 2 is no longer supported; supported: 4, 3.",
  ]);
  expect(of(cycles.slice(2))).toEqual([
    "EOL-p-1 null: P 1 reached its end of life on 2020-01-01.",
    "EOL-p-2 null: P 2 is no longer supported.",
  ]);
});

test("early releases belong to their own cycle in every ecosystem's order", () => {
  const early = {
    npm: "2.0.0-a",
    NuGet: "2.0.0-a",
    PyPI: "2.0.dev1",
    RubyGems: "2.0.alpha",
    Maven: "2-beta",
    Go: "v2.0.0-rc1",
  };
  const types = { npm: "npm", NuGet: "nuget", PyPI: "pypi", RubyGems: "gem", Maven: "maven/g", Go: "golang/g" };
  for (const [ecosystem, type] of Object.entries(types)) {
    const lifeCycle = product("p", { "1": "ended", "2": null }, [`pkg:${type}/p`]);
    const record = npm("x");
    const index = indexOf([lifeCycle], {
      ...record,
      affected: [{ package: { ecosystem, name: "x" }, versions: ["9"] }],
    });
    const name = type.includes("/g") ? (ecosystem === "Maven" ? "g:p" : "g/p") : "p";
    const verdict = (version: string) => index.match(ecosystem, name, version).verdict;
    expect(verdict("1.9.0"), ecosystem).toBe("affected");
    expect(verdict(early[ecosystem as keyof typeof early]), ecosystem).toBe("not_affected");
  }
});

test("the records are the same whatever the order of the products, and none is made of a supported one", () => {
  const records = endOfLifeRecords(SYSTEMS, ON, () => true);
  expect(endOfLifeRecords([...SYSTEMS].reverse(), ON, () => true)).toEqual(records);
  expect(records.map((record) => record.id)).toEqual([
    "EOL-alpine-linux-3.12",
    "EOL-centos-7",
    "EOL-centos-stream-8",
    "EOL-debian-10",
    "EOL-eurolinux-9",
    "EOL-sles-15.0",
    "EOL-sles-15.1",
    "EOL-ubuntu-20.04",
  ]);
  expect(systemCycle(SYSTEMS, "centos", "8")?.endsAt).toBe("2024-05-31");
});
