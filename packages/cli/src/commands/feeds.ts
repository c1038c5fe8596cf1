import { AppError, type SourceReport } from "@zerotrace/core";
import type { Command } from "@commander-js/extra-typings";
import { type Answer, contract } from "@zerotrace/sdk";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cli } from "../cli.ts";
import { connect } from "../local.ts";
import { configOf, dataDirOption, formatOption, serverOption, tokenOption } from "../options.ts";
import { counted } from "../output/headline.ts";
import { createProgress, durationText } from "../output/progress.ts";
import { sourceLines } from "../output/sources.ts";
import { openScanIndex } from "../scan/scan-index.ts";

const POLL_MS = 500;
type FeedStatus = Answer<typeof contract.feeds.getFeeds>;

const writeStatus = (cli: Cli, feeds: FeedStatus): void => {
  const { generation } = feeds;
  const lines = [
    generation === null
      ? "No advisories are in force yet"
      : `${counted(generation.recordCount, "record")}, ${counted(generation.groupCount, "advisory", "advisories")} in force since ${generation.publishedAt}`,
    ...sourceLines(feeds.sources),
    ...(feeds.stale ? ["The data is older than two sync intervals"] : []),
    ...(feeds.lastError === null ? [] : [`Last sync failed at ${feeds.lastError.at}: ${feeds.lastError.message}`]),
    ...(feeds.syncing ? ["A sync is running"] : []),
    ...(feeds.nextSyncAt === null ? [] : [`Next sync at ${feeds.nextSyncAt}`]),
  ];
  cli.out.write(`${lines.join("\n")}\n`);
};

const registerStatus = (feeds: Command, cli: Cli): void => {
  feeds
    .command("status")
    .description("sources in force, their date, and what they do not cover")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async ({ format, ...options }) => {
      const { call } = await connect(cli, options);
      const status = await call(contract.feeds.getFeeds);
      if (format === "json") cli.out.write(`${JSON.stringify({ schema: "zerotrace.feeds/1", ...status })}\n`);
      else writeStatus(cli, status);
    });
};

const registerSync = (feeds: Command, cli: Cli): void => {
  feeds
    .command("sync")
    .description("bring the server's advisories up to date now, and wait for it")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async ({ format, ...options }) => {
      const { call } = await connect(cli, options);
      const before = await call(contract.feeds.getFeeds);
      await call(contract.feeds.syncFeeds);
      const view = createProgress(cli.err);
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
      view.close();
      if (status.lastError !== null && status.lastError.at !== before.lastError?.at) {
        throw new AppError(
          "FEEDS_UNAVAILABLE",
          `The sync failed: ${status.lastError.message} The old data stays in force.`,
        );
      }
      if (format === "json") cli.out.write(`${JSON.stringify({ schema: "zerotrace.feeds/1", ...status })}\n`);
      else writeStatus(cli, status);
    });
};

const writeImport = (cli: Cli, format: string, sources: readonly SourceReport[], ms: number): void => {
  const recordCount = sources.reduce((sum, source) => sum + source.recordCount, 0);
  if (format === "json") {
    cli.out.write(
      `${JSON.stringify({ schema: "zerotrace.feeds-import/1", ms: Math.round(ms), recordCount, sources })}\n`,
    );
    return;
  }
  const lines = [`${counted(recordCount, "record")} read in ${durationText(ms)}`, ...sourceLines(sources)];
  cli.out.write(`${lines.join("\n")}\n`);
};

/** A word that a shell passes on as it is. */
const shellWord = (text: string): string =>
  /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

const registerImport = (feeds: Command, cli: Cli): void => {
  feeds
    .command("import")
    .description("read feeds into the index that scan and explain use, and report what they hold")
    .argument("<location...>", "folders or URLs")
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async (locations, { format, dataDir }) => {
      const { config } = configOf(cli, { dataDir });
      const view = createProgress(cli.err);
      const startedMs = performance.now();
      try {
        const index = await openScanIndex({
          dataDir: config.dataDir,
          feeds: locations,
          force: true,
          signal: cli.signal,
          onProgress: (p) => view.update("feeds", p.label, p),
          warn: (text) => view.line(text),
        });
        view.close();
        writeImport(cli, format, index.meta.sources, performance.now() - startedMs);
        const again = locations.map((location) => `--feeds ${shellWord(location)}`).join(" ");
        cli.err.write(`Use it: zerotrace scan host ${again}; for the server: zerotrace start ${again}\n`);
      } finally {
        view.close();
      }
    });
};

/** `zerotrace feeds status|sync|import` */
export const register = (program: Command, cli: Cli): void => {
  const feeds = program.command("feeds").description("the advisories in force and where they come from");
  registerStatus(feeds, cli);
  registerSync(feeds, cli);
  registerImport(feeds, cli);
};
