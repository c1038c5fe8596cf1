import { CHANNELS } from "@zerotrace/sdk";
import { expect, test } from "vitest";
import { queriesTouchedBy } from "./live-events.ts";

test("every channel makes its own lists old, and the totals where they can change; how far an upload is and who does what changes none", () => {
  for (const channel of CHANNELS) {
    const touched = queriesTouchedBy({ channel });
    expect(touched.includes("stats")).toBe(!["upload_update", "fix_update", "work_update"].includes(channel));
  }
  expect(queriesTouchedBy({ channel: "upload_update" })).toContain("uploads");
  expect(queriesTouchedBy({ channel: "finding_alert" })).toContain("findings");
  expect(queriesTouchedBy({ channel: "feed_update" })).toContain("feeds");
});
