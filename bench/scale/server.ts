import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { connectionsOf, type Connections, startEmbedded } from "../../packages/server/src/platform/db/index.ts";
import { PORT, SUPERUSER } from "../../packages/server/src/platform/db/embedded-cluster.ts";
import { choosePlace } from "../../packages/server/src/platform/db/embedded-place.ts";
import type { FromServer } from "../ingest/server.ts";
import { say } from "../measure.ts";
import { messageFrom } from "../server-process.ts";
import { writeScaleFeed } from "./feed.ts";
import { fillFleet, timed } from "./fill.ts";

/** What the data is made of; the same again for the same numbers, but for the day it ends on. */
export interface Shape {
  readonly hosts: number;
  readonly seed: number;
}

/** Says what the directory holds. */
const MARK = "made.json";
const feedOf = (directory: string): string => join(directory, "feed");
const dataOf = (directory: string): string => join(directory, "data");

/** A server on the data, in a process of its own. */
export interface ScaleServer {
  readonly child: ChildProcess;
  readonly url: string;
  readonly companyId: number;
  readonly token: string;
  readonly connections: Connections;
  /** The folder of its feeds, and what they were made of. */
  readonly feed: string;
  readonly seed: number;
  settle(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one on a directory that `makeScaleData` made. */
export const startScaleServer = async (directory: string): Promise<ScaleServer> => {
  const child = fork(new URL("../ingest/server.ts", import.meta.url).pathname, [dataOf(directory), feedOf(directory)]);
  const started = await messageFrom<FromServer & { kind: "listening" }>(child, "listening");
  const place = await choosePlace(dataOf(directory), () => undefined);
  const connection = { host: place.socketDirectory, port: PORT, superuser: SUPERUSER, database: "zerotrace" } as const;
  return {
    ...started,
    child,
    feed: feedOf(directory),
    seed: (JSON.parse(await readFile(join(directory, MARK), "utf8").catch(() => "{}")) as Partial<Shape>).seed ?? 1,
    connections: connectionsOf({ connection }),
    settle: async () => {
      const settled = messageFrom<FromServer>(child, "settled");
      child.send("settle");
      await settled;
    },
    stop: async () => {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.send("stop");
      await gone;
    },
  };
};

/** Makes the data, where the directory does not hold that already. */
export const makeScaleData = async (directory: string, shape: Shape): Promise<void> => {
  const mark = join(directory, MARK);
  const wanted = JSON.stringify(shape);
  if (existsSync(mark) && (await readFile(mark, "utf8")) === wanted) return;
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  await chmod(directory, 0o755); // as root, PostgreSQL runs as nobody and must be able to enter
  say(`Making ${shape.hosts} hosts in ${directory}, once:`);
  await timed("feeds", async () => say(`  ${writeScaleFeed(feedOf(directory), shape.seed, Date.now())} advisories`));
  await timed("a server reads them", async () => (await startScaleServer(directory)).stop());
  const postgres = await startEmbedded({ dataDir: dataOf(directory), log: () => undefined });
  try {
    await fillFleet(postgres, { dataDir: dataOf(directory), ...shape });
  } finally {
    await postgres.stop();
  }
  await timed("the first start, which computes everything once", async () =>
    (await startScaleServer(directory)).stop(),
  );
  await writeFile(mark, wanted);
};
