import { AppError, messageOf } from "@zerotrace/core";
import { Command, CommanderError } from "@commander-js/extra-typings";
import type { ApiError } from "@zerotrace/sdk";
import { type Cli, endCodeOf, EXIT, EXIT_HELP } from "./cli.ts";
import { paintFor, printableLines } from "./output/style.ts";
import { CLI_VERSION } from "./version.ts";

/** A command's file: it adds its commands to the program. */
interface CommandModule {
  register(program: Command, cli: Cli): void;
}

/** Every command by its first word; a file is loaded only when it is wanted. */
const COMMANDS: Readonly<Record<string, () => Promise<CommandModule>>> = {
  start: () => import("./commands/start.ts"),
  scan: () => import("./commands/scan.ts"),
  status: () => import("./commands/status.ts"),
  findings: () => import("./commands/findings.ts"),
  fixes: () => import("./commands/fixes.ts"),
  decisions: () => import("./commands/decisions.ts"),
  dashboards: () => import("./commands/dashboards.ts"),
  risk: () => import("./commands/risk.ts"),
  assets: () => import("./commands/assets.ts"),
  components: () => import("./commands/components.ts"),
  query: () => import("./commands/query.ts"),
  completion: () => import("./commands/completion.ts"),
  changes: () => import("./commands/changes.ts"),
  affected: () => import("./commands/affected.ts"),
  feeds: () => import("./commands/feeds.ts"),
  match: () => import("./commands/match.ts"),
  explain: () => import("./commands/explain.ts"),
  "sign-in": () => import("./commands/sign-in.ts"),
  people: () => import("./commands/people.ts"),
  tokens: () => import("./commands/tokens.ts"),
  mail: () => import("./commands/mail.ts"),
  agent: () => import("./commands/agent.ts"),
  audit: () => import("./commands/audit.ts"),
  companies: () => import("./commands/companies.ts"),
  config: () => import("./commands/config.ts"),
  version: () => import("./commands/version.ts"),
  vex: () => import("./commands/vex.ts"),
  sbom: () => import("./commands/sbom.ts"),
  cvss: () => import("./commands/cvss.ts"),
  fix: () => import("./commands/fix.ts"),
};

/** The first words of all commands. A test asserts that this is the folder. */
export const COMMAND_NAMES: readonly string[] = Object.keys(COMMANDS);

const buildProgram = async (argv: readonly string[], cli: Cli): Promise<Command> => {
  const program = new Command("zerotrace")
    .description("Know what you have, what is wrong with it, what to fix first, and prove it.")
    .version(CLI_VERSION)
    .addHelpText("afterAll", EXIT_HELP);
  const named = argv[0] !== undefined && Object.hasOwn(COMMANDS, argv[0]) ? [argv[0]] : COMMAND_NAMES;
  for (const name of named) (await COMMANDS[name]?.())?.register(program, cli);
  const settle = (command: Command): void => {
    command
      .exitOverride()
      .showSuggestionAfterError()
      .configureOutput({
        writeOut: (text) => cli.out.write(text),
        writeErr: (text) => cli.err.write(text),
        getOutHelpWidth: () => cli.out.columns,
        getErrHelpWidth: () => cli.err.columns,
      });
    for (const child of command.commands) settle(child as Command);
  };
  settle(program);
  return program;
};

/** The program with every command. */
export const programOf = (cli: Cli): Promise<Command> => buildProgram([], cli);

/** By its name: its class would bring the whole contract to commands that ask no server. */
const isApiError = (error: unknown): error is ApiError => error instanceof Error && error.name === "ApiError";

/** One line that says what to do. A fault of ours is shown with what it was. */
const sentenceOf = (error: unknown): string => {
  if (error instanceof AppError) return error.message;
  if (isApiError(error)) {
    if (error.status === 0) return `${error.message.replace(/\.$/, "")}. Is it running? Start it with npm start.`;
    // Only a fault of the server needs looking up in its log.
    const isTheirs = error.status >= 500 && error.correlationId !== undefined;
    const id = isTheirs ? ` (correlation id ${error.correlationId})` : "";
    return `${error.message}${id}`;
  }
  return `A fault of ours: ${messageOf(error)}`;
};

/** A part of a query such as `-label:lab`, taken for a flag. */
const NEGATED = /'-[a-z_]+:?[:<>=]/i;

/** Runs one command line (without `node` and the script); returns the exit code. Never throws. */
export const runCli = async (argv: readonly string[], cli: Cli): Promise<number> => {
  try {
    const program = await buildProgram(argv, cli);
    if (argv.length === 0) {
      program.outputHelp();
      return EXIT.ok;
    }
    await program.parseAsync(argv, { from: "user" });
    return endCodeOf(cli);
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.code === "commander.unknownCommand") cli.err.write(`Commands: zerotrace --help\n`);
      if (error.code === "commander.unknownOption" && NEGATED.test(error.message)) {
        cli.err.write("In a query, write ! in place of the - at its beginning, or -- before the query.\n");
      }
      return error.exitCode === 0 ? EXIT.ok : EXIT.error;
    }
    if (cli.signal.aborted) {
      cli.err.write("Interrupted\n");
      return cli.stopCode ?? EXIT.interrupted;
    }
    cli.err.write(`${paintFor(cli, cli.err)("red", "error:")} ${printableLines(sentenceOf(error))}\n`);
    return EXIT.error;
  }
};
