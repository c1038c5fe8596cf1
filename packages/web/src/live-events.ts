import type { Channel, ServerMessage } from "@zerotrace/sdk";

export type LiveEvent = Extract<ServerMessage, { type: "event" }>;

const TOUCHED: Readonly<Record<Channel, readonly string[]>> = {
  finding_alert: [
    "stats",
    "finding",
    "fixes",
    "advisory-groups",
    "findings",
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

/**
 * First words of the query keys that an event makes old. `findings` is left to the findings list while one is open
 * (`listOpen`): it counts what is new instead of moving the rows under the reader.
 */
export const queriesTouchedBy = (event: Pick<LiveEvent, "channel">, listOpen: boolean): readonly string[] =>
  TOUCHED[event.channel].filter((key) => key !== "findings" || !listOpen);

/** Milliseconds before the next attempt to connect: 1 s doubling to 30 s, less up to a quarter by `random` (0..1). */
export const backoffMs = (attempt: number, random: number): number =>
  Math.min(30_000, 1000 * 2 ** Math.min(attempt, 5)) * (1 - random / 4);
