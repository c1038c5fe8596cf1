import type { Command } from "@commander-js/extra-typings";
import { contract } from "@zerotrace/sdk";
import type { Cli } from "../cli.ts";
import { connect } from "../local.ts";
import { dataDirOption, formatOption, serverOption, tokenOption } from "../options.ts";

/** `zerotrace people reset-link` */
export const register = (program: Command, cli: Cli): void => {
  const people = program.command("people").description("the people who sign in");
  people
    .command("reset-link")
    .argument("<email>", "whose password is forgotten")
    .description("print a link by which somebody chooses a new password within an hour; all their sessions end then")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async (email, { format, ...options }) => {
      const { call } = await connect(cli, options);
      const made = await call(contract.people.createResetLink, { body: { email } });
      cli.out.write(
        format === "json" ? `${JSON.stringify({ schema: "zerotrace.reset-link/1", ...made })}\n` : `${made.url}\n`,
      );
    });
};
