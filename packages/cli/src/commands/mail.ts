import type { Command } from "@commander-js/extra-typings";
import { sendTestMail } from "@zerotrace/server/mail";
import type { Cli } from "../cli.ts";
import { configOf, configOption, dataDirOption, formatOption } from "../options.ts";

/** `zerotrace mail test` */
export const register = (program: Command, cli: Cli): void => {
  const mail = program.command("mail").description("the mail server of this machine's settings");
  mail
    .command("test")
    .argument("<address>", "who gets it")
    .description("send one mail with the settings of this machine, and say what the mail server said")
    .addOption(configOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async (address, { format, ...flags }) => {
      const { host, port } = await sendTestMail(configOf(cli, flags).config, address);
      const done = { schema: "zerotrace.mail-test/1", address, host, port };
      cli.out.write(format === "json" ? `${JSON.stringify(done)}\n` : `${host}:${port} took the mail to ${address}.\n`);
    });
};
