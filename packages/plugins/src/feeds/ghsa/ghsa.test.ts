import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseOsvRecord } from "@zerotrace/core";
import { expect, test } from "vitest";
import { DOWNLOAD_LIMITS } from "../download.ts";
import { contextOf, freshFolder, recordingSink } from "../fixtures.ts";
import { NO_FAULT, withSource } from "../recorded-server.ts";
import type { Fault } from "../recorded-server.ts";
import { osvOfAdvisory, readRange } from "./advisory.ts";
import { nextLink } from "./api.ts";
import { createGhsaFeed, ghsaFeed } from "./index.ts";
import { advisory, ADVISORIES, githubAnswer, recorded, vulnerability } from "./recorded.ts";

const QUICK = { ...DOWNLOAD_LIMITS, retryDelayMs: 1, retryAfterMaxMs: 5 };

const events = (text: string, fixed: string | null = null, ecosystem = "npm") => {
  const range = readRange(text, fixed, ecosystem);
  return "events" in range ? range.events : range.version;
};

test("GitHub's ranges become OSV's events", () => {
  expect(events(">= 1.0.0, < 2.0.0")).toEqual([{ introduced: "1.0.0" }, { fixed: "2.0.0" }]);
  expect(events("< 2")).toEqual([{ introduced: "0" }, { fixed: "2" }]);
  expect(events("<= 1.9")).toEqual([{ introduced: "0" }, { last_affected: "1.9" }]);
  expect(events("<= 1.9.0", "1.9.1")).toEqual([{ introduced: "0" }, { fixed: "1.9.1" }]);
  expect(events("<= 1.9.0", "1.0.0")).toEqual([{ introduced: "0" }, { last_affected: "1.9.0" }]);
  expect(events(">= 1.0.0", "1.2.0")).toEqual([{ introduced: "1.0.0" }, { fixed: "1.2.0" }]);
  expect(events("= 1.2.3")).toBe("1.2.3");
});

test("a lower end that is excluded begins directly behind it, by the ecosystem's order", () => {
  const begin = (text: string, ecosystem: string) => events(text, null, ecosystem)[0];
  expect(begin("> 2.1.0", "npm")).toEqual({ introduced: "2.1.1-0" });
  expect(begin("> 2.1.0-rc.1", "npm")).toEqual({ introduced: "2.1.0-rc.1.0" });
  expect(begin("> 11.6", "Maven")).toEqual({ introduced: "11.6-sp" });
  expect(begin("> 1.0", "PyPI")).toEqual({ introduced: "1.0.post0.dev0" });
  expect(begin("> 1.0", "NuGet")).toEqual({ introduced: "1.0.0.1-0" });
  expect(begin("> 1.0", "RubyGems")).toEqual({ introduced: "1.0.0.0.0.1" });
  expect(begin("> 1.0.0", "Packagist")).toEqual({ introduced: "1.0.0-p1" });
});

test("a range that is none makes the whole advisory a bad record", () => {
  for (const text of ["", "about 2", ">= 1.0 < 2", "~> 1.2", ">= , < 2"]) {
    const odd = advisory("GHSA-aaaa-aaaa-aaaa", "2026-01-01T00:00:00Z", {
      vulnerabilities: [vulnerability("npm", "a", "< 1"), vulnerability("npm", "b", text)],
    });
    expect(() => osvOfAdvisory(odd)).toThrow(expect.objectContaining({ code: "BAD_RECORD" }));
  }
  for (const odd of [null, 1, [], {}, { ghsa_id: "GHSA-1" }, { ghsa_id: "GHSA-aaaa-aaaa-aaaa" }]) {
    expect(() => osvOfAdvisory(odd)).toThrow(expect.objectContaining({ code: "BAD_RECORD" }));
  }
});

test("an advisory keeps its names, vectors, weaknesses, label and withdrawal; a package's ranges come together", () => {
  const osv = osvOfAdvisory(
    advisory("GHSA-aaaa-aaaa-aaaa", "2026-01-01T00:00:00Z", {
      withdrawn_at: "2026-01-05T00:00:00Z",
      cvss_severities: { cvss_v4: { vector_string: "CVSS:4.0/AV:N" }, cvss_v3: { vector_string: "CVSS:3.1/AV:N" } },
      vulnerabilities: [
        vulnerability("pip", "Some.Name", ">= 1, < 2"),
        vulnerability("pip", "some_name", "= 0.5"),
        vulnerability("actions", "a/b", "< 2"),
        vulnerability("other", "c", "any"),
      ],
    }),
  );
  expect(osv).toMatchObject({
    aliases: ["CVE-2026-0001"],
    withdrawn: "2026-01-05T00:00:00.000Z",
    severity: [
      { type: "CVSS_V4", score: "CVSS:4.0/AV:N" },
      { type: "CVSS_V3", score: "CVSS:3.1/AV:N" },
    ],
    database_specific: { severity: "HIGH", cwe_ids: ["CWE-79"] },
    affected: [
      { package: { ecosystem: "PyPI", name: "some-name" }, versions: ["0.5"], ranges: [{ type: "ECOSYSTEM" }] },
      { package: { ecosystem: "GitHub Actions", name: "a/b" }, ranges: [{ type: "SEMVER" }] },
    ],
  });
});

/** The converter pairs of the OSV schema's repository: GitHub's GraphQL shape, and what OSV makes of it. */
const PAIRS = join(process.env["ZEROTRACE_SHARED"] ?? "../shared", "vectors", "osv-schema");
const pairNames = existsSync(PAIRS)
  ? readdirSync(PAIRS).filter((name) => /^tools_ghsa_testdata_[a-z_]+\.json$/.test(name) && !name.endsWith(".osv.json"))
  : [];

interface GraphQl {
  readonly ghsaId: string;
  readonly summary: string;
  readonly updatedAt: string;
  readonly publishedAt: string;
  readonly withdrawnAt: string | null;
  readonly identifiers: readonly { value: string }[];
  readonly vulnerabilities: {
    readonly nodes: readonly {
      readonly package: { ecosystem: string; name: string };
      readonly vulnerableVersionRange: string;
      readonly firstPatchedVersion: { identifier: string } | null;
    }[];
  };
}

const restOf = (one: GraphQl) => ({
  ghsa_id: one.ghsaId,
  summary: one.summary,
  updated_at: one.updatedAt,
  published_at: one.publishedAt,
  withdrawn_at: one.withdrawnAt,
  identifiers: one.identifiers,
  vulnerabilities: one.vulnerabilities.nodes.map((node) =>
    vulnerability(
      node.package.ecosystem.toLowerCase(),
      node.package.name,
      node.vulnerableVersionRange,
      node.firstPatchedVersion?.identifier ?? null,
    ),
  ),
});

/** The converter is older than OSV's `last_affected`: it leaves such ranges without an end. GitHub says where they end. */
const withoutLast = <T extends { readonly lastAffected: string | null }>(range: T): T => ({
  ...range,
  lastAffected: null,
});

/** OSV asks Maven Central for the release after an excluded bound; without it the range begins directly behind. */
const ASKED_REGISTRY: Readonly<Record<string, string>> = { "11.6.1": "11.6-sp" };

/** The suite's own pair stands in where the shared ones are not there. */
const OWN_PAIR = {
  input: {
    ghsaId: "GHSA-aaaa-bbbb-cccc",
    summary: "A flaw",
    updatedAt: "2026-01-02T00:00:00Z",
    publishedAt: "2026-01-01T00:00:00Z",
    withdrawnAt: null,
    identifiers: [{ value: "CVE-2026-0001" }],
    vulnerabilities: {
      nodes: [
        {
          package: { ecosystem: "RUBYGEMS", name: "a" },
          vulnerableVersionRange: ">= 4.0.1, < 4.0.5",
          firstPatchedVersion: { identifier: "4.0.5" },
        },
        {
          package: { ecosystem: "RUBYGEMS", name: "a" },
          vulnerableVersionRange: "< 3.0.21",
          firstPatchedVersion: null,
        },
      ],
    },
  },
  output: {
    id: "GHSA-aaaa-bbbb-cccc",
    summary: "A flaw",
    modified: "2026-01-02T00:00:00Z",
    published: "2026-01-01T00:00:00Z",
    aliases: ["CVE-2026-0001"],
    affected: [
      {
        package: { ecosystem: "RubyGems", name: "a" },
        ranges: [
          {
            type: "ECOSYSTEM",
            events: [{ introduced: "0" }, { introduced: "4.0.1" }, { fixed: "4.0.5" }, { fixed: "3.0.21" }],
          },
        ],
      },
    ],
  },
};

test("OSV's own converter says the same of the same advisories", () => {
  const jsonOf = (name: string): unknown => JSON.parse(readFileSync(join(PAIRS, name), "utf8"));
  const pairs: { input: unknown; output: unknown }[] = pairNames.map((name) => ({
    input: jsonOf(name),
    output: jsonOf(name.replace(/\.json$/, ".osv.json")),
  }));
  for (const { input, output } of [...pairs, OWN_PAIR]) {
    const own = parseOsvRecord(osvOfAdvisory(restOf(input as GraphQl)));
    const theirs = parseOsvRecord(output);
    const rangesOf = (record: typeof own) =>
      record.affected.map(({ ecosystem, name, ranges, versions }) => ({
        ecosystem,
        name,
        versions,
        ranges: ranges
          .map((range) => ({ ...withoutLast(range), introduced: ASKED_REGISTRY[range.introduced] ?? range.introduced }))
          .sort((a, b) => (a.introduced < b.introduced ? -1 : 1)),
      }));
    const { id, aliases, publishedAt, modifiedAt, withdrawnAt, summary } = theirs;
    expect(own).toMatchObject({ id, aliases, publishedAt, modifiedAt, withdrawnAt, summary });
    expect(rangesOf(own)).toEqual(rangesOf(theirs));
  }
});

const apiContext = () => ({ ...contextOf(), isShared: false });

test("after the first reading only what changed is asked for; the newest form of an advisory counts", async () => {
  const context = apiContext();
  await withSource(recorded, NO_FAULT, async (url) => {
    await ghsaFeed.read(context, recorded.location(url), recordingSink().sink);
  });
  const changed = [
    ...ADVISORIES,
    advisory("GHSA-ffff-ffff-ffff", "2026-01-04T00:00:00Z"),
    advisory("GHSA-aaaa-aaaa-aaaa", "2026-01-05T00:00:00Z", { summary: "Changed" }),
  ].slice(1);
  const state = join(context.cacheDir, "api", "state.json");
  await withSource({ answer: githubAnswer(changed) }, NO_FAULT, async (url, traffic) => {
    // the same source at another port
    const kept = JSON.parse(readFileSync(state, "utf8")) as object;
    writeFileSync(state, JSON.stringify({ ...kept, url: `${url}/advisories` }));
    const { sink, records } = recordingSink();
    const report = await ghsaFeed.read(context, `${url}/advisories`, sink);
    expect(report).toMatchObject({ recordCount: 5, badCount: 1 });
    expect(records.find((one) => one.id === "GHSA-aaaa-aaaa-aaaa")?.summary).toBe("Changed");
    expect(traffic.asked.every((target) => target.includes("updated="))).toBe(true);
  });
});

test("the token travels as a header and is in no report; a spent rate is waited for", async () => {
  const seen: unknown[] = [];
  const spent: Fault = (asked, _, response) => {
    seen.push(asked.headers["authorization"]);
    if (asked.order > 1) return false;
    response.writeHead(403, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1770091510" }).end("{}");
    return true;
  };
  await withSource(recorded, spent, async (url) => {
    const location = recorded.location(url).replace("http://", "http://token:s3cret@");
    const report = await createGhsaFeed(QUICK).read(apiContext(), location, recordingSink().sink);
    expect(JSON.stringify(report)).not.toContain("s3cret");
    expect(report).toMatchObject({ recordCount: 4 });
  });
  expect(new Set(seen)).toEqual(new Set(["Bearer s3cret"]));
});

test("an API that is away leaves the last whole copy in use, and says so", async () => {
  const context = apiContext();
  const down: Fault = (_, __, response) => {
    if (!isDown) return false;
    response.writeHead(503).end();
    return true;
  };
  let isDown = false;
  await withSource(recorded, down, async (url) => {
    await ghsaFeed.read(context, recorded.location(url), recordingSink().sink);
    isDown = true;
    const report = await createGhsaFeed(QUICK).read(context, recorded.location(url), recordingSink().sink);
    expect(report?.recordCount).toBe(4);
    expect(report?.notCovered.join(" ")).toContain("Changes since 2026-01-04T00:00:00Z");
  });
});

test("the next page is followed on the same host only", () => {
  const from = "https://api.test/advisories?a=1";
  expect(nextLink('<https://api.test/x?after=Y%3D>; rel="next", <https://api.test/p>; rel="prev"', from)).toBe(
    "https://api.test/x?after=Y%3D",
  );
  expect(nextLink('<https://api.test/p>; rel="prev"', from)).toBeNull();
  expect(nextLink('<https://evil.test/x>; rel="next"', from)).toBeNull();
  expect(nextLink(null, from)).toBeNull();
});

test("a folder of pages is read", async () => {
  const folder = freshFolder();
  mkdirSync(join(folder, "ghsa"));
  writeFileSync(join(folder, "ghsa", "1.json"), JSON.stringify(ADVISORIES));
  const { sink, records } = recordingSink();
  expect(await ghsaFeed.read(contextOf(), folder, sink)).toMatchObject({ recordCount: 4, badCount: 1 });
  expect(records).toHaveLength(4);
});
