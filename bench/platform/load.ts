import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { percentile } from "../measure.ts";
import { createRandom } from "../random.ts";

/** What the process of agents and readers is asked to do, and what it answers. */
export interface PlatformOrder {
  readonly url: string;
  readonly devices: readonly string[];
  /** Seconds between the heartbeats of one agent. */
  readonly heartbeatSeconds: number;
  readonly readers: readonly string[];
  /** Reads a second of all readers together. */
  readonly readsPerSecond: number;
}
export interface PlatformResult {
  readonly kind: "read";
  readonly beats: number;
  readonly reads: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** The 95th percentile of each path, in ms. */
  readonly byPath: Readonly<Record<string, number>>;
  readonly failures: readonly string[];
}

const PATHS = [
  "/api/v1/findings?limit=50",
  "/api/v1/assets?limit=50",
  "/api/v1/stats",
  "/api/v1/agents?limit=50",
  "/api/v1/findings/by-advisory?limit=50",
  "/api/v1/session",
];

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

const ask = (url: string, token: string, body?: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json", "content-length": body.length }),
    };
    const sent = request(url, { method: body === undefined ? "GET" : "POST", agent, headers }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer.statusCode ?? 0));
      answer.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });

const over = new AbortController();

/** Beats evenly, whatever the answers take. */
const evenly = async (perSecond: number, one: (n: number) => Promise<void>): Promise<void> => {
  const startedAt = performance.now();
  const open = new Set<Promise<void>>();
  for (let n = 0; !over.signal.aborted; n += 1) {
    const waitMs = startedAt + (n * 1000) / perSecond - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    const asked: Promise<void> = one(n).finally(() => open.delete(asked));
    open.add(asked);
  }
  await Promise.all(open);
};

const run = async (order: PlatformOrder): Promise<PlatformResult> => {
  const failures: string[] = [];
  const times = new Map<string, number[]>(PATHS.map((path) => [path, []]));
  let beats = 0;
  const fail = (what: string): unknown => failures.length < 20 && failures.push(what);
  const beating = evenly(order.devices.length / order.heartbeatSeconds, async (n) => {
    const device = order.devices[n % order.devices.length] as string;
    const status = await ask(`${order.url}/api/v1/agents/heartbeat`, device, '{"agentVersion":"1"}').catch(String);
    beats += 1;
    if (status !== 200) fail(`heartbeat ${status}`);
  });
  const random = createRandom(11);
  const oneOf = (list: readonly string[]): string => list[Math.floor(random() * list.length)] as string;
  const reading = evenly(order.readsPerSecond, async () => {
    const path = oneOf(PATHS);
    const startedAt = performance.now();
    const status = await ask(order.url + path, oneOf(order.readers)).catch(String);
    times.get(path)?.push(performance.now() - startedAt);
    if (status !== 200) fail(`${path} ${status}`);
  });
  await Promise.all([beating, reading]);
  const all = [...times.values()].flat();
  const p95 = (own: readonly number[]): number => percentile(own, 0.95);
  return {
    kind: "read",
    beats,
    reads: all.length,
    p50Ms: percentile(all, 0.5),
    p95Ms: p95(all),
    p99Ms: percentile(all, 0.99),
    byPath: Object.fromEntries([...times].map(([path, own]) => [path, p95(own)])),
    failures,
  };
};

process.on("message", (order: PlatformOrder | "stop") => {
  if (order === "stop") over.abort();
  else void run(order).then((result) => process.send?.(result));
});
