import type { SourceReport } from "@zerotrace/core";
import type { Command } from "@commander-js/extra-typings";
import { isBundleLocation } from "@zerotrace/plugins";
import { contract } from "@zerotrace/sdk";
import type { Cli } from "../cli.ts";
import { registerBundle } from "../feeds/bundle.ts";
import { registerDiff } from "../feeds/diff.ts";
import { registerGenerations } from "../feeds/generations.ts";
import { importBundle } from "../feeds/import-bundle.ts";
import { forgetImported } from "../feeds/imported.ts";
import { type FeedStatus, orderAndWait } from "../feeds/wait.ts";
import { connect, readLocal } from "../local.ts";
import { configOf, dataDirOption, formatOption, serverOption, tokenOption } from "../options.ts";
import { counted } from "../output/headline.ts";
import { createProgress, durationText } from "../output/progress.ts";
import { sourceLines } from "../output/sources.ts";
import { openScanIndex } from "../scan/scan-index.ts";

const writeStatus = (cli: Cli, feeds: FeedStatus): void => {
  const { generation } = feeds;
  const lines = [
    generation === null
      ? "No advisories are in force yet"
      : `${counted(generation.recordCount, "record")}, ${counted(generation.groupCount, "advisory", "advisories")} in force since ${generation.publishedAt}`,
    ...sourceLines(feeds.sources),
    ...(generation === null || generation.origin === "sync"
      ? []
      : [
          `Put in force by ${generation.origin === "import" ? "an imported bundle" : "a rollback"}: no sync replaces it until \`feeds sync --unpin\``,
        ]),
    ...(feeds.staleSources.length === 0
      ? []
      : [`Stale: ${feeds.staleSources.join(", ")}. What these sources published since is not known here`]),
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

/** Scans of this machine read the sources again. Answers whether that is all there is to do: no server runs. */
const unpinHere = async (cli: Cli, options: { server?: string; dataDir?: string }): Promise<boolean> => {
  if (options.server !== undefined) return false;
  const { dataDir } = configOf(cli, { dataDir: options.dataDir }).config;
  if (!(await forgetImported(dataDir))) return false;
  cli.err.write("Commands of this machine read the sources again.\n");
  return cli.env.server === undefined && (await readLocal(dataDir)) === null;
};

const registerSync = (feeds: Command, cli: Cli): void => {
  feeds
    .command("sync")
    .description("bring the server's advisories up to date now, and wait for it")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .option("--unpin", "even where a rollback or an imported bundle is in force")
    .action(async ({ format, unpin, ...options }) => {
      if (unpin === true && (await unpinHere(cli, options))) return;
      const { call } = await connect(cli, options);
      const query = unpin === true ? { unpin: "true" as const } : {};
      const status = await orderAndWait(cli, call, () => call(contract.feeds.syncFeeds, { query }));
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
    .argument("<location...>", "folders or URLs; or one bundle, which goes to the server as well")
    .option("--trust <key>", "of a bundle: believe this public key (or the file with it) from now on")
    .option("--dry-run", "of a bundle: only say what it would change")
    .option("--local", "of a bundle: leave the server alone")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async (locations, options) => {
      const { format, dataDir } = options;
      const { config } = configOf(cli, { dataDir });
      const [first = ""] = locations;
      if (locations.length === 1 && isBundleLocation(first)) {
        await importBundle(cli, first, { dataDir: config.dataDir, feedKeys: config.feedKeys }, options);
        return;
      }
      const view = createProgress(cli.err);
      const startedMs = performance.now();
      try {
        const index = await openScanIndex({
          dataDir: config.dataDir,
          feeds: locations,
          feedKeys: config.feedKeys,
          keep: true,
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

/** `zerotrace feeds status|sync|import|keygen|bundle|generations|rollback|diff` */
export const register = (program: Command, cli: Cli): void => {
  const feeds = program.command("feeds").description("the advisories in force and where they come from");
  registerStatus(feeds, cli);
  registerSync(feeds, cli);
  registerImport(feeds, cli);
  registerBundle(feeds, cli);
  registerGenerations(feeds, cli);
  registerDiff(feeds, cli);
};
