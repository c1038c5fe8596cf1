import { type AgentLog, enrollAgent, openSpool, openState, rotateCredential, runAgent } from "@zerotrace/agent";
import { AppError, messageOf } from "@zerotrace/core";
import { type Command, Option } from "@commander-js/extra-typings";
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Cli, EXIT } from "../cli.ts";
import { formatOption, secretOf, serverOf } from "../options.ts";
import { counted } from "../output/headline.ts";
import { printable } from "../output/style.ts";

const stateDirOption = (cli: Cli) =>
  new Option("--state-dir <folder>", "where the agent keeps its credential").default(cli.env.agentStateDir);

/** Log lines for a person or a journal: time, level, message, fields. */
export const agentLog =
  (cli: Cli): AgentLog =>
  (level, message, fields) => {
    const rest = fields === undefined ? "" : ` ${JSON.stringify(fields)}`;
    cli.err.write(`${new Date().toISOString()} ${level} ${printable(`${message}${rest}`)}\n`);
  };

const credentialIn = async (stateDir: string) => {
  const credential = await openState(stateDir).credential();
  if (credential !== null) return credential;
  const mend = "Run zerotrace agent enroll --server URL --token T.";
  throw new AppError("UNAUTHENTICATED", `No enrollment in ${stateDir}. ${mend}`);
};

const authorityIn = async (path: string | undefined): Promise<string | undefined> => {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new AppError("UNREADABLE", `${path} cannot be read: ${messageOf(cause)}.`, { field: "server-ca", cause });
  }
};

const registerEnroll = (agent: Command, cli: Cli): void => {
  agent
    .command("enroll")
    .description("exchange an enrollment token for a device credential")
    .requiredOption("--server <url>", "the server's address", (text) => serverOf(text, "--server"))
    .requiredOption("--token <token>", "the enrollment token, shown by the dashboard", (text) =>
      secretOf(text, "--token"),
    )
    .addOption(stateDirOption(cli))
    .option("--server-ca <file>", "the authority of the server's certificate (PEM), where the system does not know it")
    .option("--replace", "take the place of this machine's agent that is enrolled already")
    .addOption(formatOption())
    .action(async ({ format, serverCa: caFile, ...options }) => {
      const serverCa = await authorityIn(caFile);
      const { agentId, assetId, server } = await enrollAgent({ ...options, serverCa, signal: cli.signal });
      if (format === "json") {
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.enrollment/1", server, agentId, assetId })}\n`);
      } else cli.out.write(`Enrolled as agent ${agentId} with ${server}. Start it: zerotrace agent run\n`);
    });
};

const registerRun = (agent: Command, cli: Cli): void => {
  agent
    .command("run")
    .description("report this machine's inventory until stopped")
    .option("--once", "one inventory, then the end; exit 2 when it could not be delivered")
    .addOption(stateDirOption(cli))
    .action(async ({ once, stateDir }) => {
      if (!once) cli.isUntilStopped = true;
      const summary = await runAgent({ stateDir, once, signal: cli.signal, log: agentLog(cli) });
      if (once && summary.deliveredCount === 0) cli.exitCode = EXIT.error;
    });
};

const registerRotate = (agent: Command, cli: Cli): void => {
  agent
    .command("rotate")
    .description("exchange the device credential for a new one; the old one ends")
    .addOption(stateDirOption(cli))
    .addOption(formatOption())
    .action(async ({ stateDir, format }) => {
      const { issuedAt, agentId } = await rotateCredential(await credentialIn(stateDir), { stateDir });
      if (format === "json") {
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.rotation/1", agentId, issuedAt })}\n`);
      } else cli.out.write(`The credential of agent ${agentId} was exchanged.\n`);
    });
};

const registerStatus = (agent: Command, cli: Cli): void => {
  agent
    .command("status")
    .description("what this machine's agent last did")
    .addOption(stateDirOption(cli))
    .addOption(formatOption())
    .action(async ({ stateDir, format }) => {
      const { credential: _, tls, serverCa: ___, ...shown } = await credentialIn(stateDir);
      const acknowledged = await openState(stateDir).acknowledged();
      const sources = Object.fromEntries(Object.entries(acknowledged).map(([s, a]) => [s, a.components.name.length]));
      const certificateEndsAt =
        tls === undefined ? null : new X509Certificate(tls.certificate).validToDate.toISOString();
      const spooledCount = await openSpool(join(stateDir, "spool")).count();
      if (format === "json") {
        const { schema: __, ...rest } = shown;
        cli.out.write(
          `${JSON.stringify({ schema: "zerotrace.agent/1", ...rest, certificateEndsAt, sources, spooledCount })}\n`,
        );
        return;
      }
      const lines = [
        `Agent ${shown.agentId} of ${shown.server}, credential of ${shown.issuedAt.slice(0, 10)}`,
        ...(certificateEndsAt === null ? [] : [`Certificate until ${certificateEndsAt.slice(0, 10)}`]),
        ...Object.entries(sources).map(([source, count]) => `  ${source}: ${counted(count, "component")} acknowledged`),
        `${counted(spooledCount, "inventory", "inventories")} waiting to be delivered`,
      ];
      cli.out.write(`${lines.join("\n")}\n`);
    });
};

/** `zerotrace agent enroll|run|rotate|status` */
export const register = (program: Command, cli: Cli): void => {
  const agent = program.command("agent").description("the agent of this machine");
  registerEnroll(agent, cli);
  registerRun(agent, cli);
  registerRotate(agent, cli);
  registerStatus(agent, cli);
};
