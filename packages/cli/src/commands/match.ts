import { AppError, messageOf } from "@zerotrace/core";
import type { Command } from "@commander-js/extra-typings";
import { createReadStream } from "node:fs";
import { type Cli, EXIT } from "../cli.ts";
import { matchLines, NAMED_MAX } from "../match/match-lines.ts";
import { configOf, configOption, dataDirOption, feedsOption, generationOption, vexOption } from "../options.ts";
import { counted } from "../output/headline.ts";
import { createProgress } from "../output/progress.ts";
import { openScanIndex } from "../scan/scan-index.ts";
import { readVexFiles } from "../scan/vex-files.ts";
import { withVex } from "../match/with-vex.ts";

/** Bytes read at once from a file. */
const READ_BYTES = 1024 * 1024;

interface MatchOptions {
  readonly feeds?: string[];
  readonly dataDir?: string;
  readonly config?: string;
  readonly input?: string;
  readonly generation?: string;
  readonly vex?: string[];
}

async function* readInput(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: READ_BYTES });
  } catch (cause) {
    throw new AppError("UNREADABLE", `${path} cannot be read: ${messageOf(cause)}.`, { field: "input", cause });
  }
}

const match = async (cli: Cli, { input, generation, vex: vexPaths, ...flags }: MatchOptions): Promise<void> => {
  const { config } = configOf(cli, flags);
  const { signal } = cli;
  const vex = await readVexFiles(cli, vexPaths);
  const view = createProgress(cli.err);
  try {
    const index = await openScanIndex({
      dataDir: config.dataDir,
      feeds: config.feeds,
      feedKeys: config.feedKeys,
      generation,
      signal,
      onProgress: (p) => view.update("feeds", p.label, p),
      warn: (text) => view.line(`warning: ${text}`),
    });
    view.close();
    // Where both go to one terminal, the verdicts themselves are the progress.
    const showsProgress = cli.err.isTerminal && !cli.out.isTerminal;
    const { lineCount, malformedCount } = await matchLines({
      index: vex === null ? index : withVex(index, vex),
      // Threads know of no statements.
      ...(vex === null && index.bytes.buffer instanceof SharedArrayBuffer ? { shared: index.bytes.buffer } : {}),
      input: input === undefined ? cli.input : readInput(input),
      out: cli.out,
      signal,
      onMalformed: (n) => view.line(`line ${n} is malformed: it is not ecosystem<TAB>name<TAB>version`),
      onProgress: (n) => {
        if (showsProgress) view.update("match", `Matching: ${counted(n, "line")}`);
      },
    });
    if (malformedCount > 0) {
      if (malformedCount > NAMED_MAX)
        view.line(`... and ${counted(malformedCount - NAMED_MAX, "more malformed line")}`);
      view.line(`${counted(malformedCount, "malformed line")} of ${lineCount}`);
      cli.exitCode = EXIT.error;
    }
  } finally {
    view.close();
  }
};

/** `zerotrace match` */
export const register = (program: Command, cli: Cli): void => {
  program
    .command("match")
    .description("judge ecosystem<TAB>name<TAB>version lines of stdin; one JSON object a line")
    .addOption(feedsOption())
    .addOption(generationOption())
    .addOption(vexOption())
    .addOption(dataDirOption())
    .addOption(configOption())
    .option("--input <file>", "read the lines from a file instead of stdin")
    .action((options) => match(cli, options));
};
