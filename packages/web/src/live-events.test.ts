import { CHANNELS } from "@zerotrace/sdk";
import { expect, test } from "vitest";
import { backoffMs, queriesTouchedBy } from "./live-events.ts";

test("every channel makes its own lists old, and the totals where they can change; how far an upload is and who does what changes none", () => {
  for (const channel of CHANNELS) {
    const touched = queriesTouchedBy({ channel }, false);
    expect(touched.includes("stats")).toBe(!["upload_update", "fix_update", "work_update"].includes(channel));
  }
  expect(queriesTouchedBy({ channel: "upload_update" }, false)).toContain("uploads");
  expect(queriesTouchedBy({ channel: "finding_alert" }, false)).toContain("findings");
  expect(queriesTouchedBy({ channel: "feed_update" }, false)).toContain("feeds");
});

test("rows of an open findings list are never moved by an event", () => {
  for (const channel of CHANNELS) expect(queriesTouchedBy({ channel }, true)).not.toContain("findings");
});

test("attempts to connect grow apart and stop growing at half a minute", () => {
  expect(backoffMs(0, 0)).toBe(1000);
  expect(backoffMs(3, 0)).toBe(8000);
  expect(backoffMs(100, 0)).toBe(30_000);
  expect(backoffMs(100, 1)).toBe(22_500);
});
