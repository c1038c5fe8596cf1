import { expect, test } from "vitest";
import { schemeFor } from "@zerotrace/core";
import { FEED_FACTS, feedsFor, freshnessOf } from "./feed-facts.ts";
import { FEEDS } from "./registry.ts";

test("every feed of the registry says what it is for, and nothing else does", () => {
  expect(Object.keys(FEED_FACTS).sort()).toEqual(FEEDS.map((feed) => feed.descriptor.id).sort());
  for (const facts of Object.values(FEED_FACTS)) {
    const all = [...facts.ecosystems, ...(facts.others ?? [])];
    expect(all).toEqual([...new Set(all)]);
    expect(facts.ecosystems.length > 0).toBe(facts.kind !== "enrichment");
    expect(all.filter((one) => schemeFor(one) === undefined)).toEqual([]);
  }
});

test("the feeds that judge an ecosystem are named, with its release or without", () => {
  expect(feedsFor("Debian:12")).toEqual(["osv", "debian-archive", "debian-tracker"]);
  expect(feedsFor("Oracle Linux:9")).toEqual(["oracle"]);
  expect(feedsFor("Bitnami")).toEqual(["osv"]);
  expect(feedsFor("Conda")).toEqual([]);
});

test("a source is stale above its bound, by its data's date, else by when it was read", () => {
  const now = new Date("2026-03-10T00:00:00Z");
  const of = (feed: string, dataAt: string | null, syncHours = 6) =>
    freshnessOf({ feed, dataAt, readAt: "2026-03-09T00:00:00Z" }, now, syncHours);
  expect(of("osv", "2026-03-09T12:00:00Z")).toEqual({ ageHours: 12, staleAfterHours: 48, isStale: false });
  expect(of("osv", "2026-03-07T00:00:00Z")).toMatchObject({ ageHours: 72, isStale: true });
  expect(of("kev", "2026-03-01T00:00:00Z")).toMatchObject({ isStale: false });
  expect(of("osv", null)).toMatchObject({ ageHours: 24, isStale: false });
  expect(of("osv", "2026-03-07T00:00:00Z", 48)).toMatchObject({ staleAfterHours: 96, isStale: false });
  expect(of("a feed of one's own", "2027-01-01T00:00:00Z")).toMatchObject({ ageHours: 0, isStale: false });
  const missing = { feed: "cwe", dataAt: null, readAt: "2026-03-09T00:00:00Z", recordCount: 0 };
  expect(freshnessOf(missing, now)).toMatchObject({ ageHours: null, isStale: true });
  expect(freshnessOf({ feed: "osv", dataAt: "x", readAt: "x" }, now)).toMatchObject({ ageHours: null, isStale: true });
});
