import { expect, test } from "vitest";
import { wasRead } from "./known.ts";

test("a source that is absent, or gave nothing, was not read; before the list is there nothing is claimed", () => {
  const sources = [
    { feed: "osv", recordCount: 7 },
    { feed: "kev", recordCount: 0 },
  ];
  expect(wasRead({ sources }, "kev")).toBe(false);
  expect(wasRead({ sources }, "epss")).toBe(false);
  expect(wasRead({ sources: [...sources, { feed: "epss", recordCount: 1 }] }, "epss")).toBe(true);
  expect(wasRead(undefined, "kev")).toBe(true);
});
