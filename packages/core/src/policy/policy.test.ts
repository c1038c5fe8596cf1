import { expect, test } from "vitest";
import { ignoresOf, licenseJudge, parseFailOn } from "./index.ts";
import { readPolicy } from "./rules.ts";

const finding = {
  severity: "high",
  cvss: 7.5,
  epss: 0.4,
  kev: false,
  risk: 55,
  fixedIn: "1.2.4",
  isDirect: true,
  isDev: false,
} as const;

test.each([
  ["severity>=high", true],
  ["severity>high", false],
  ["severity=high", true],
  ["critical", false],
  ["critical,high", true],
  ["epss>=0.5", false],
  ["epss>=40%", true],
  ["cvss>7", true],
  ["risk>=70,kev", false],
  ["severity>=high+fixable", true],
  ["severity>=high+kev", false],
  ["direct+production", true],
  ["any", true],
  ["", false],
])("--fail-on %s decides", (text, isMet) => {
  expect(parseFailOn(text).meets(finding)).toBe(isMet);
});

test("an unknown severity meets no rank, only its own name and any", () => {
  const unknown = { ...finding, severity: "unknown" } as const;
  expect(["severity>=none", "unknown", "any"].map((text) => parseFailOn(text).meets(unknown))).toEqual([
    false,
    true,
    true,
  ]);
});

test.each(["sever>=high", "severity>=bad", "epss>=2", "risk>=", "severity>=unknown", "toString"])(
  "--fail-on %s is refused with the ways to write it",
  (text) => {
    expect(() => parseFailOn(text)).toThrow(/fail-on/);
  },
);

const subject = {
  id: "CVE-2024-1",
  aliases: ["GHSA-aaaa-bbbb-cccc"],
  purl: "pkg:npm/%40types/node@1.0.0",
  package: "@types/node",
  places: [{ path: "app/package-lock.json" }],
};

test("an ignore rule leaves out by any of the advisory's names, a package or purl pattern, and a path that fits every place", () => {
  const isOut = (rule: object): boolean =>
    ignoresOf(readPolicy({ ignore: [{ reason: "x", ...rule }] }, "f").ignore, "2026-01-01").of(subject) !== null;
  expect(isOut({ id: "ghsa-aaaa-bbbb-cccc" })).toBe(true);
  expect(isOut({ package: "@types/*" })).toBe(true);
  expect(isOut({ package: "pkg:npm/%40types/node" })).toBe(true);
  expect(isOut({ path: "app/**" })).toBe(true);
  expect(isOut({ path: "*.json" })).toBe(false);
  expect(isOut({ id: "CVE-2024-1", package: "lodash" })).toBe(false);
});

test("a rule that expired, left out nothing or is too broad is told, and an expired one no longer hides", () => {
  const { ignore } = readPolicy(
    {
      ignore: [
        { id: "CVE-2024-1", reason: "x", expires: "2025-12-31" },
        { id: "CVE-2024-2", reason: "x" },
        { package: "**", reason: "x", expires: "2027-01-01" },
      ],
    },
    "f",
  );
  const ignores = ignoresOf(ignore.slice(0, 2), "2026-01-01");
  expect(ignores.of(subject)).toBeNull();
  expect(ignores.warnings()).toEqual([
    "ignore rule 1 (CVE-2024-1) expired on 2025-12-31; what it left out counts again",
    "ignore rule 2 (CVE-2024-2) left out nothing; remove it",
  ]);
  const broad = ignoresOf(ignore.slice(2), "2026-01-01");
  broad.of(subject);
  expect(broad.warnings()[0]).toMatch(/wide pattern/);
});

test.each([
  [{ ignore: [{ id: "CVE-1" }] }, /ignore\.0\.reason/],
  [{ ignore: [{ reason: "x" }] }, /ignore\.0 needs id, package or path/],
  [{ ignore: [{ id: "CVE-1", reason: "x", expires: "soon" }] }, /ignore\.0\.expires/],
  [{ failon: "high" }, /failon/],
  [{ licenses: { deny: ["No Such License At All"] } }, /licenses\.deny\.0/],
])("a policy that is wrong is refused with the field: %j", (value, message) => {
  expect(() => readPolicy(value, "zerotrace.yaml")).toThrow(message);
});

test("an OR is fine when one side is, an AND only when every side is, and a path may have its own lists", () => {
  const judge = licenseJudge({
    deny: ["GPL-3.0-only"],
    paths: [{ path: "tools/**", allow: ["MIT", "GPL-3.0-only"] }],
  });
  expect(judge("MIT OR GPL-3.0-only", "a")).toBeNull();
  expect(judge("MIT AND GPL-3.0-only", "a")).toBe("denied");
  expect(judge("GPL-3.0-only", "tools/x")).toBeNull();
  expect(judge("Apache-2.0", "tools/x")).toBe("denied");
  expect(judge("see LICENSE", "a")).toBe("unknown");
});

test.each([
  [{ ignored: [] }, "the file has what it does not know: ignored"],
  [{ version: 2 }, "version must be 1"],
  [{ ignore: [{ id: "CVE-2024-1" }] }, "ignore.0.reason is missing"],
  [{ ignore: "no" }, "ignore must be a list"],
  [{ ignore: [{ id: "CVE-2024-1", reason: "x", expires: "2027-02-30" }] }, "is no day of the calendar"],
])("a policy %j is refused in words for people", (value, says) => {
  expect(() => readPolicy(value, "zerotrace.yaml")).toThrow(says);
});
