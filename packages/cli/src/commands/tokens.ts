import type { Command } from "@commander-js/extra-typings";
import { AppError } from "@zerotrace/core";
import { contract } from "@zerotrace/sdk";
import type { Cli } from "../cli.ts";
import { connect } from "../local.ts";
import { dataDirOption, formatOption, serverOption, tokenOption } from "../options.ts";

const OVERLAP_HOURS = 24;
const OVERLAP_HOURS_MAX = 168;

const hoursFrom = (text: string): number => {
  const hours = text.trim() === "" ? Number.NaN : Number(text);
  if (hours >= 0 && hours <= OVERLAP_HOURS_MAX) return hours;
  throw new AppError("BAD_REQUEST", `--overlap takes hours from 0 to ${OVERLAP_HOURS_MAX}.`, { field: "overlap" });
};

const registerRotate = (tokens: Command, cli: Cli): void => {
  tokens
    .command("rotate")
    .argument("<id>", "the id of an API token")
    .description("print another secret for an API token; the former one works on for a while")
    .option("--overlap <hours>", "how long the former secret works on", hoursFrom, OVERLAP_HOURS)
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async (id, { format, overlap, ...options }) => {
      const { call } = await connect(cli, options);
      const body = { overlapSeconds: Math.round(overlap * 3600) };
      const made = await call(contract.tokens.rotateToken, { params: { id }, body });
      if (format === "json") {
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.token/1", ...made })}\n`);
        return;
      }
      const former = made.formerUntil === null ? "has ended" : `works until ${made.formerUntil.slice(0, 16)}Z`;
      cli.err.write(`The former secret ${former}. The new one, shown this once:\n`);
      cli.out.write(`${made.secret}\n`);
    });
};

const registerRotateKeys = (tokens: Command, cli: Cli): void => {
  tokens
    .command("rotate-keys")
    .description("sign access tokens with a new key from now on; what the former one signed stays good until it ends")
    .option("--end-former", "end that at once: a key came into other hands", false)
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .action(async ({ endFormer, ...options }) => {
      const { call } = await connect(cli, options);
      const made = await call(contract.accessTokens.rotateSigningKeys, { body: { endFormer } });
      const former = endFormer
        ? "What former keys signed has ended"
        : "What former keys signed stays good until it ends";
      cli.err.write(`${made.algorithm} key ${made.id} signs from now on. ${former}\n`);
    });
};

/** `zerotrace tokens rotate|rotate-keys` */
export const register = (program: Command, cli: Cli): void => {
  const tokens = program.command("tokens").description("API tokens, and the keys that sign access tokens");
  registerRotate(tokens, cli);
  registerRotateKeys(tokens, cli);
};
