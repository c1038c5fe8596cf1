import type { Command } from "@commander-js/extra-typings";
import { describeConfig } from "@zerotrace/server/config";
import type { Cli } from "../cli.ts";
import { configOf, configOption, dataDirOption, feedsOption, formatOption } from "../options.ts";
import { table } from "../output/table.ts";

const shown = (value: unknown): string =>
  value === null
    ? "-"
    : Array.isArray(value)
      ? value.join(", ") || "-"
      : JSON.stringify(value).replace(/^"(.*)"$/s, "$1");

/** `zerotrace config check` */
export const register = (program: Command, cli: Cli): void => {
  const config = program.command("config").description("the settings of this machine");
  config
    .command("check")
    .description("print every setting, its value and where it came from; exit 2 when one is wrong")
    .addOption(configOption())
    .addOption(dataDirOption())
    .addOption(feedsOption())
    .addOption(formatOption())
    .action(({ format, ...flags }) => {
      const settings = describeConfig(configOf(cli, flags));
      if (format === "json") {
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.config/1", settings }, null, 2)}\n`);
        return;
      }
      const columns = [
        { title: "SETTING" },
        { title: "VALUE" },
        { title: "FROM" },
        { title: "ENVIRONMENT" },
        { title: "MEANING" },
      ];
      const rows = settings.map((s) => [s.key, shown(s.value), s.origin, s.environment.join(", "), s.meaning]);
      cli.out.write(table(columns, rows));
    });
};
