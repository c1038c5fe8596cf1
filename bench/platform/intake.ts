/** The reports of a fleet over time: each agent sends its whole inventory every so many seconds, at a moment of its own. */
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { bodyOf } from "../ingest/body.ts";
import { createRandom } from "../random.ts";

/** Makes the bodies of all rounds, answered with `prepared`; sends them at `start`. */
export interface IntakeOrder {
  readonly url: string;
  readonly hosts: readonly { host: number; credential: string }[];
  /** The first round is all at once, as fast as it goes; each of the others takes `everySeconds`. */
  readonly rounds: readonly number[];
  /** Seconds between the reports of one agent; 0: as fast as it goes. */
  readonly everySeconds: number;
}
export interface IntakeResult {
  readonly kind: "done";
  readonly seconds: number;
  readonly components: number;
  readonly reports: number;
  readonly bodyBytes: number;
  readonly putMs: readonly number[];
  /** How late reports were sent, in ms: more than a few says that the generator could not keep up. */
  readonly lateMs: readonly number[];
  readonly failures: readonly string[];
}

/** Reports under way at once where each is sent as fast as it goes. */
const AT_ONCE = 16;
const agent = new Agent({ keepAlive: true, maxSockets: 256 });

const put = (url: string, token: string, body: Buffer): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "content-encoding": "zstd",
      "content-length": body.length,
    };
    const sent = request(`${url}/api/v1/inventory`, { method: "PUT", agent, headers }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer.statusCode ?? 0));
      answer.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });

interface Report {
  readonly credential: string;
  readonly dueMs: number;
  readonly bytes: Buffer;
  readonly components: number;
}

/** Every agent at its own phase, so that companies come in no order. */
const reportsOf = ({ hosts, rounds, everySeconds }: IntakeOrder): Report[] => {
  const random = createRandom(7);
  const reports = hosts.flatMap(({ host, credential }) => {
    const phase = random();
    return rounds.map((round, n) => ({ credential, dueMs: (n + phase) * everySeconds * 1000, ...bodyOf(host, round) }));
  });
  return everySeconds === 0 ? reports : reports.sort((a, b) => a.dueMs - b.dueMs);
};

const send = async ({ url, everySeconds }: IntakeOrder, reports: readonly Report[]): Promise<IntakeResult> => {
  const failures: string[] = [];
  const putMs: number[] = [];
  const lateMs: number[] = [];
  const one = async ({ credential, bytes }: Report): Promise<void> => {
    const at = performance.now();
    const status = await put(url, credential, bytes).catch(String);
    putMs.push(performance.now() - at);
    if (status !== 202 && failures.length < 20) failures.push(`PUT ${status}`);
  };
  const startedAt = performance.now();
  if (everySeconds === 0) {
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < reports.length) await one(reports[next++] as Report);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  } else {
    const open: Promise<void>[] = [];
    for (const report of reports) {
      const waitMs = startedAt + report.dueMs - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      lateMs.push(Math.max(0, performance.now() - startedAt - report.dueMs));
      open.push(one(report));
    }
    await Promise.all(open);
  }
  return {
    kind: "done",
    seconds: (performance.now() - startedAt) / 1000,
    components: reports.reduce((sum, { components }) => sum + components, 0),
    reports: reports.length,
    bodyBytes: reports.reduce((sum, { bytes }) => sum + bytes.length, 0),
    putMs,
    lateMs,
    failures,
  };
};

let order: IntakeOrder | null = null;
let reports: Report[] = [];
process.on("message", (message: IntakeOrder | "start") => {
  if (message === "start") {
    if (order !== null) void send(order, reports).then((result) => process.send?.(result));
    return;
  }
  order = message;
  reports = reportsOf(message);
  process.send?.({ kind: "prepared" });
});
