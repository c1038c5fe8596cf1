import { AppError, messageOf } from "@zerotrace/core";
import type { Command } from "@commander-js/extra-typings";
import { type Client, contract, createClient } from "@zerotrace/sdk";
import { type RunningServer, type ServerStep, startServer } from "@zerotrace/server";
import type { Config } from "@zerotrace/server/config";
import { join } from "node:path";
import type { Cli } from "../cli.ts";
import { readLocal, writeLocal } from "../local.ts";
import { configOf, configOption, dataDirOption, feedsOption } from "../options.ts";
import { createProgress, durationText, type ProgressView } from "../output/progress.ts";
import { runLocalAgent } from "../start/local-agent.ts";
import { openBrowser } from "../start/open-browser.ts";
import { timesLine, writeOutcome } from "../start/outcome.ts";
import { buildWeb, isWebStale } from "../start/web-build.ts";

/** Longest wait for this machine's first inventory before the outcome is shown without it, in milliseconds. */
const FIRST_INVENTORY_MS = 60_000;
const EVERY_ADDRESS = new Set(["0.0.0.0", "::", "[::]"]);

type Timings = { step: string; ms: number }[];

/** Runs one step of ours with its line; a failure is shown and thrown on. */
const timed = async <T>(
  view: ProgressView,
  timings: Timings,
  step: string,
  says: string,
  work: () => Promise<T>,
): Promise<T> => {
  const startedMs = performance.now();
  view.update(step, says);
  try {
    const result = await work();
    const ms = performance.now() - startedMs;
    timings.push({ step, ms });
    view.done(step, `${says}: ${durationText(ms)}`);
    return result;
  } catch (error) {
    view.done(step, `${says}: failed`);
    throw error;
  }
};

const show = (view: ProgressView, timings: Timings, step: ServerStep, isReady: boolean): void => {
  // Once the outcome stands, only what went wrong is worth a line.
  if (isReady && step.state !== "failed") return;
  if (step.state === "failed") view.done(step.step, `${step.step} failed: ${step.message}`);
  else if (step.state === "done") {
    // The server's own list holds the steps that it waits for; the feeds are read beside them.
    if (step.step === "feeds" && step.ms !== undefined) timings.push({ step: "feeds", ms: step.ms });
    view.done(step.step, `${step.message}${step.ms === undefined ? "" : `: ${durationText(step.ms)}`}`);
  } else view.update(step.step, step.message, step);
};

/** A client for the server just started, with the token of the last start while it still holds. */
const clientOf = async (server: RunningServer, url: string, dataDir: string): Promise<Client> => {
  const local = await readLocal(dataDir);
  if (local !== null) {
    const call = createClient({ baseUrl: url, token: local.token });
    const holds = await call(contract.stats.getStats).then(
      () => true,
      () => false,
    );
    if (holds) {
      if (local.url !== url) await writeLocal(dataDir, url, local.token);
      return call;
    }
  }
  const token = await server.createCliToken();
  await writeLocal(dataDir, url, token);
  return createClient({ baseUrl: url, token });
};

/** Where programs on this machine reach the server: its public address may lie behind a proxy. */
const localUrl = (server: RunningServer, config: Config): string => {
  if (config.publicUrl === undefined || config.port === 0) return server.url;
  const host = EVERY_ADDRESS.has(config.host) ? "127.0.0.1" : config.host;
  return `http://${host.includes(":") ? `[${host}]` : host}:${config.port}`;
};

const ended = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

const firstInventory = (
  view: ProgressView,
  timings: Timings,
  server: RunningServer,
  url: string,
  config: Config,
  signal: AbortSignal,
): Promise<void> =>
  timed(view, timings, "inventory", "This machine's inventory", async () => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(
      () => reject(new AppError("NOT_READY", "This machine's inventory takes long; it will appear by itself.")),
      FIRST_INVENTORY_MS,
    );
    const say = (text: string): void => view.line(text);
    const stateDir = join(config.dataDir, "agent");
    runLocalAgent({ server, url, stateDir, signal, say, onReport: () => resolve() }).then(resolve, (error: unknown) => {
      say(`The local agent stopped: ${messageOf(error)}`);
      reject(error);
    });
    await promise.finally(() => clearTimeout(timer));
  });

/** Failures here leave the server running: the dashboard says what is missing. */
const tolerate = async (view: ProgressView, signal: AbortSignal, work: () => Promise<void>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    if (!signal.aborted) view.line(messageOf(error));
  }
};

interface StartOptions {
  readonly agent: boolean;
  readonly open: boolean;
}

const serve = async (
  cli: Cli,
  server: RunningServer,
  config: Config,
  options: StartOptions,
  look: { view: ProgressView; timings: Timings; web: Promise<void>; startedMs: number },
): Promise<void> => {
  const { signal } = cli;
  const { view, timings } = look;
  const url = localUrl(server, config);
  const call = await clientOf(server, url, config.dataDir);
  if (options.agent) {
    await tolerate(view, signal, () => firstInventory(view, timings, server, url, config, signal));
  }
  await tolerate(view, signal, () =>
    timed(view, timings, "matching", "Advisories in force, everything judged", () => server.settled(signal)),
  );
  await look.web;
  if (signal.aborted) return;
  view.close();
  await tolerate(view, signal, () => writeOutcome(cli, call));
  const link = await server.createSignInLink();
  const times = timesLine([...server.timings, ...timings], performance.now() - look.startedMs);
  cli.out.write(`\n${times}\n\nDashboard, signed in by this link once: ${link}\n`);
  cli.out.write("Another link: npx zerotrace sign-in. Stop: Ctrl-C.\n");
  if (options.open) openBrowser(await server.createSignInLink());
};

const start = async (cli: Cli, config: Config, options: StartOptions): Promise<void> => {
  const { signal } = cli;
  const startedMs = performance.now();
  const view = createProgress(cli.err);
  const timings: Timings = [];
  let isReady = false;
  const web = tolerate(view, signal, async () => {
    if (await isWebStale()) await timed(view, timings, "dashboard", "Building the dashboard", () => buildWeb(signal));
  });
  const starting = startServer({ config, signal, onProgress: (step) => show(view, timings, step, isReady) });
  try {
    const server = await Promise.race([starting, ended(signal).then(() => null)]);
    if (server === null) return;
    await serve(cli, server, config, options, { view, timings, web, startedMs });
    isReady = true;
    await ended(signal);
  } finally {
    view.close();
    await starting.then(
      (server) => server.stop(),
      () => undefined,
    );
  }
  cli.err.write("Stopped.\n");
};

/** `zerotrace start` */
export const register = (program: Command, cli: Cli): void => {
  program
    .command("start")
    .description("start everything on this machine: database, API, worker, dashboard, and its own agent")
    .addOption(dataDirOption())
    .option("--port <port>", "port to listen on (8080); 0 takes any free one")
    .option("--host <address>", "address to listen on (127.0.0.1)")
    .addOption(feedsOption())
    .addOption(configOption())
    .option("--no-agent", "do not inventory this machine")
    .option("--open", "open the dashboard in a browser", false)
    .option("--no-open", "do not open a browser (as without --open)")
    .action(async ({ agent, open, ...flags }) => {
      const { config } = configOf(cli, flags);
      await start(cli, config, { agent, open });
    });
};
