import type { Command } from "@commander-js/extra-typings";
import { contract } from "@zerotrace/sdk";
import type { Cli } from "../cli.ts";
import { connect } from "../local.ts";
import { dataDirOption, formatOption, serverOption, tokenOption } from "../options.ts";

/** `zerotrace sign-in` */
export const register = (program: Command, cli: Cli): void => {
  program
    .command("sign-in")
    .description("print a new one-time link to the dashboard")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async ({ format, ...options }) => {
      const { call } = await connect(cli, options);
      const { url } = await call(contract.sessions.createLink);
      cli.out.write(format === "json" ? `${JSON.stringify({ schema: "zerotrace.sign-in/1", url })}\n` : `${url}\n`);
    });
};
