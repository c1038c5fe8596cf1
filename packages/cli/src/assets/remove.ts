import { AppError } from "@zerotrace/core";
import type { Command } from "@commander-js/extra-typings";
import { type Answer, contract } from "@zerotrace/sdk";
import type { Cli } from "../cli.ts";
import { asker } from "../fix/ask.ts";
import { connect } from "../local.ts";
import { dataDirOption, formatOption, serverOption, tokenOption } from "../options.ts";
import { counted } from "../output/headline.ts";
import { printable } from "../output/style.ts";
import { idOf } from "./named.ts";

type Removal = Answer<typeof contract.assets.removeAsset>;

const titleOf = ({ kind, name, branch }: Removal): string => `${kind} ${name}${branch === "" ? "" : ` (${branch})`}`;

/** What a removal does, in one sentence. */
const removalText = (removal: Removal, tense: "will" | "was"): string => {
  const { componentCount, closedCount, findingCount, deltaCount, credentialCount } = removal;
  const parts = [
    counted(componentCount, "component"),
    `${counted(deltaCount, "change")} of its inventory`,
    `${closedCount} of its ${counted(findingCount, "open finding")}, which nothing else has`,
  ];
  const agent =
    credentialCount === 0
      ? ""
      : tense === "will"
        ? " Its agent may report no more: enroll it again to have it back."
        : " Its agent may report no more.";
  return tense === "will"
    ? `Removing ${titleOf(removal)} forgets ${parts[0]} and ${parts[1]}, and closes ${parts[2]}.${agent}`
    : `Removed ${titleOf(removal)}: ${parts[0]} and ${parts[1]} forgotten, ${counted(closedCount, "finding")} closed.${agent}`;
};

/** `zerotrace assets remove` */
export const registerRemove = (assets: Command<[string | undefined]> | Command, cli: Cli): void => {
  (assets as Command)
    .command("remove")
    .description("remove an asset with its inventory and history; says in numbers what that does, and asks")
    .argument("<asset>", "its name or id")
    .option("--branch <name>", "which branch, where the name has several")
    .option("--yes", "do not ask")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async (asset, { branch, yes }, command) => {
      // `assets` itself has these options too, and takes them wherever they stand.
      const { format, server, token, dataDir } = command.optsWithGlobals();
      const { call } = await connect(cli, { server, token, dataDir });
      const id = await idOf(call, asset, branch);
      const remove = (dryRun: "true" | "false") =>
        call(contract.assets.removeAsset, { params: { id }, query: { dryRun } });
      if (yes !== true) {
        cli.err.write(`${printable(removalText(await remove("true"), "will"))}\n`);
        if (!(await asker(cli)("Remove it?"))) {
          throw new AppError("BAD_REQUEST", "Nothing was removed: answer y, or say --yes.", { field: "yes" });
        }
      }
      const removal = await remove("false");
      if (format === "json") {
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.asset-removal/1", id, ...removal })}\n`);
        return;
      }
      cli.err.write(`${printable(removalText(removal, "was"))}\n`);
    });
};
