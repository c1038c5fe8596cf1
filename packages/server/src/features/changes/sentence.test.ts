import { expect, test } from "vitest";
import { type Changes, entryOf, type Kind } from "./rules.ts";
import { sentenceOf } from "./sentence.ts";

const BASIS: Changes["basis"] = {
  advisoriesAt: "2026-11-21T10:00:00.000Z",
  isStale: false,
  staleFeeds: [],
  assetCount: 12,
  withoutInventory: 0,
  silentCount: 0,
  newestInventoryAt: "2026-11-21T10:00:00.000Z",
  pendingJobs: 0,
  epssFrom: null,
};
const sentence = (counts: Partial<Record<Kind, number>>, matter = 0, basis: Partial<Changes["basis"]> = {}) =>
  sentenceOf({
    until: "2026-11-21T12:00:00.000Z",
    matter: { count: matter, isExact: true, query: "" },
    totals: Object.entries(counts).map(([kind, count]) => ({
      kind: kind as Kind,
      count,
      isExact: count < 100,
      query: null,
      path: null,
    })),
    days: [
      {
        day: "2026-11-21",
        from: "",
        until: "",
        sections:
          counts.kev === undefined
            ? []
            : [
                {
                  kind: "kev",
                  count: 1,
                  isExact: true,
                  query: "",
                  path: null,
                  moreCount: 0,
                  entries: [entryOf({ name: "CVE-2024-3094", says: "", packages: ["xz"] })],
                },
              ],
      },
    ],
    basis: { ...BASIS, ...basis },
  });

test("the sentence says what matters first, in plain words", () => {
  expect(sentence({ opened: 40, fixed: 12, reopened: 1, kev: 1 }, 3).says).toBe(
    "3 new findings that matter, 12 fixed, 1 came back; xz (CVE-2024-3094) entered KEV",
  );
  expect(sentence({ opened: 1, asset_new: 2, asset_silent: 1 }).says).toBe(
    "1 new finding, none that matters; 2 new assets, 1 asset went silent",
  );
  expect(sentence({ fixed: 2000 }).says).toBe("2,000+ fixed");
});

test("nothing changed is said only where everything was looked at", () => {
  expect(sentence({})).toEqual({ says: "nothing changed: 12 assets and the advisories were looked at", gaps: [] });
  const gaps = (basis: Partial<Changes["basis"]>) => {
    const { says, gaps: told } = sentence({}, 0, basis);
    expect(says).toBe("no change is seen");
    return told;
  };
  expect(gaps({ advisoriesAt: null, isStale: true })).toEqual(["no advisories are in force yet"]);
  expect(gaps({ advisoriesAt: "2026-11-20T10:00:00.000Z", isStale: true })).toEqual(["the advisories are 26 h old"]);
  expect(gaps({ staleFeeds: ["osv"] })).toEqual(["stale: osv"]);
  expect(gaps({ assetCount: 0 })).toEqual(["no asset reports yet"]);
  expect(gaps({ withoutInventory: 1, silentCount: 2, pendingJobs: 3 })).toEqual([
    "1 asset sent no inventory yet",
    "2 agents are silent",
    "3 jobs still running",
  ]);
});
