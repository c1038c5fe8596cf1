import { expect, test } from "vitest";
import { parseOsvRecord } from "../advisory/osv.ts";
import { createIndexBuilder } from "./build.ts";
import { createMemo, REMEMBERED_WEIGHT_MAX } from "./memo.ts";
import { openIndex } from "./open.ts";
import type { Verdict } from "./types.ts";

const indexOf = () => {
  const builder = createIndexBuilder();
  const add = (id: string, ecosystem: string, fixed: string): void =>
    builder.add(
      parseOsvRecord({
        id,
        modified: "2026-01-01T00:00:00Z",
        affected: [
          {
            package: { ecosystem, name: "x" },
            ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed }] }],
            versions: ["7"],
          },
        ],
      }),
    );
  add("A-1", "Debian:12", "2");
  add("A-2", "Debian", "3");
  add("A-3", "Debian:11", "4");
  return openIndex(builder.finish({ builtAt: "2026-01-01T00:00:00Z", sources: [] }));
};

test("a component asked again gets the same verdict, and versions, releases and spellings are told apart", () => {
  const index = indexOf();
  const idsOf = (release: string, version: string) =>
    index.match(`Debian:${release}`, "x", version).hits.map((hit) => hit.recordId);
  for (let round = 0; round < 3; round++) {
    expect(idsOf("12", "1")).toEqual(["A-1", "A-2"]);
    expect(idsOf("12", "2")).toEqual(["A-2"]);
    expect(idsOf("11", "1")).toEqual(["A-2", "A-3"]);
    expect(idsOf("13", "1")).toEqual(["A-2"]);
    expect(idsOf("12", "7")).toEqual(["A-1", "A-2"]);
    expect(index.match("Debian:12", "X", "1").verdict).toBe("not_affected");
    expect(index.match("Debian:12", "x", "not ok").reason).toBe("unparsable");
    expect(index.match("Fedora", "x", "1").reason).toBe("no_feed");
  }
  expect(index.match("Debian:12", "x", "1")).toBe(index.match("Debian:12", "x", "1"));
  // A hit of a list names the version asked for, not the one asked before.
  expect(index.match("Debian:12", "x", "7").hits[0]?.introduced).toBe("7");
  expect(index.match("Debian:12", "x", "7.0").hits.map((hit) => hit.introduced)).not.toContain("7");
});

test("what is remembered has a bound, and nothing is wrong after it was reached", () => {
  const memo = createMemo();
  const verdict: Verdict = { verdict: "affected", hits: [] };
  memo.keep(memo.put("Debian:12", "first", [1]), "1", verdict);
  for (let i = 0; i < REMEMBERED_WEIGHT_MAX / 10; i++) memo.put("Debian:12", `package-${i}`, []);
  expect(memo.get("Debian:12", "first")).toBeUndefined();
  const again = memo.put("Debian:12", "first", [1]);
  memo.keep(again, "1", verdict);
  expect(memo.get("Debian:12", "first")).toBe(again);
  expect(memo.said(again, "1")).toBe(verdict);
  expect(memo.said(again, "2")).toBeUndefined();
});
