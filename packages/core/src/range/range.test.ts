import { expect, test } from "vitest";
import { crossesMajor, raisedRange, rangeAllows } from "./index.ts";

const CASES: Readonly<Record<string, readonly (readonly [range: string, inside: string, outside: string])[]>> = {
  npm: [
    ["^1.2.3", "1.9.0 1.2.3", "2.0.0 1.2.2 2.0.0-alpha 1.3.0-beta"],
    ["^0.2.3", "0.2.9", "0.3.0 0.2.2 1.0.0"],
    ["^0.0.3", "0.0.3", "0.0.4"],
    ["^0.0", "0.0.9", "0.1.0"],
    ["^0.x", "0.9.0", "1.0.0"],
    ["^1.x", "1.0.0 1.9.9", "2.0.0"],
    ["~1.2.3", "1.2.9", "1.3.0"],
    ["~1", "1.9.0", "2.0.0"],
    ["~> 1.2", "1.2.9", "1.3.0"],
    ["1.2.3", "1.2.3 1.2.3+build", "1.2.4"],
    ["=1.2", "1.2.0 1.2.9", "1.3.0"],
    ["1.2.x", "1.2.9", "1.3.0"],
    ["*", "0.0.1 99.0.0", "1.0.0-beta"],
    ["", "1.0.0", "1.0.0-beta"],
    [">1.2", "1.3.0", "1.2.9"],
    [">=1.2 <2", "1.9.0", "2.0.0 1.1.9"],
    [">= 1.2.0 < 2.0.0", "1.9.0", "2.0.0"],
    ["<=1.2", "1.2.9", "1.3.0"],
    ["1.2.3 - 2.3", "1.2.3 2.3.9", "2.4.0 1.2.2"],
    ["1.2.3 - 2.3.4", "2.3.4", "2.3.5"],
    ["^1.0.0 || ^3.0.0", "1.5.0 3.5.0", "2.5.0 4.0.0"],
    ["^1.2.3-beta.2", "1.2.3-beta.4 1.2.3 1.3.0", "1.2.3-beta.1 1.2.4-beta.9 2.0.0"],
    ["npm:@scope/name@^2.0.0", "2.1.0", "3.0.0"],
    ["workspace:^1.0.0", "1.1.0", "2.0.0"],
  ],
  "crates.io": [
    ["1.2", "1.2.0 1.9.0", "2.0.0 1.1.9"],
    ["0.8.5", "0.8.6", "0.9.0"],
    ["=0.8.5", "0.8.5", "0.8.6"],
    ["~1.2", "1.2.9", "1.3.0"],
    ["1.*", "1.9.0", "2.0.0"],
    [">=1.2, <1.5", "1.4.9", "1.5.0"],
    ["0", "0.9.0", "1.0.0"],
  ],
  PyPI: [
    ["==2.0", "2.0 2.0.0", "2.0.1"],
    ["==2.*", "2.9", "3.0 1.9"],
    [">=1.21.1,<1.27", "1.26.19", "1.27 2.0"],
    ["~=1.4.2", "1.4.9", "1.5.0 1.4.1"],
    ["~=1.4", "1.9", "2.0"],
    ["!=1.5", "1.4", "1.5"],
    [">1.5", "1.5.1", "1.5 1.5.post1"],
    ["^1.2", "1.9.1", "2.0"],
    ["^0.2.3", "0.2.4", "0.3"],
    ["~1.2", "1.2.9", "1.3"],
    [">=1,<2 || >=3", "1.5 3.1", "2.5"],
    ["(>=1.0)", "1.1", "0.9 2.0rc1"],
    ["*", "7", "7rc1"],
  ],
  RubyGems: [
    ["~> 1.2", "1.9", "2.0 1.1"],
    ["~> 1.2.3", "1.2.9", "1.3.0"],
    [">= 1.0, < 3", "2.9", "3"],
    ["1.2.3", "1.2.3", "1.2.4"],
  ],
  Packagist: [
    ["^1.2", "1.9.0 v1.3.0", "2.0.0"],
    ["~1.2", "1.9.0", "2.0.0"],
    ["~1.2.3", "1.2.9", "1.3.0"],
    ["1.2.*", "1.2.9", "1.3.0"],
    ["^5.4 || ^6.0", "5.4.1 6.4.0", "7.0.0"],
    ["^5.4|^6.0", "6.4.0", "7.0.0"],
    [">=1.0 <2.0", "1.5.0", "2.0.0"],
    ["1.0 - 2.0", "2.0.9", "2.1.0"],
    ["1.0.2", "1.0.2", "1.0.3"],
  ],
  Maven: [
    ["1.2", "9.0 1.0", ""],
    ["[1.0,2.0)", "1.0 1.9", "2.0 0.9"],
    ["[1.2]", "1.2", "1.3"],
    ["(,1.0],[1.2,)", "0.9 1.3", "1.1"],
  ],
  NuGet: [
    ["1.2.3", "1.2.3 9.0.0", "1.2.2"],
    ["[1.0.0, )", "2.0.0", "0.9.0"],
    ["[1.0.0]", "1.0.0", "1.0.1"],
    ["1.*", "1.9.0", "2.0.0"],
  ],
  Go: [["1.2.3", "1.2.3 1.9.0", "1.2.2"]],
};

const words = (text: string): string[] => text.split(" ").filter((one) => one !== "");

test("a declared range allows what its package manager takes, and nothing else", () => {
  const wrong = Object.entries(CASES).flatMap(([ecosystem, cases]) =>
    cases.flatMap(([range, inside, outside]) =>
      [
        ...words(inside).filter((version) => rangeAllows(ecosystem, range, version) !== true),
        ...words(outside).filter((version) => rangeAllows(ecosystem, range, version) !== false),
      ].map((version) => `${ecosystem} ${range} ${version}`),
    ),
  );
  expect(wrong).toEqual([]);
});

test("what is no range is not judged, and hostile text ends at once", () => {
  for (const range of ["latest", "file:../x", "git+ssh://x/y.git", "http://x/y.tgz", "workspace:*x", "^1 latest"]) {
    expect(rangeAllows("npm", range, "1.0.0")).toBeNull();
  }
  expect(rangeAllows("Packagist", "dev-main", "1.0.0")).toBeNull();
  expect(rangeAllows("Maven", "[1", "1.0")).toBeNull();
  expect(rangeAllows("Hex", "~> 1.0", "1.0.0")).toBeNull();
  for (const piece of [" ", "1 ", "|| ", "^", "1.", "[", "(,", "-", "x.", "9".repeat(40)]) {
    for (const ecosystem of Object.keys(CASES)) rangeAllows(ecosystem, piece.repeat(1000 / piece.length), "1.0.0");
  }
});

test("a raised range keeps its style where it has one", () => {
  const raised = (range: string, ecosystem = "npm"): string => raisedRange(ecosystem, range, "4.1.2");
  expect(["^1.0.0", "~1.2", "1.2.3", "=1.0.0", ">=1.0", "1.x", ">=1 <2", "*"].map((range) => raised(range))).toEqual([
    "^4.1.2",
    "~4.1.2",
    "4.1.2",
    "=4.1.2",
    ">=4.1.2",
    "^4.1.2",
    "^4.1.2",
    "^4.1.2",
  ]);
  expect(raised("==1.0", "PyPI")).toBe("==4.1.2");
  expect(raised(">=1,<2", "PyPI")).toBe(">=4.1.2");
  expect(raised("~> 1.0", "RubyGems")).toBe("~> 4.1.2");
  expect(raised("1.2", "crates.io")).toBe("4.1.2");
});

test("a major version is the first number; 0.x counts as one for npm and Cargo", () => {
  expect(crossesMajor("npm", "1.9.0", "2.0.0")).toBe(true);
  expect(crossesMajor("npm", "1.9.0", "1.10.0")).toBe(false);
  expect(crossesMajor("npm", "0.1.0", "0.2.0")).toBe(true);
  expect(crossesMajor("crates.io", "0.1.0", "0.1.9")).toBe(false);
  expect(crossesMajor("PyPI", "0.1", "0.2")).toBe(false);
  expect(crossesMajor("Go", "1.2.3", "2.0.0")).toBe(true);
});
