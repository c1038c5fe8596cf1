import type { Command } from "@commander-js/extra-typings";
import { generationsDirectory, openGenerations, shortHash } from "@zerotrace/plugins";
import { contract } from "@zerotrace/sdk";
import type { Cli } from "../cli.ts";
import { connect } from "../local.ts";
import { configOf, dataDirOption, formatOption, serverOption, tokenOption } from "../options.ts";
import { table } from "../output/table.ts";
import { megabytes } from "./changes-text.ts";
import { orderAndWait } from "./wait.ts";

interface Row {
  readonly hash: string;
  readonly ids: readonly number[];
  readonly isInForce: boolean;
  readonly builtAt: string;
  readonly kind: string;
  readonly sizeBytes: number;
  readonly recordCount: number;
}

const COLUMNS = [
  { title: "GENERATION" },
  { title: "NUMBER" },
  { title: "FEEDS READ" },
  { title: "RECORDS", align: "right" },
  { title: "KEPT AS" },
  { title: "SIZE", align: "right" },
] as const;

interface ServerFlags {
  readonly server?: string;
  readonly token?: string;
  readonly dataDir?: string;
}

/** From the server where one answers; else what this machine keeps. */
const rowsOf = async (cli: Cli, options: ServerFlags): Promise<Row[]> => {
  const isNamed = options.server !== undefined || cli.env.server !== undefined;
  try {
    const { call } = await connect(cli, options);
    return (await call(contract.feeds.listGenerations)).rows;
  } catch (error) {
    if (isNamed) throw error;
  }
  const { dataDir } = configOf(cli, { dataDir: options.dataDir }).config;
  const kept = await openGenerations(generationsDirectory(dataDir)).list();
  return kept.map((one) => ({ ...one, ids: [], isInForce: false, recordCount: one.counts.records }));
};

/** `zerotrace feeds generations|rollback` */
export const registerGenerations = (feeds: Command, cli: Cli): void => {
  feeds
    .command("generations")
    .description("the generations of the feeds that are kept, the newest first")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async ({ format, ...options }) => {
      const rows = await rowsOf(cli, options);
      if (format === "json") {
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.generations/1", generations: rows })}\n`);
        return;
      }
      if (rows.length === 0) {
        cli.out.write("No generation is kept yet: `feeds sync` and `feeds import` keep one each\n");
        return;
      }
      const cells = rows.map((row) => [
        shortHash(row.hash),
        `${row.ids[0] ?? ""}${row.isInForce ? " in force" : ""}`.trim(),
        row.builtAt.slice(0, 16).replace("T", " "),
        row.recordCount.toLocaleString("en"),
        row.kind === "full" ? "whole" : "difference",
        megabytes(row.sizeBytes),
      ]);
      cli.out.write(table(COLUMNS, cells));
    });
  feeds
    .command("rollback")
    .description("put an earlier generation in force on the server; it stays until `feeds sync --unpin`")
    .argument("[generation]", "number, or the beginning of its name; the former one when none is named")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .action(async (generation, options) => {
      const { call } = await connect(cli, options);
      let hash = "";
      const status = await orderAndWait(cli, call, async () => {
        const body = generation === undefined ? {} : { generation };
        hash = (await call(contract.feeds.rollbackFeeds, { body })).hash;
      });
      cli.out.write(`Generation ${shortHash(hash)} is in force again, as number ${status.generation?.id ?? "?"}\n`);
      cli.err.write("It stays until: zerotrace feeds sync --unpin\n");
    });
};
