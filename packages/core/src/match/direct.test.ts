import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { AdvisoryRecord, AffectedRange } from "../advisory/advisory.ts";
import { parseOsvRecord } from "../advisory/osv.ts";
import { schemeFor, SCHEMES } from "../version/index.ts";
import type { VersionScheme } from "../version/scheme.ts";
import { createIndexBuilder } from "./build.ts";
import { openIndex } from "./open.ts";

const META = { builtAt: "2026-01-01T00:00:00Z", sources: [] };

/** Versions with keys and without, of each scheme whose order is not total. */
const VERSIONS: Readonly<Record<string, readonly string[]>> = {
  "Arch Linux": ["1.0-1", "1.0-2", "1.0", "1.5-1", "1.5", "2", "2.-1", "2.0-3", "1:1.0-1", "1:1.0"],
  ConanCenter: ["1.0", "1.0.0", "2", "10", "1a", "1.1a", "1.1.b", "1.1", "1.0-1b", "1.0-2", "1.0+3c", "9x"],
};

const recordOf = (id: string, ecosystem: string, body: object): AdvisoryRecord =>
  parseOsvRecord({
    id,
    modified: "2026-01-01T00:00:00Z",
    affected: [{ package: { ecosystem, name: "x" }, ...body }],
  });

const indexOf = (records: readonly AdvisoryRecord[]) => {
  const builder = createIndexBuilder();
  for (const record of records) builder.add(record);
  return openIndex(builder.finish(META));
};

const within = (scheme: VersionScheme, range: AffectedRange, version: string): boolean => {
  if (range.introduced !== "0" && scheme.compare(version, range.introduced) === -1) return false;
  const end = range.limit ?? range.fixed;
  if (end !== null) return scheme.compare(version, end) === -1;
  return range.lastAffected === null || scheme.compare(version, range.lastAffected) !== 1;
};

const affects = (scheme: VersionScheme, record: AdvisoryRecord, version: string): boolean =>
  record.affected.some(
    ({ ranges, versions }) =>
      ranges.some((range) => within(scheme, range, version)) || versions.some((v) => scheme.compare(v, version) === 0),
  );

test("the versions tried here are of every ecosystem's scheme without a total order, with keys and without", () => {
  const schemes = Object.keys(VERSIONS).map((ecosystem) => schemeFor(ecosystem));
  expect(schemes.map((scheme) => scheme?.id)).toEqual(
    SCHEMES.filter((s) => s.isTotal === false && s.id !== "packagist").map(({ id }) => id),
  );
  for (const [ecosystem, versions] of Object.entries(VERSIONS)) {
    const keyless = versions.filter((version) => schemeFor(ecosystem)?.key(version) === null);
    expect(keyless.length, ecosystem).toBeGreaterThan(2);
    expect(keyless.length, ecosystem).toBeLessThan(versions.length - 2);
  }
});

test.each(Object.keys(VERSIONS))("%s: the index says what direct comparison of texts says", (ecosystem) => {
  const scheme = schemeFor(ecosystem) as VersionScheme;
  const version = fc.constantFrom(...(VERSIONS[ecosystem] ?? []));
  const events = fc
    .tuple(fc.oneof(fc.constant("0"), version), fc.constantFrom("fixed", "last_affected"), version, fc.option(version))
    .map(([introduced, kind, end, limit]) => [{ introduced }, { [kind]: end }, ...(limit === null ? [] : [{ limit }])]);
  const body = fc.record({
    ranges: events.map((list) => [{ type: "ECOSYSTEM", events: list }]),
    versions: fc.array(version, { maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.array(body, { minLength: 1, maxLength: 3 }), version, (bodies, asked) => {
      const records = bodies.map((one, i) => recordOf(`A-${i}`, ecosystem, one));
      const expected = records.filter((record) => affects(scheme, record, asked)).map((record) => record.id);
      const verdict = indexOf(records).match(ecosystem, "x", asked);
      expect(verdict.hits.map((hit) => hit.recordId)).toEqual(expected);
      expect(verdict.verdict).toBe(expected.length > 0 ? "affected" : "not_affected");
    }),
    { numRuns: 1_000 },
  );
});

test("keys of different schemes never stand for each other's texts", () => {
  const records = Object.keys(VERSIONS).map((ecosystem) =>
    recordOf(`A-${ecosystem}`, ecosystem, { versions: VERSIONS[ecosystem] }),
  );
  const index = indexOf(records);
  for (const [ecosystem, versions] of Object.entries(VERSIONS))
    for (const version of versions) expect(index.match(ecosystem, "x", version).verdict, version).toBe("affected");
});

test("the highest fix speaks, though it has no key", () => {
  const ranges = (fixed: string) => ({ ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed }] }] });
  const record = (id: string, fixed: string) =>
    parseOsvRecord({
      id,
      modified: "2026-01-01T00:00:00Z",
      aliases: ["CVE-2024-0001"],
      affected: [{ package: { ecosystem: "ConanCenter", name: "openssl" }, ...ranges(fixed) }],
    });
  const index = indexOf([record("A-1", "1.1.1t"), record("A-2", "1.1.1s"), record("A-3", "1.1.1")]);
  expect(index.match("ConanCenter", "openssl", "1.1.0").hits).toMatchObject([{ recordId: "A-1", fixedIn: "1.1.1t" }]);
  expect(index.match("ConanCenter", "openssl", "1.1.1s").hits).toMatchObject([{ recordId: "A-1", fixedIn: "1.1.1t" }]);
  expect(index.match("ConanCenter", "openssl", "1.1.1t").verdict).toBe("not_affected");
  expect(index.match("ConanCenter", "openssl", "not a version")).toMatchObject({ reason: "unparsable" });
});
