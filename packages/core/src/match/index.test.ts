import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { AdvisoryRecord } from "../advisory/advisory.ts";
import { parseOsvRecord } from "../advisory/osv.ts";
import { schemeFor } from "../version/index.ts";
import { createIndexBuilder } from "./build.ts";
import { openIndex } from "./open.ts";

const META = { builtAt: "2026-01-01T00:00:00Z", sources: [] };

const osv = (id: string, ecosystem: string, name: string, body: object, over: object = {}): AdvisoryRecord =>
  parseOsvRecord({
    id,
    modified: "2026-01-01T00:00:00Z",
    affected: [{ package: { ecosystem, name }, ...body }],
    ...over,
  });
const range = (...events: object[]) => ({ ranges: [{ type: "ECOSYSTEM", events }] });
const bytesOf = (...records: AdvisoryRecord[]) => {
  const builder = createIndexBuilder();
  for (const record of records) builder.add(record);
  return builder.finish(META);
};
const indexOf = (...records: AdvisoryRecord[]) => openIndex(bytesOf(...records));

test("a fixed version is not affected, the one before is, with the record that decided", () => {
  const index = indexOf(osv("D-1", "Debian:12", "openssl", range({ introduced: "0" }, { fixed: "3.0.17-1" })));
  expect(index.match("Debian:12", "openssl", "3.0.17-1~deb12u1")).toMatchObject({
    verdict: "affected",
    hits: [{ advisory: 0, recordId: "D-1", introduced: "0", fixedIn: "3.0.17-1", lastAffected: null, urgency: "" }],
  });
  expect(index.match("Debian:12", "openssl", "3.0.17-1").verdict).toBe("not_affected");
  expect(index.match("Debian:12", "other", "1").verdict).toBe("not_affected");
  expect(index.match("Debian:11", "openssl", "1")).toMatchObject({ verdict: "unknown", reason: "no_feed" });
  expect(index.match("Debian:12", "openssl", "not a version")).toMatchObject({
    verdict: "unknown",
    reason: "unparsable",
  });
});

test("records without a release speak of every release, and Ubuntu's LTS mark means nothing", () => {
  const index = indexOf(
    osv("A-2", "Debian", "x", range({ introduced: "0" })),
    osv("A-1", "Debian:12", "x", range({ introduced: "0" }, { fixed: "2" })),
    osv("U-1", "Ubuntu:22.04:LTS", "x", range({ introduced: "0" })),
  );
  expect(index.match("Debian:12", "x", "1").hits.map((hit) => hit.recordId)).toEqual(["A-1", "A-2"]);
  expect(index.match("Debian:13", "x", "1").hits.map((hit) => hit.recordId)).toEqual(["A-2"]);
  expect(index.match("Ubuntu:22.04", "x", "1").verdict).toBe("affected");
});

test("one hit per group, with the highest fix of its records", () => {
  const index = indexOf(
    osv("GHSA-a", "PyPI", "Foo_Bar", range({ introduced: "0" }, { fixed: "1.9" }), { aliases: ["CVE-2024-0001"] }),
    osv("PYSEC-1", "PyPI", "foo.bar", range({ introduced: "0" }, { fixed: "1.10" }), { aliases: ["CVE-2024-0001"] }),
    osv("PYSEC-2", "PyPI", "foo-bar", range({ introduced: "0" }), { aliases: ["CVE-2024-0001"] }),
  );
  expect(index.match("PyPI", "FOO-bar", "1.0").hits).toMatchObject([{ recordId: "PYSEC-1", fixedIn: "1.10" }]);
  expect(index.match("PyPI", "foo-bar", "5.0").hits).toMatchObject([{ recordId: "PYSEC-2", fixedIn: null }]);
  expect(index.advisory(0)).toMatchObject({ id: "CVE-2024-0001", aliases: ["GHSA-a", "PYSEC-1", "PYSEC-2"] });
});

test("exact lists match by equality of versions, with or without a scheme, beside ranges", () => {
  const index = indexOf(
    osv("L-1", "PyPI", "a", { versions: ["1.0", "weird version"], ...range({ introduced: "5.0" }, { fixed: "6.0" }) }),
    osv("L-2", "OSS-Fuzz", "b", { versions: ["v1", "v2"] }),
    osv("L-3", "OSS-Fuzz", "c", range({ introduced: "0" }, { fixed: "9" })),
  );
  const verdicts = ["1.0.0", "weird version", "5.5", "2.0"].map((v) => index.match("PyPI", "a", v).verdict);
  expect(verdicts).toEqual(["affected", "affected", "affected", "not_affected"]);
  expect(index.match("OSS-Fuzz", "b", "v2").verdict).toBe("affected");
  expect(index.match("OSS-Fuzz", "b", "v3").verdict).toBe("not_affected");
  expect(index.match("OSS-Fuzz", "c", "1")).toMatchObject({ verdict: "unknown", reason: "unparsable" });
});

test("a withdrawn record never hits, and the explanation says so", () => {
  const withdrawn = { withdrawn: "2026-02-01T00:00:00Z" };
  const index = indexOf(
    osv("W-1", "npm", "a", range({ introduced: "0" }), withdrawn),
    osv("W-2", "npm", "a", range({ introduced: "1.0.0" }, { last_affected: "2.0.0" })),
  );
  expect(index.match("npm", "a", "3.0.0").verdict).toBe("not_affected");
  expect(index.match("npm", "a", "2.0.0").hits.map((hit) => hit.recordId)).toEqual(["W-2"]);
  expect(index.explain("npm", "a", "3.0.0").map((row) => [row.group.id, row.outcome])).toEqual([
    ["W-1", "withdrawn"],
    ["W-2", "above_last"],
  ]);
});

test("KEV and EPSS reach the group in any order of calls and change its attributes hash, not the package's", () => {
  const builder = createIndexBuilder();
  builder.kev("CVE-2024-0001", "2024-05-05");
  builder.epss("CVE-2024-0001", 0.5, 0.9);
  builder.epss("CVE-1999-0001", 0.1, 0.2);
  const record = osv("GHSA-a", "npm", "a", range({ introduced: "0" }), { aliases: ["CVE-2024-0001"] });
  builder.add(record);
  const index = openIndex(builder.finish(META));
  const bare = indexOf(record);
  expect(index.advisory(0)).toMatchObject({ kevAddedAt: "2024-05-05", epss: { score: 0.5, percentile: 0.9 } });
  expect(index.attributesHash(0)).not.toBe(bare.attributesHash(0));
  expect([...index.packages()]).toEqual([...bare.packages()]);
  expect(index.recordsOf(0)).toEqual(["GHSA-a"]);
});

test("a package's hash changes with its ranges alone", () => {
  const hashes = (...records: AdvisoryRecord[]) =>
    new Map([...indexOf(...records).packages()].map((p) => [p.name, p.hash]));
  const a = osv("A-1", "npm", "a", range({ introduced: "0" }, { fixed: "1.0.0" }));
  const b = osv("B-1", "npm", "b", range({ introduced: "0" }, { fixed: "1.0.0" }));
  const changed = osv("B-1", "npm", "b", range({ introduced: "0" }, { fixed: "1.0.1" }));
  expect(hashes(a, b).get("a")).toBe(hashes(a, changed).get("a"));
  expect(hashes(a, b).get("b")).not.toBe(hashes(a, changed).get("b"));
});

test("the index works from shared memory and at odd offsets; a damaged one is refused", () => {
  const bytes = bytesOf(osv("A-1", "npm", "a", range({ introduced: "0" })));
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  expect(openIndex(shared).match("npm", "a", "1.0.0").verdict).toBe("affected");
  const odd = new Uint8Array(bytes.length + 3).subarray(3);
  odd.set(bytes);
  expect(openIndex(odd).match("npm", "a", "1.0.0").verdict).toBe("affected");
  for (let at = 0; at < bytes.length; at += 7) {
    const broken = bytes.slice();
    broken[at]! ^= 0x40;
    expect(() => openIndex(broken)).toThrow(expect.objectContaining({ code: "BAD_FEED" }));
  }
  for (const length of [0, 8, bytes.length - 8]) {
    expect(() => openIndex(bytes.slice(0, length))).toThrow(expect.objectContaining({ code: "BAD_FEED" }));
  }
});

test("matching agrees with direct comparison of versions", () => {
  const scheme = schemeFor("npm")!;
  const version = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)).map((parts) => parts.join("."));
  fc.assert(
    fc.property(
      version,
      version,
      fc.boolean(),
      fc.array(version, { maxLength: 4 }),
      version,
      (low, high, last, list, asked) => {
        const end = last ? { last_affected: high } : { fixed: high };
        const index = indexOf(osv("A-1", "npm", "a", { ...range({ introduced: low }, end), versions: list }));
        const above = scheme.compare(asked, low) !== -1;
        const below = last ? scheme.compare(asked, high) !== 1 : scheme.compare(asked, high) === -1;
        // Ends below their start close nothing: the range that opens stays open.
        const backwards = scheme.compare(high, low) === -1;
        const expected = (above && (below || backwards)) || list.includes(asked);
        expect(index.match("npm", "a", asked).verdict).toBe(expected ? "affected" : "not_affected");
      },
    ),
  );
});
