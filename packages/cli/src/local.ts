import { writeWhole } from "@zerotrace/agent";
import { AppError } from "@zerotrace/core";
import { type Client, createClient } from "@zerotrace/sdk";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Cli } from "./cli.ts";
import { configOf } from "./options.ts";

/** How commands on this machine reach the server that `start` runs; the file is readable by its owner only. */
export interface LocalInstance {
  readonly schema: "zerotrace.cli/1";
  readonly url: string;
  readonly token: string;
}

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

export const writeLocal = (dataDir: string, url: string, token: string): Promise<void> => {
  const local: LocalInstance = { schema: "zerotrace.cli/1", url, token };
  return writeWhole(pathOf(dataDir), `${JSON.stringify(local, null, 2)}\n`);
};

/** A client for the server that flags or environment name, else for the one that `start` runs here. Throws NOT_READY. */
export const connect = async (
  cli: Cli,
  options: { server?: string; token?: string; dataDir?: string },
): Promise<{ call: Client; url: string }> => {
  const server = options.server ?? cli.env.server;
  const token = options.token ?? cli.env.token;
  if (server !== undefined) {
    const url = server.replace(/\/+$/, "");
    return { call: createClient({ baseUrl: url, token }), url };
  }
  const { dataDir } = configOf(cli, { dataDir: options.dataDir }).config;
  const local = await readLocal(dataDir);
  if (local === null) {
    const mend = "Start one with npm start, or name one with --server URL --token T.";
    throw new AppError("NOT_READY", `No server was started with ${dataDir}. ${mend}`);
  }
  return { call: createClient({ baseUrl: local.url, token: token ?? local.token }), url: local.url };
};
