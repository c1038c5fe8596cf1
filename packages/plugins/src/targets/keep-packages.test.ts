import { expect, test } from "vitest";
import type { FoundPackage } from "../extractors/file-extractor.ts";
import { keepPackages } from "./keep-packages.ts";

const named = (name: string, more: Partial<FoundPackage>): FoundPackage => ({
  component: { ecosystem: "npm", name, version: "1" },
  ...more,
});

test("what is kept still needs and is reached by the right ones, and nothing by what is left out", () => {
  const all = [
    named("a", { isDev: true, dependsOn: [1, 3], via: [] }),
    named("b", { dependsOn: [2], via: [0] }),
    named("c", { dependsOn: [], via: [3] }),
    named("d", { dependsOn: [0, 2], via: [] }),
  ];
  const kept = keepPackages(all, ({ isDev }) => isDev !== true);
  expect(kept.map(({ component, dependsOn, via }) => [component.name, dependsOn, via])).toEqual([
    ["b", [1], undefined],
    ["c", [], [2]],
    ["d", [1], []],
  ]);
});
