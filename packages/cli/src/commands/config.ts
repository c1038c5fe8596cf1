import type { Command } from "@commander-js/extra-typings";
import { AppError } from "@zerotrace/core";
import { decryptSetting, describeConfig, encryptSetting, rotateSettings } from "@zerotrace/server/config";
import type { Cli } from "../cli.ts";
import { configOf, configOption, dataDirOption, feedsOption, formatOption } from "../options.ts";
import { counted } from "../output/headline.ts";
import { table } from "../output/table.ts";

/** Largest value that is read to be sealed, in bytes. */
const VALUE_BYTES_MAX = 64 * 1024;

const shown = (value: unknown): string =>
  value === null
    ? "-"
    : Array.isArray(value)
      ? value.join(", ") || "-"
      : JSON.stringify(value).replace(/^"(.*)"$/s, "$1");

const registerCheck = (config: Command, cli: Cli): void => {
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

/** The value on standard input without the line's end. Throws BAD_REQUEST beyond VALUE_BYTES_MAX. */
const valueOf = async (cli: Cli): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of cli.input) {
    size += chunk.length;
    if (size > VALUE_BYTES_MAX) throw new AppError("BAD_REQUEST", `A value has at most ${VALUE_BYTES_MAX} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks)
    .toString("utf8")
    .replace(/\r?\n$/, "");
};

const optionsOf = (cli: Cli, { config: file, dataDir }: { config?: string; dataDir?: string }) => ({
  flags: { dataDir },
  file,
  env: cli.env.variables,
});

const registerEncrypt = (config: Command, cli: Cli): void => {
  config
    .command("encrypt")
    .description("seal a setting's value, read from standard input; print what the file may hold")
    .argument("<setting>", "its name, such as databaseUrl: the sealed value opens under no other")
    .option("--write", "seal in the file what stands there, and read nothing")
    .addOption(configOption())
    .addOption(dataDirOption())
    .action(async (setting, { write, ...where }) => {
      const value = write === true ? undefined : await valueOf(cli);
      const sealed = encryptSetting(optionsOf(cli, where), setting, value);
      if (write === true) cli.err.write(`${setting} is sealed in the file\n`);
      else cli.out.write(`${sealed}\n`);
    });
};

const registerDecrypt = (config: Command, cli: Cli): void => {
  config
    .command("decrypt")
    .description("print the value of a setting that is sealed in the file")
    .argument("<setting>", "its name")
    .option("--write", "put it into the file in the open, and print nothing")
    .addOption(configOption())
    .addOption(dataDirOption())
    .action((setting, { write, ...where }) => {
      const value = decryptSetting(optionsOf(cli, where), setting, { write: write === true });
      if (write === true) cli.err.write(`${setting} stands in the file in the open\n`);
      else cli.out.write(`${value}\n`);
    });
};

const registerRotate = (config: Command, cli: Cli): void => {
  config
    .command("rotate")
    .description("make a new master key and seal the file's values anew; what older keys sealed stays readable")
    .addOption(configOption())
    .addOption(dataDirOption())
    .action((where) => {
      const { keyId, settings, isNew } = rotateSettings(optionsOf(cli, where));
      const which = isNew ? "The new master key" : "The first key of ZEROTRACE_MASTER_KEY";
      const sealed = settings.length === 0 ? "" : `: ${settings.join(", ")}`;
      cli.out.write(`${which} is ${keyId}; ${counted(settings.length, "setting")} sealed anew${sealed}\n`);
    });
};

/** `zerotrace config check|encrypt|decrypt|rotate` */
export const register = (program: Command, cli: Cli): void => {
  const config = program.command("config").description("the settings of this machine, and their secrets");
  registerCheck(config, cli);
  registerEncrypt(config, cli);
  registerDecrypt(config, cli);
  registerRotate(config, cli);
};
