import type { Command } from "@commander-js/extra-typings";
import { type Answer, contract } from "@zerotrace/sdk";
import type { Cli } from "../cli.ts";
import { connect } from "../local.ts";
import { dataDirOption, formatOption, serverOption, tokenOption } from "../options.ts";
import { counted } from "../output/headline.ts";
import { printable } from "../output/style.ts";
import { idOf } from "./named.ts";

type Diff = Answer<typeof contract.assets.getAssetDiff>;

const lines = ({ components: c, findings }: Diff): string[] => {
  const more = (part: { count: number; rows: readonly unknown[] }): string[] =>
    part.count > part.rows.length ? [`  and ${part.count - part.rows.length} more`] : [];
  const found = (sign: string, part: Diff["findings"]["gained"]): string[] => [
    ...part.rows.map(
      (f) =>
        `${sign} ${f.advisory} ${f.package} ${f.version} (${f.severity}${f.kev ? ", exploited" : ""}, risk ${f.risk})`,
    ),
    ...more(part),
  ];
  const moved = (["upgraded", "downgraded", "changed"] as const).flatMap((kind) => [
    ...c[kind].rows.map((one) => `~ ${one.name} ${one.from} -> ${one.to}`),
    ...more(c[kind]),
  ]);
  return [
    ...(findings.gained.count > 0 ? ["Findings gained", ...found("+", findings.gained)] : []),
    ...(findings.closed.count > 0 ? ["Findings closed", ...found("-", findings.closed)] : []),
    ...(moved.length > 0 ? ["Components at other versions", ...moved] : []),
    ...(c.added.count > 0
      ? ["Components added", ...c.added.rows.map((one) => `+ ${one.name} ${one.version}`), ...more(c.added)]
      : []),
    ...(c.removed.count > 0
      ? ["Components removed", ...c.removed.rows.map((one) => `- ${one.name} ${one.version}`), ...more(c.removed)]
      : []),
  ];
};

/** `zerotrace assets diff` */
export const registerDiff = (assets: Command<[string | undefined]> | Command, cli: Cli): void => {
  (assets as Command)
    .command("diff")
    .description("what is different between two moments or two branches of an asset")
    .argument("<asset>", "its name or id")
    .requiredOption("--from <moment>", "now, a date, a time, or branch:NAME")
    .option("--to <moment>", "the same", "now")
    .option("--branch <name>", "which branch, where the name has several")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async (asset, { from, to, branch }, command) => {
      // `assets` itself has these options too, and takes them wherever they stand.
      const { format, server, token, dataDir } = command.optsWithGlobals();
      const given = { server, token, dataDir };
      const { call } = await connect(cli, given);
      const named = branch ?? (to.startsWith("branch:") ? to.slice("branch:".length) : undefined);
      const id = await idOf(call, asset, named);
      const diff = await call(contract.assets.getAssetDiff, { params: { id }, query: { from, to } });
      if (format === "json") {
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.asset-diff/1", ...diff })}\n`);
        return;
      }
      for (const line of lines(diff)) cli.out.write(`${printable(line)}\n`);
      const { gained, closed } = diff.findings;
      cli.err.write(
        `${counted(gained.count, "finding")} gained, ${closed.count} closed; ${diff.components.sameCount} of ${counted(diff.to.componentCount, "component")} are the same\n`,
      );
    });
};
