import type { Channel, StreamEvent } from "@zerotrace/sdk";

export type LiveEvent = StreamEvent;

const TOUCHED: Readonly<Record<Channel, readonly string[]>> = {
  finding_alert: [
    "stats",
    "finding",
    "fixes",
    "advisory-groups",
    "findings",
    "changes",
    "vex",
    "view-count",
    "figures",
    "executive",
  ],
  asset_update: ["figures", "executive", "stats", "assets", "view-count", "asset", "agents", "components", "coverage"],
  scan_update: ["stats", "assets", "asset", "jobs", "components", "coverage", "affected"],
  feed_update: ["stats", "feeds", "coverage", "advisories", "advisory", "affected"],
  upload_update: ["uploads", "registries"],
  fix_update: ["fixes", "fix"],
  work_update: ["findings", "finding", "mentions", "view-count"],
};

/** First words of the query keys that an event makes old. */
export const queriesTouchedBy = (event: Pick<LiveEvent, "channel">): readonly string[] => TOUCHED[event.channel];
