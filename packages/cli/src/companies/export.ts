import type { Command } from "@commander-js/extra-typings";
import { AppError, requestFault } from "@zerotrace/core";
import { type Answer, type Client, contract, urlOf } from "@zerotrace/sdk";
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cli } from "../cli.ts";
import { connect } from "../local.ts";
import { dataDirOption, serverOption, tokenOption } from "../options.ts";
import { counted } from "../output/headline.ts";
import { bytesText } from "../output/progress.ts";

type Export = Answer<typeof contract.companies.startExport>;

const LOOK_MS = 1_000;
const LOOKS_MAX = 6 * 3_600;

/** Waits until an export has ended. Throws UNREADABLE with the server's reason, NOT_READY after six hours. */
const ended = async (call: Client, id: string, signal: AbortSignal): Promise<Export> => {
  for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
    const found = (await call(contract.companies.listExports)).rows.find((row) => row.id === id);
    if (found?.state === "done") return found;
    if (found === undefined || found.state === "failed") {
      throw new AppError("UNREADABLE", `The export failed: ${found?.error ?? "it is gone"}`);
    }
    await sleep(LOOK_MS, undefined, { signal });
  }
  throw new AppError("NOT_READY", "The export did not end in six hours: ask for it again.");
};

/** Writes the archive to a file, whole and with the hash that the server said, or not at all. */
const download = async (
  { url, token, signal }: { url: string; token: string; signal: AbortSignal },
  { id, sha256 }: Export,
  path: string,
): Promise<void> => {
  const address = urlOf(url, contract.companies.downloadExport, { params: { id } });
  const answer = await fetch(address, { headers: { authorization: `Bearer ${token}` }, signal }).catch(
    (error: unknown) => {
      throw new AppError("NOT_READY", `${url} cannot be reached: ${requestFault(error)}`);
    },
  );
  if (!answer.ok || answer.body === null) {
    throw new AppError("NOT_FOUND", `The server did not hand the archive over: it answered ${answer.status}.`);
  }
  const part = `${path}.part`;
  const hash = createHash("sha256");
  const counting = new Transform({
    transform: (chunk: Buffer, _, done) => {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  try {
    await pipeline(Readable.fromWeb(answer.body), counting, createWriteStream(part, { mode: 0o600 }), { signal });
    if (hash.digest("hex") !== sha256) {
      throw new AppError("UNREADABLE", "What arrived is not what the server wrote: export again.");
    }
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
};

/** `zerotrace companies export` */
export const registerExport = (companies: Command, cli: Cli): void => {
  companies
    .command("export")
    .description("write everything that the own company has into one tar archive")
    .option("--output <file>", "where to (zerotrace-export.tar)", "zerotrace-export.tar")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .action(async ({ output, ...options }) => {
      const { call, url, token } = await connect(cli, options);
      const asked = await call(contract.companies.startExport);
      cli.err.write("The server writes the archive…\n");
      const done = await ended(call, asked.id, cli.signal);
      await download({ url, token, signal: cli.signal }, done, output);
      const size = bytesText(done.sizeBytes ?? 0);
      cli.err.write(`${counted(done.rowCount ?? 0, "row")}, ${size}, SHA-256 ${done.sha256}\n`);
      cli.out.write(`${output}\n`);
    });
};
