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

/** What a start shows, and what it has to know for that. */
interface Look {
  readonly view: ProgressView;
  readonly timings: Timings;
  /** The dashboard's build, where one is needed. */
  readonly web: Promise<void>;
  readonly startedMs: number;
  /** When the feeds were last in force or given up; 0 before. */
  feedsEndedMs: number;
  /** Whether the outcome stands. */
  isReady: boolean;
}

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
    const isLate = error instanceof AppError && error.code === "NOT_READY";
    view.done(step, `${says}: ${isLate ? "not yet" : "failed"}`);
    throw error;
  }
};

const show = (look: Look, step: ServerStep): void => {
  const { view, timings } = look;
  // Once the outcome stands, only what went wrong is worth a line.
  if (look.isReady && step.state !== "failed") return;
  if (step.step === "feeds" && step.state !== "progress") look.feedsEndedMs = performance.now();
  if (step.state === "failed") {
    // The feeds say what went wrong; of a step that the start waits for, the error itself does.
    view.done(step.step, step.step === "feeds" ? `feeds failed: ${step.message}` : `${step.message}: failed`);
  } else if (step.state === "done") {
    // The server's own list holds the steps that it waits for; the feeds are read beside them.
    // Read twice (again after a failure), they count once, until the last time.
    if (step.step === "feeds" && step.ms !== undefined) {
      const known = timings.find((one) => one.step === "feeds");
      if (known) known.ms = step.ms;
      else timings.push({ step: "feeds", ms: step.ms });
    }
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
      if (local.url !== url) await writeLocal(dataDir, { url, token: local.token });
      return call;
    }
  }
  const token = await server.createCliToken();
  await writeLocal(dataDir, { url, token });
  return createClient({ baseUrl: url, token });
};

/** Where programs on this machine reach the server: its public address may lie behind a proxy. */
const localUrl = (server: RunningServer, config: Config): string => {
  // a certificate is good for the public name alone
  if (config.publicUrl === undefined || config.port === 0 || config.tlsCert !== undefined) return server.url;
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
    const local = await readLocal(config.dataDir);
    let isAwaited = true;
    runLocalAgent({
      server,
      url,
      stateDir,
      signal,
      say,
      formerAgentId: local?.agentId,
      onEnrolled: async (agentId) => {
        if (local !== null && local.agentId !== agentId) await writeLocal(config.dataDir, { ...local, agentId });
      },
      onReport: () => resolve(),
    }).then(resolve, (error: unknown) => {
      // who waits for it shows the reason
      if (!isAwaited) say(`The local agent stopped: ${messageOf(error)}`);
      reject(error);
    });
    await promise.finally(() => {
      isAwaited = false;
      clearTimeout(timer);
    });
  });

/** Failures here leave the server running: the dashboard says what is missing. */
const tolerate = async (view: ProgressView, signal: AbortSignal, work: () => Promise<void>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    if (!signal.aborted) view.line(messageOf(error));
  }
};

/** Waits until all is judged. Its time begins when the feeds are in force: before, there is nothing to judge by. */
const judged = async (look: Look, server: RunningServer, signal: AbortSignal): Promise<void> => {
  const waitingMs = performance.now();
  look.view.update("matching", "Judging");
  await server.settled(signal).finally(() => look.view.close());
  const ms = performance.now() - Math.max(waitingMs, look.feedsEndedMs);
  look.timings.push({ step: "matching", ms });
  look.view.line(`Advisories in force, everything judged: ${durationText(ms)}`);
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
  look: Look,
): Promise<void> => {
  const { signal } = cli;
  const { view, timings } = look;
  const url = localUrl(server, config);
  const call = await clientOf(server, url, config.dataDir);
  if (options.agent) {
    await tolerate(view, signal, () => firstInventory(view, timings, server, url, config, signal));
  }
  await tolerate(view, signal, () => judged(look, server, signal));
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
  const web = tolerate(view, signal, async () => {
    if (await isWebStale()) await timed(view, timings, "dashboard", "Building the dashboard", () => buildWeb(signal));
  });
  const look: Look = { view, timings, web, startedMs, feedsEndedMs: 0, isReady: false };
  // What Ctrl-C cuts short did not fail.
  const onProgress = (step: ServerStep): void => {
    if (!signal.aborted) show(look, step);
  };
  const starting = startServer({ config, signal, onProgress });
  try {
    const server = await Promise.race([starting, ended(signal).then(() => null)]);
    if (server !== null) {
      await serve(cli, server, config, options, look);
      look.isReady = true;
      await ended(signal);
    }
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
      cli.isUntilStopped = true;
      const { config } = configOf(cli, flags);
      await start(cli, config, { agent, open });
    });
};
