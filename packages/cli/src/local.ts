import { writeWhole } from "@zerotrace/agent";
import { AppError } from "@zerotrace/core";
import { ApiError, type Client, createClient } from "@zerotrace/sdk";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Cli } from "./cli.ts";
import { configOf, secretOf, serverOf } from "./options.ts";

/** How commands on this machine reach the server that `start` runs; the file is readable by its owner only. */
export interface LocalInstance {
  readonly schema: "zerotrace.cli/1";
  readonly url: string;
  readonly token: string;
  /** The agent that `start` itself runs; absent before it was enrolled. */
  readonly agentId?: string;
}

/** Attempts after the first, once the server has answered. */
const RETRIES = 4;

const pathOf = (dataDir: string): string => join(dataDir, "cli.json");

/** What `start` left in the data directory; null when it never ran there. */
export const readLocal = async (dataDir: string): Promise<LocalInstance | null> => {
  try {
    const value = JSON.parse(await readFile(pathOf(dataDir), "utf8")) as Partial<LocalInstance>;
    if (value.schema !== "zerotrace.cli/1" || typeof value.url !== "string" || typeof value.token !== "string")
      return null;
    return value as LocalInstance;
  } catch {
    return null;
  }
};

/** Keeps what is given and leaves the rest as it was. */
export const writeLocal = async (
  dataDir: string,
  given: Pick<LocalInstance, "url" | "token"> & Partial<LocalInstance>,
): Promise<void> => {
  const local: LocalInstance = { ...(await readLocal(dataDir)), schema: "zerotrace.cli/1", ...given };
  await writeWhole(pathOf(dataDir), `${JSON.stringify(local, null, 2)}\n`);
};

/** A client that says what to do when the server does not take its token. */
const clientOf = (url: string, token: string, mend: string): Client => {
  const call = createClient({ baseUrl: url, token });
  let isReached = false;
  return async (route, input) => {
    try {
      // a long list outlives a server that starts anew or asks to wait; one that was never there is told at once
      const answer = await call(route, input, { retries: isReached ? RETRIES : 0 });
      isReached = true;
      return answer;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      throw new AppError("UNAUTHENTICATED", `${url} does not take this token: it is wrong, ended or revoked. ${mend}`, {
        cause: error,
      });
    }
  };
};

/**
 * A client for the server that flags or environment name, else for the one that `start` runs here. Throws NOT_READY,
 * BAD_REQUEST and UNAUTHENTICATED, each naming the flag.
 */
export const connect = async (
  cli: Cli,
  options: { server?: string; token?: string; dataDir?: string },
): Promise<{ call: Client; url: string; token: string }> => {
  const { env } = cli;
  const url = options.server ?? (env.server === undefined ? undefined : serverOf(env.server, "ZEROTRACE_SERVER"));
  const token = options.token ?? (env.token === undefined ? undefined : secretOf(env.token, "ZEROTRACE_TOKEN"));
  if (url !== undefined) {
    const mend = "Make an API token on the dashboard's Tokens page, and give it with --token or ZEROTRACE_TOKEN.";
    if (token === undefined) throw new AppError("UNAUTHENTICATED", `${url} needs a token. ${mend}`, { field: "token" });
    return { call: clientOf(url, token, mend), url, token };
  }
  const { dataDir } = configOf(cli, { dataDir: options.dataDir }).config;
  const local = await readLocal(dataDir);
  if (local === null) {
    const mend = "Start one with npm start, or name one with --server URL --token T.";
    throw new AppError("NOT_READY", `No server was started with ${dataDir}. ${mend}`);
  }
  const mend = "Give another with --token, or start the server again: it makes a new one.";
  const own = token ?? local.token;
  return { call: clientOf(local.url, own, mend), url: local.url, token: own };
};
