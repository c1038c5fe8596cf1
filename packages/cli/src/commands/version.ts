import {
  AppError,
  baseEcosystem,
  parsesVersion,
  schemeNamed,
  SCHEMES,
  UNORDERED_ECOSYSTEMS,
  type VersionScheme,
} from "@zerotrace/core";
import type { Command } from "@commander-js/extra-typings";
import type { Cli } from "../cli.ts";
import { answerLines } from "../lines.ts";
import { formatOption } from "../options.ts";
import { CLI_VERSION } from "../version.ts";

const UNPARSABLE = "unparsable";

/** Where no rule orders anything: of its versions only equality can be told. */
const UNORDERED: VersionScheme = { id: "unordered", key: () => null, compare: () => null };

/**
 * The scheme by its id or by an ecosystem's name, with or without release. An ecosystem that is known to have none gets one that
 * orders nothing, and the reason on stderr. Throws BAD_REQUEST.
 */
const schemeOf = (cli: Cli, name: string): VersionScheme => {
  const scheme = schemeNamed(name);
  if (scheme !== undefined) return scheme;
  const base = baseEcosystem(name);
  const reason = UNORDERED_ECOSYSTEMS.get(base);
  if (reason !== undefined) {
    cli.err.write(`${base} has no version scheme: ${reason}\n`);
    return UNORDERED;
  }
  const ids = SCHEMES.map(({ id }) => id).join(", ");
  const detail = `"${name}" is neither a version scheme nor an ecosystem with one. The schemes: ${ids}.`;
  throw new AppError("BAD_REQUEST", detail, { field: "scheme" });
};

const compare = async (cli: Cli, name: string): Promise<void> => {
  const scheme = schemeOf(cli, name);
  await answerLines(cli, UNPARSABLE, (line, lineNumber) => {
    const tab = line.indexOf("\t");
    if (tab >= 0) return String(scheme.compare(line.slice(0, tab), line.slice(tab + 1)) ?? UNPARSABLE);
    throw new AppError("BAD_REQUEST", `Line ${lineNumber} has no TAB: write two versions with a TAB between them.`, {
      field: "stdin",
    });
  });
};

const keyLine = (scheme: VersionScheme, version: string): string => {
  const key = scheme.key(version);
  if (key !== null) return `${version}\t${Buffer.from(key).toString("hex")}`;
  return `${version}\t${parsesVersion(scheme, version) ? "no key" : UNPARSABLE}`;
};

const showKeys = async (cli: Cli, name: string, versions: readonly string[]): Promise<void> => {
  const scheme = schemeOf(cli, name);
  for (const version of versions) cli.out.write(`${keyLine(scheme, version)}\n`);
  if (versions.length === 0) await answerLines(cli, UNPARSABLE, (line) => keyLine(scheme, line));
};

const print = (cli: Cli, format: string): void => {
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
};

/** `zerotrace version`, `version compare` and `version key` */
export const register = (program: Command, cli: Cli): void => {
  const version = program
    .command("version")
    .description("print the version and what it runs on, or order versions")
    .addOption(formatOption())
    .action(({ format }) => print(cli, format));
  version
    .command("compare")
    .description("order pairs of versions, a<TAB>b a line of stdin: -1, 0, 1 or unparsable a line")
    .argument("<scheme>", "version scheme, such as dpkg, or ecosystem, such as Debian:12")
    .action((scheme) => compare(cli, scheme));
  version
    .command("key")
    .description("show the sortable key of versions in hex")
    .argument("<scheme>", "version scheme, such as dpkg, or ecosystem, such as Debian:12")
    .argument("[version...]", "versions; without any, one a line of stdin")
    .action((scheme, versions) => showKeys(cli, scheme, versions));
};
