import type { RegistryLook } from "@zerotrace/plugins/connectors/connector";
import { expect, test } from "vitest";
import type { Rules } from "./contract.ts";
import { changesOf, hostOf } from "./rules.ts";
import type { TagRecord } from "./tags-sql.ts";

const RULES: Rules = { repositories: ["**"], exceptRepositories: [], tags: [], exceptTags: [], newestTags: 10 };
const known = (tag: string, more: Partial<TagRecord> = {}): TagRecord => ({
  repository: "app",
  tag,
  digest: "sha256:a",
  scannedDigest: "sha256:a",
  state: "scanned",
  assetId: null,
  error: null,
  firstSeenAt: new Date(0),
  scannedAt: null,
  ...more,
});
const look = (
  chosen: Record<string, string>,
  more: Partial<RegistryLook> & { also?: string[] } = {},
): RegistryLook => ({
  repositories: [
    {
      repository: "app",
      chosen: Object.entries(chosen).map(([tag, digest]) => ({ tag, digest: `sha256:${digest}` })),
      tags: new Set([...Object.keys(chosen), ...(more.also ?? [])]),
    },
  ],
  unlisted: [],
  missing: [],
  isWhole: true,
  problems: [],
  requestCount: 1,
  ...more,
});
const changed = (before: TagRecord[], seen: RegistryLook, rules = RULES) =>
  changesOf(before, seen, rules).map(({ tag, digest, state }) => `${tag} ${digest.slice(7)} ${state}`);

test("new and moved tags wait, and what is as it was is not touched", () => {
  const before = [known("1"), known("2"), known("3", { state: "failed", scannedDigest: null })];
  expect(changed(before, look({ 1: "a", 2: "b", 3: "a", 4: "c" }))).toEqual(["2 b waiting", "4 c waiting"]);
  expect(changed(before, look({ 1: "a", 2: "a", 3: "a" }))).toEqual([]);
});

test("a tag that is not there any more is gone, one that the rules leave out is not watched, and both come back unscanned", () => {
  const before = [known("1"), known("2")];
  expect(changed(before, look({}, { also: ["2"] }))).toEqual(["1 a gone", "2 a unwatched"]);
  const gone = [known("1", { state: "gone" }), known("2", { state: "unwatched" })];
  expect(changed(gone, look({}, { also: ["2"] }))).toEqual([]);
  expect(changed(gone, look({ 1: "a", 2: "b" }))).toEqual(["1 a scanned", "2 b waiting"]);
});

test("nothing is said of repositories that could not be listed", () => {
  const before = [known("1"), known("1", { repository: "other" })];
  const other = (more: Partial<RegistryLook>) => changed(before, look({ 1: "a" }, more));
  expect(other({ unlisted: ["other"] })).toEqual([]);
  expect(other({ isWhole: false })).toEqual([]);
  expect(other({ missing: ["other"] })).toEqual(["1 a gone"]);
  expect(other({})).toEqual(["1 a gone"]);
  expect(changed(before, look({ 1: "a" }), { ...RULES, repositories: ["app"] })).toEqual(["1 a unwatched"]);
});

test("a tag that is being scanned is left to its end unless it moved", () => {
  const before = [known("1", { state: "scanning", scannedDigest: null })];
  expect(changed(before, look({}))).toEqual([]);
  expect(changed(before, look({ 1: "a" }))).toEqual([]);
  expect(changed(before, look({ 1: "b" }))).toEqual(["1 b waiting"]);
});

test("a host is read as people write it, and what is none is refused", () => {
  const cases = {
    "https://GHCR.io/": "ghcr.io",
    "registry-1.docker.io": "docker.io",
    "localhost:5000/v2/": "localhost:5000",
  };
  for (const [text, host] of Object.entries(cases)) expect(hostOf(text)).toBe(host);
  for (const text of ["ghcr", "http://x.io", "a.b/c", "a.b?x", "user@a.b", "a b.c", "a.b:99x"]) {
    expect(() => hostOf(text), text).toThrow(/is no registry/);
  }
});
