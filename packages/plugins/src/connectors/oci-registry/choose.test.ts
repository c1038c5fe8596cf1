import { expect, test } from "vitest";
import type { RegistryRules } from "../connector.ts";
import { chosenTags, orderTags, repositoryTest } from "./choose.ts";

const rules = (more: Partial<RegistryRules>): RegistryRules => ({
  repositories: ["**"],
  exceptRepositories: [],
  tags: [],
  exceptTags: [],
  newestTags: 100,
  ...more,
});

test("repositories are chosen by names and patterns, and what is excepted is not", () => {
  const isChosen = repositoryTest(rules({ repositories: ["team/*", "base"], exceptRepositories: ["team/*-cache"] }));
  expect(["team/app", "base"].every(isChosen)).toBe(true);
  expect(["team/app/deep", "team/app-cache", "base/x", "other"].some(isChosen)).toBe(false);
  expect(repositoryTest(rules({ repositories: ["team/**"] }))("team/app/deep")).toBe(true);
  expect(() => repositoryTest(rules({ repositories: ["*".repeat(40)] }))).toThrow(/is no pattern/);
});

test("the newest tags by name are latest, then versions and dates from high to low, releases before their candidates", () => {
  const tags = ["1.9", "1.10", "main", "v2.0.0-rc1", "2.0.0", "latest", "1.10.1", "20260101", "branch-a", "2.0.0-rc10"];
  expect(orderTags(tags)).toEqual([
    "latest",
    "20260101",
    "2.0.0",
    "2.0.0-rc10",
    "v2.0.0-rc1",
    "1.10.1",
    "1.10",
    "1.9",
    "branch-a",
    "main",
  ]);
  const turned = tags.toReversed();
  expect(orderTags(turned)).toEqual(orderTags(tags));
});

test("tags are chosen by patterns, so many of them, and attachments are no images", () => {
  const all = ["1.0", "1.1", "1.2-debug", "latest", `sha256-${"a".repeat(64)}.sig`, `sha256-${"b".repeat(64)}`];
  expect(chosenTags(all, rules({}))).toEqual(["latest", "1.2-debug", "1.1", "1.0"]);
  expect(chosenTags(all, rules({ tags: ["1.*"], exceptTags: ["*-debug"] }))).toEqual(["1.1", "1.0"]);
  expect(chosenTags(all, rules({ newestTags: 2 }))).toEqual(["latest", "1.2-debug"]);
});
