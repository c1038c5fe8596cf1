import type { Client } from "pg";
import { cpuOf, descendantsOf, percentile, round, say } from "../measure.ts";
import { NAIVE, type Naive } from "./naive.ts";
import type { Known, ScreenRequest } from "./requests.ts";
import type { NaiveRow } from "./same.ts";
import type { ScaleServer } from "./server.ts";

/** The bar of a request, milliseconds. */
export const REQUEST_MS = 50;
/** A naive statement that takes longer is ended. */
const NAIVE_LIMIT_MS = 120_000;
/** Runs before the measured ones. */
const WARM_RUNS = 3;
/** The number that stands for RUN in the first measured run. */
const RUN_FROM = 10;
/** A request that takes longer than this is not asked as often. */
const SLOW_MS = 1_500;
const SLOW_RUNS = 3;

export interface Measured extends ScreenRequest {
  readonly status: number;
  readonly p50: number;
  readonly p95: number;
  /** CPU of server and database for one request, milliseconds. */
  readonly cpuMs: number;
  /** Of the naive statement; null where there is none. */
  readonly naiveMs: number | null;
  /** Where the answer is not what the naive statement finds; null: it is, or there is none. */
  readonly difference: string | null;
}

const ask = async (
  { url, token }: ScaleServer,
  { path, body }: Pick<ScreenRequest, "path" | "body">,
): Promise<Response> => {
  const authorization = `Bearer ${token}`;
  if (body === undefined) return await fetch(url + path, { headers: { authorization } });
  const headers = { authorization, "content-type": "application/json" };
  return await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
};

/** CPU of the server's process and all below it, seconds. */
const cpuOfServer = ({ child }: ScaleServer): number => {
  const pid = child.pid ?? 0;
  return cpuOf(pid) + descendantsOf(pid).reduce((sum, below) => sum + cpuOf(below.pid), 0);
};

/** A finding, an asset and an advisory that are neither the first nor the smallest. */
export const knownIn = async (server: ScaleServer): Promise<Known> => {
  const rows = async (path: string) =>
    ((await (await ask(server, { path })).json()) as { rows: { id: string; advisory: string; key: string }[] }).rows;
  const [finding] = await rows("/api/v1/findings?limit=1");
  const assets = await rows("/api/v1/assets?limit=50");
  const asset = assets.at(-1);
  if (finding === undefined || asset === undefined) throw new Error("there are no findings");
  const fixes = (await rows("/api/v1/fixes?limit=10&query=fix:yes")).map(({ key }) => key);
  return { findingId: finding.id, assetId: asset.id, advisory: finding.advisory, fixes };
};

/** What the naive statement finds, and how long it takes; null rows: it was ended. */
const askNaive = async (
  client: Client,
  companyId: number,
  { sql }: Naive,
): Promise<{ readonly ms: number; readonly rows: NaiveRow[] | null }> => {
  await client.query(`begin; set local enable_indexscan = off; set local enable_bitmapscan = off;
    set local enable_indexonlyscan = off; set local statement_timeout = ${NAIVE_LIMIT_MS}`);
  const from = performance.now();
  const rows = await client.query<NaiveRow>(sql.replaceAll("COMPANY", String(companyId))).then(
    (found) => found.rows,
    () => null,
  );
  const ms = performance.now() - from;
  await client.query("rollback");
  return { ms, rows };
};

const compared = async (
  client: Client | null,
  companyId: number,
  { screen, answer }: { readonly screen: string; readonly answer: string },
): Promise<Pick<Measured, "naiveMs" | "difference">> => {
  const naive = NAIVE[screen];
  if (client === null || naive === undefined) return { naiveMs: null, difference: null };
  const { ms, rows } = await askNaive(client, companyId, naive);
  if (rows === null) return { naiveMs: ms, difference: "the naive statement was ended" };
  const found = naive.same(JSON.parse(answer) as never, rows);
  return { naiveMs: ms, difference: found === null ? null : JSON.stringify(found) };
};

const runOne = async (
  server: ScaleServer,
  request: ScreenRequest,
  runs: number,
): Promise<Omit<Measured, "naiveMs" | "difference"> & { readonly answer: string }> => {
  const times: number[] = [];
  let status = 0;
  let text = "";
  let before = 0;
  let warm = WARM_RUNS;
  for (let n = -warm, most = runs; n < most; n += 1) {
    if (n === 0) before = cpuOfServer(server);
    const from = performance.now();
    const answer = await ask(server, { ...request, path: request.path.replace("RUN", String(RUN_FROM + n)) });
    text = await answer.text();
    const ms = performance.now() - from;
    status = answer.status;
    if (ms > SLOW_MS) most = SLOW_RUNS;
    if (n >= 0) times.push(ms);
    if (status >= 400) break;
  }
  const cpuMs = ((cpuOfServer(server) - before) * 1000) / Math.max(1, times.length);
  return { ...request, status, p50: percentile(times, 0.5), p95: percentile(times, 0.95), cpuMs, answer: text };
};

/** Asks each `runs` times, one at a time, as a person alone would. Slow ones a few times. */
export const measureRequests = async (
  server: ScaleServer,
  client: Client | null,
  { requests, runs }: { requests: readonly ScreenRequest[]; runs: number },
): Promise<Measured[]> => {
  const done: Measured[] = [];
  for (const request of requests) {
    const { answer, ...one } = await runOne(server, request, runs);
    const measured = { ...one, ...(await compared(client, server.companyId, { screen: one.screen, answer })) };
    done.push(measured);
    say(lineOf(measured));
    if (measured.difference !== null) say(`  differs: ${measured.difference}`);
  }
  return done;
};

const MS_WIDTH = 9;
const NAME_WIDTH = 34;
const cell = (text: string): string => text.padStart(MS_WIDTH);

/** The head of the table whose lines `measureRequests` prints. */
export const HEAD = `${"request".padEnd(NAME_WIDTH)}${["p50 ms", "p95 ms", "CPU ms", "naive ms"].map(cell).join("")}`;

const lineOf = ({ screen, p50, p95, cpuMs, naiveMs, status }: Measured): string => {
  const over = status >= 400 ? `  answers ${status}` : p95 > REQUEST_MS ? "  over" : "";
  const figures = [p50, p95, cpuMs].map((ms) => cell(String(round(ms, 1))));
  return `${screen.padEnd(NAME_WIDTH)}${figures.join("")}${cell(naiveMs === null ? "" : String(round(naiveMs)))}${over}`;
};

/** What a fleet holds and what is open are read after a start; until then answers come from the tables, many times as slow (milliseconds). */
const IN_MEMORY_MS = 2_000;

/** Resolves when answers come from memory. */
export const inMemory = async (server: ScaleServer): Promise<void> => {
  for (let ms = Number.POSITIVE_INFINITY; ms > IN_MEMORY_MS;) {
    const from = performance.now();
    await (await ask(server, { path: "/api/v1/fixes?limit=1&query=label:prod" })).arrayBuffer();
    ms = performance.now() - from;
  }
};
