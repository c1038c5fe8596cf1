import type { Command } from "@commander-js/extra-typings";
import { AppError } from "@zerotrace/core";
import { contract } from "@zerotrace/sdk";
import type { Cli } from "../cli.ts";
import { connect } from "../local.ts";
import { dataDirOption, formatOption, serverOption, tokenOption } from "../options.ts";

/** `zerotrace people reset-link` and `reset-factors` */
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
  people
    .command("reset-factors")
    .argument("<email>", "who lost their second factors")
    .description("take all second factors from a member of this company; all their sessions end then")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async (email, { format, ...options }) => {
      const { call } = await connect(cli, options);
      const { rows } = await call(contract.people.listPeople, { query: { q: email } });
      const member = rows.find((one) => one.email === email.trim().toLowerCase());
      if (member === undefined) {
        throw new AppError("NOT_FOUND", `The company has no member ${email}: see who there is under People.`);
      }
      const { count } = await call(contract.factors.resetFactors, { params: { id: member.id } });
      const done = { schema: "zerotrace.reset-factors/1", id: member.id, count };
      cli.out.write(
        format === "json" ? `${JSON.stringify(done)}\n` : `${count} second factors of ${member.email} are gone.\n`,
      );
    });
};
