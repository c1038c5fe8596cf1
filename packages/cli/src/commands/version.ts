import type { Command } from "@commander-js/extra-typings";
import type { Cli } from "../cli.ts";
import { formatOption } from "../options.ts";
import { CLI_VERSION } from "../version.ts";

/** `zerotrace version` */
export const register = (program: Command, cli: Cli): void => {
  program
    .command("version")
    .description("print the version and what it runs on")
    .addOption(formatOption())
    .action(({ format }) => {
      const facts = {
        schema: "zerotrace.version/1",
        version: CLI_VERSION,
        node: process.versions.node,
        platform: `${process.platform}-${process.arch}`,
      };
      cli.out.write(
        format === "json"
          ? `${JSON.stringify(facts)}\n`
          : `zerotrace ${facts.version} (Node ${facts.node}, ${facts.platform})\n`,
      );
    });
};
