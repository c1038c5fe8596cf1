import { AppError } from "@zerotrace/core";
import { type Answer, type Client, contract } from "@zerotrace/sdk";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cli } from "../cli.ts";
import { createProgress } from "../output/progress.ts";

const POLL_MS = 500;
export type FeedStatus = Answer<typeof contract.feeds.getFeeds>;

/**
 * Orders something of the server's feeds and waits until it is done. Answers the status then. Throws FEEDS_UNAVAILABLE
 * when it failed: the old data stays in force.
 */
export const orderAndWait = async (cli: Cli, call: Client, order: () => Promise<unknown>): Promise<FeedStatus> => {
  const before = await call(contract.feeds.getFeeds);
  await order();
  const view = createProgress(cli.err);
  try {
    let status = before;
    const ended = (now: FeedStatus): boolean =>
      !now.syncing &&
      (now.generation?.id !== before.generation?.id ||
        now.lastError?.at !== before.lastError?.at ||
        now.sources[0]?.readAt !== before.sources[0]?.readAt);
    let wasSyncing = before.syncing;
    for (;;) {
      await sleep(POLL_MS, undefined, { signal: cli.signal });
      status = await call(contract.feeds.getFeeds);
      if (status.progress) view.update("sync", status.progress.label, status.progress);
      // Unchanged feeds publish nothing new: then the end of a sync that was seen running is the end.
      if (ended(status) || (wasSyncing && !status.syncing)) break;
      wasSyncing = status.syncing;
    }
    if (status.lastError !== null && status.lastError.at !== before.lastError?.at) {
      throw new AppError("FEEDS_UNAVAILABLE", `It failed: ${status.lastError.message} The old data stays in force.`);
    }
    return status;
  } finally {
    view.close();
  }
};
