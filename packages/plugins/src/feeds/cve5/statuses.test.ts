import { schemeFor } from "@zerotrace/core";
import type { VersionScheme } from "@zerotrace/core";
import { expect, test } from "vitest";
import { affectedVersions } from "./statuses.ts";
import type { StatusEntry } from "./statuses.ts";

const npm = schemeFor("npm") as VersionScheme;

const entry = (version: string, isAffected: boolean, end?: string, more: Partial<StatusEntry> = {}): StatusEntry => ({
  version,
  isAffected,
  end: end === undefined ? null : { version: end.replace(/^=/, ""), isIncluded: end.startsWith("=") },
  changes: [],
  ...more,
});

test("ranges end where they say, single versions are listed, `*` has no end", () => {
  const found = affectedVersions(
    [entry("0", true, "1.5.0"), entry("2.0.0", true, "=2.1.0"), entry("3.0.0", true), entry("4.0.0", true, "*")],
    false,
    npm,
  );
  expect(found).toEqual({
    ranges: [
      [{ introduced: "0" }, { fixed: "1.5.0" }],
      [{ introduced: "2.0.0" }, { last_affected: "2.1.0" }],
      [{ introduced: "4.0.0" }],
    ],
    versions: ["3.0.0"],
  });
});

test("changes of status within a range hold until the next one", () => {
  const changes = [
    { at: "1.4.0", isAffected: true },
    { at: "1.2.0", isAffected: false },
  ];
  expect(affectedVersions([entry("1.0.0", true, "2.0.0", { changes })], false, npm)?.ranges).toEqual([
    [{ introduced: "1.0.0" }, { fixed: "1.2.0" }],
    [{ introduced: "1.4.0" }, { fixed: "2.0.0" }],
  ]);
});

test("the first entry that a version lies in decides", () => {
  const entries = [entry("1.2.0", false, "=1.2.9"), entry("1.0.0", true, "2.0.0")];
  expect(affectedVersions(entries, false, npm)?.ranges).toEqual([
    [{ introduced: "1.0.0" }, { fixed: "1.2.0" }],
    [{ introduced: "1.2.10-0" }, { fixed: "2.0.0" }],
  ]);
});

test("what is affected by default is all but what is said not to be", () => {
  expect(affectedVersions([], true, npm)?.ranges).toEqual([[{ introduced: "0" }]]);
  expect(affectedVersions([entry("1.0.0", false, "*")], true, npm)?.ranges).toEqual([
    [{ introduced: "0" }, { fixed: "1.0.0" }],
  ]);
  expect(affectedVersions([entry("2.0.0", false)], true, npm)?.ranges).toEqual([
    [{ introduced: "0" }, { fixed: "2.0.0" }],
    [{ introduced: "2.0.1-0" }],
  ]);
  expect(affectedVersions([], false, npm)).toEqual({ ranges: [], versions: [] });
});

test("bounds that are no versions, and thousands of them, are refused", () => {
  expect(affectedVersions([entry("7.0U3o", true, "8.x")], false, npm)).toBeNull();
  const many = Array.from({ length: 3000 }, (_, i) => entry(`${i}.0.0`, true));
  expect(affectedVersions(many, false, npm)).toBeNull();
});
