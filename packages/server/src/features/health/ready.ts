import { setTimeout as sleep } from "node:timers/promises";
import { type Endpoint, implement, reply } from "../../platform/http/index.ts";
import { routes } from "./contract.ts";
import type { HealthDeps } from "./index.ts";
import { type Dependency, overallStatus } from "./rules.ts";

/** A dependency that has not answered by then is down, unless said otherwise. */
const ANSWER_MS = 2_000;
/** Anybody may ask, so the dependencies are asked at most this often. */
const FRESH_MS = 1_000;

const within = async (answerMs: number, name: string, ask: () => Promise<Dependency>): Promise<Dependency> => {
  const down: Dependency = { name, status: "down", detail: "does not answer" };
  const stop = new AbortController();
  try {
    return await Promise.race([ask(), sleep(answerMs, down, { signal: stop.signal, ref: false })]);
  } catch {
    return down;
  } finally {
    stop.abort();
  }
};

const askDatabase = async ({ db }: HealthDeps): Promise<Dependency> => {
  await db.ping();
  return { name: "database", status: "ok", detail: "answers" };
};

const askAll = (deps: HealthDeps): Promise<Dependency[]> => {
  const ask = (name: string, one: () => Promise<Dependency>) => within(deps.answerMs ?? ANSWER_MS, name, one);
  return Promise.all([
    ask("database", () => askDatabase(deps)),
    ...Object.entries(deps.checks).map(([name, check]) => ask(name, async () => ({ name, ...(await check()) }))),
  ]);
};

/** Each dependency: the database, then the given checks. 503 with the same body when one of them is down. */
export const ready = (deps: HealthDeps): Endpoint => {
  let last: { at: number; asked: Promise<Dependency[]> } | undefined;
  return implement(routes.ready, {
    audit: "none",
    run: async () => {
      const at = performance.now();
      if (last === undefined || at - last.at > FRESH_MS) last = { at, asked: askAll(deps) };
      const dependencies = await last.asked;
      const status = overallStatus(dependencies);
      return reply({ status: status === "down" ? 503 : 200, body: { status, dependencies } });
    },
  });
};
