import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { bodyOf } from "./body.ts";

/** What the load generator is asked to do, and what it answers. */
export interface LoadOrder {
  readonly url: string;
  readonly hosts: readonly { host: number; credential: string }[];
  readonly round: number;
  readonly connections: number;
  readonly reader: { token: string; pauseMs: number } | null;
}
export interface LoadResult {
  readonly kind: "done";
  readonly seconds: number;
  readonly components: number;
  readonly bodyBytes: number;
  readonly putMs: readonly number[];
  readonly readMs: readonly number[];
  readonly failures: readonly string[];
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

const ask = (url: string, method: string, token: string, body?: Buffer): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body
        ? { "content-type": "application/json", "content-encoding": "zstd", "content-length": body.length }
        : {}),
    };
    const sent = request(url, { method, agent, headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString() }));
      answer.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });

/** Walks the findings page by page, over and over, as a person with the dashboard open would. */
const read = async ({ url, reader }: LoadOrder, until: AbortSignal, failures: string[]): Promise<number[]> => {
  const times: number[] = [];
  let cursor: string | null = null;
  if (reader === null) return times;
  while (!until.aborted) {
    const path: string = `/api/v1/findings?limit=50${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`;
    const startedAt = performance.now();
    const answer = await ask(url + path, "GET", reader.token);
    times.push(performance.now() - startedAt);
    if (answer.status !== 200) failures.push(`GET ${answer.status} ${answer.text.slice(0, 200)}`);
    else {
      const page = JSON.parse(answer.text) as { rows: unknown[]; next: string | null };
      if (page.rows.length === 0) failures.push("a page without findings");
      cursor = times.length % 10 === 0 ? null : page.next;
    }
    await sleep(reader.pauseMs);
  }
  return times;
};

const run = async (order: LoadOrder): Promise<LoadResult> => {
  const bodies = order.hosts.map(({ host }) => bodyOf(host, order.round));
  const failures: string[] = [];
  const putMs: number[] = [];
  const over = new AbortController();
  const reading = read(order, over.signal, failures);
  let next = 0;
  const startedAt = performance.now();
  const worker = async (): Promise<void> => {
    while (next < order.hosts.length) {
      const n = next++;
      const at = performance.now();
      const credential = order.hosts[n]?.credential as string;
      const answer = await ask(`${order.url}/api/v1/inventory`, "PUT", credential, bodies[n]?.bytes);
      putMs.push(performance.now() - at);
      if (answer.status !== 202) failures.push(`PUT ${answer.status} ${answer.text.slice(0, 200)}`);
    }
  };
  await Promise.all(Array.from({ length: order.connections }, worker));
  const seconds = (performance.now() - startedAt) / 1000;
  over.abort();
  const readMs = await reading;
  const components = bodies.reduce((sum, body) => sum + body.components, 0);
  const bodyBytes = bodies.reduce((sum, body) => sum + body.bytes.length, 0);
  return { kind: "done", seconds, components, bodyBytes, putMs, readMs, failures };
};

process.on("message", (order: LoadOrder) => {
  void run(order).then((result) => process.send?.(result));
});
