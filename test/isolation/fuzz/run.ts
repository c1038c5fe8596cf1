import { createRandom } from "../../../bench/random.ts";
import { type Company, NOBODY, type World } from "../world.ts";
import type { Ids } from "../seeds.ts";
import { type Operation, operationsOf, requestOf } from "./requests.ts";
import { pick, type Source } from "./values.ts";

/** What came of a run. */
export interface FuzzResult {
  readonly count: number;
  /** Answers by status. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Requests that were answered with 5xx, or with something of another company. */
  readonly faults: readonly string[];
}

export interface FuzzOptions {
  readonly count: number;
  readonly seed: number;
  /** What must not be seen. */
  readonly theirs: Ids;
  readonly concurrency?: number;
  /** Called after each share of the run: `done` requests are over. */
  readonly onThird?: (done: number) => void | Promise<void>;
}

/** Requests of one company before another takes its place: it may have locked itself out, and limits count by caller. */
const RENEW_EVERY = 2_500;
const CONCURRENCY = 12;
/** Addresses that the requests come from: failures are counted by address. */
const ADDRESSES = 250;
const FAULTS_MAX = 50;

/** What the provider may do to every company is not what is looked for. */
const isOfProvider = ({ method, path }: Operation): boolean => method !== "GET" && path.startsWith("/api/v1/companies");

const callersOf = (world: World, company: Company) => [
  ...company.callers,
  ...world.provider.callers.filter(({ name }) => name === "provider"),
  NOBODY,
];

/** Sends hostile requests over all routes as everybody of a company that is not `theirs`. The same seed sends the same. */
export const fuzz = async (world: World, options: FuzzOptions): Promise<FuzzResult> => {
  const document: unknown = JSON.parse((await world.client.send({ method: "GET", path: "/api/v1/openapi.json" })).text);
  const operations = operationsOf(document);
  // ids are sent, so that one's own answers may hold them; the markers never are
  const { visitReason: _, ...theirs } = options.theirs; // the provider's own trail has its visits
  const values = Object.values(theirs);
  const secrets = values.filter((value) => /zq[0-9a-f]{18}/.test(value));
  const source: Source = {
    random: createRandom(options.seed),
    foreign: values.filter((value) => !secrets.includes(value)),
  };
  const statuses = new Map<number, number>();
  const faults: string[] = [];
  let left = options.count;
  let callers = callersOf(world, await world.company(`fuzz ${options.seed}`));
  const one = async (): Promise<void> => {
    const operation = pick(source, operations);
    const all = isOfProvider(operation) ? callers.filter(({ name }) => name !== "provider") : callers;
    const caller = pick(source, all);
    const sent = requestOf(source, operation, caller.headers);
    const address = `127.1.0.${1 + Math.floor(source.random() * ADDRESSES)}`;
    const words = `${caller.name} ${sent.method} ${sent.path.slice(0, 300)} ${sent.body?.toString().slice(0, 300) ?? ""}`;
    try {
      const { status, text } = await world.client.send({ ...sent, address });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      // whoever signed out by chance comes back
      if (status === 401 && caller.again && callers.includes(caller))
        callers[callers.indexOf(caller)] = await caller.again();
      if (status >= 500) faults.push(`${status} ${text.slice(0, 200)} <- ${words}`);
      const leaked = secrets.filter((secret) => text.includes(secret));
      if (leaked.length > 0) faults.push(`leak of ${leaked[0]} <- ${words}`);
    } catch (error) {
      // a request that node refuses to send, or a line that the server cut: neither is an answer
      statuses.set(0, (statuses.get(0) ?? 0) + 1);
      if (!/Invalid|unescaped|ECONNRESET|EPIPE|socket hang up|Parse Error/.test(String(error)))
        faults.push(`${String(error)} <- ${words}`);
    }
  };
  const third = Math.ceil(options.count / 3);
  while (left > 0 && faults.length < FAULTS_MAX) {
    const batch = Math.min(RENEW_EVERY, left, third - ((options.count - left) % third));
    let mine = batch;
    const worker = async (): Promise<void> => {
      while (mine-- > 0 && faults.length < FAULTS_MAX) await one();
    };
    await Promise.all(Array.from({ length: options.concurrency ?? CONCURRENCY }, worker));
    left -= batch;
    const done = options.count - left;
    if (done % third === 0 || left === 0) await options.onThird?.(done);
    if (left > 0) callers = callersOf(world, await world.company(`fuzz ${options.seed}-${left}`));
  }
  return { count: options.count - left, statuses, faults };
};
