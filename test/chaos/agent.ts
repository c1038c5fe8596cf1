import { setTimeout as sleep } from "node:timers/promises";
import { ApiError } from "@zerotrace/sdk";
import { type InventoryBody, type Snapshot, snapshotOf } from "../../packages/agent/src/inventory-body.ts";
import { type AgentLog, deliverSpool, keepForLater, report } from "../../packages/agent/src/report.ts";
import { openSpool } from "../../packages/agent/src/spool.ts";
import { openState } from "../../packages/agent/src/state.ts";
import { createTransport, isAway, type Transport } from "../../packages/agent/src/transport.ts";
import { FACTS } from "../support/live.ts";
import { change, componentsIn, firstInstall, type Installed, randomOf, SOURCES } from "./world.ts";

const BACK_OFF_MS = { first: 250, max: 3_000 };
const PAUSE_MS = 300;

/** What the whole run saw. */
export interface Tally {
  acknowledged: number;
  spooled: number;
  away: number;
  violations: string[];
}

const copy = (installed: Installed): Installed => ({ dpkg: new Map(installed.dpkg), npm: new Map(installed.npm) });

/** A snapshot that was sent or will be, with what the host had then. */
interface Taken {
  readonly takenAt: string;
  readonly installed: Installed;
  readonly digests: Readonly<Record<string, string>>;
}

/**
 * A simulated host with the agent's own code for digests, deltas, spool and acknowledgement. It remembers what was
 * acknowledged and what was sent since, and finds a server guilty that holds neither.
 */
export class ChaosAgent {
  readonly name: string;
  assetId = "";
  /** The newest that was acknowledged. */
  acknowledged: Taken | null = null;
  readonly #random: () => number;
  readonly #tally: Tally;
  readonly #dir: string;
  readonly #installed: Installed;
  readonly #sent: Taken[] = [];
  #transport: Transport | null = null;
  #lastTakenAt = 0;

  constructor(index: number, seed: number, dir: string, tally: Tally) {
    this.name = `host-${index}`;
    this.#random = randomOf(seed * 10_007 + index);
    this.#dir = `${dir}/${this.name}`;
    this.#tally = tally;
    this.#installed = firstInstall(this.#random);
  }

  get facts(): typeof FACTS {
    return { ...FACTS, hostname: this.name, machineId: `${this.name}-machine` };
  }

  enrolled(url: string, assetId: string, credential: string): void {
    this.assetId = assetId;
    const plain = createTransport(url, { credential }, this.#watchedFetch);
    this.#transport = {
      call: (async (route: never, input: never) => {
        const answer = await plain.call(route, input);
        this.#judgeHeld((answer as { held?: Record<string, string | null> }).held);
        return answer;
      }) as unknown as Transport["call"],
      putInventory: async (body: InventoryBody) => {
        await plain.putInventory(body);
        this.#acknowledge(body.takenAt);
      },
    };
  }

  readonly #log: AgentLog = (level, message, fields) => {
    if (level === "error") this.#tally.violations.push(`${this.name}: ${message} ${JSON.stringify(fields)}`);
  };

  readonly #watchedFetch: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init);
    if (answer.status >= 500 && answer.status !== 503) {
      this.#tally.violations.push(`${this.name}: ${answer.status} ${(await answer.clone().text()).slice(0, 300)}`);
    }
    return answer;
  };

  /** Everything that the server may hold: the newest acknowledged, or what was sent after it and lost its answer. */
  mayHold(since: string = this.acknowledged?.takenAt ?? ""): readonly Taken[] {
    return this.#sent.filter((t) => t.takenAt >= since);
  }

  #judgeHeld(held: Record<string, string | null> | undefined): void {
    if (held === undefined) return;
    for (const source of SOURCES) {
      const digest = held[source] ?? null;
      if (digest === null && this.acknowledged === null) continue;
      if (this.mayHold().some((t) => t.digests[source] === digest)) continue;
      this.#tally.violations.push(`${this.name}: the server holds ${digest} of ${source}, which is older than its 202`);
    }
  }

  #acknowledge(takenAt: string): void {
    this.#tally.acknowledged += 1;
    if (this.acknowledged !== null && this.acknowledged.takenAt >= takenAt) return;
    this.acknowledged = this.#sent.find((t) => t.takenAt === takenAt) ?? null;
    if (this.acknowledged === null) this.#tally.violations.push(`${this.name}: an unknown inventory was acknowledged`);
  }

  #take(): Snapshot {
    const at = Math.max(Date.now(), this.#lastTakenAt + 1);
    this.#lastTakenAt = at;
    const sources = SOURCES.map((source) => ({
      source,
      status: "ok" as const,
      components: componentsIn(source, this.#installed[source]),
      problems: [],
    }));
    const snapshot = snapshotOf({ facts: this.facts, sources }, new Date(at));
    const digests = Object.fromEntries(snapshot.sources.map((s) => [s.source, "digest" in s ? s.digest : ""]));
    this.#sent.push({ takenAt: snapshot.takenAt, installed: copy(this.#installed), digests });
    return snapshot;
  }

  /** Reports changes until the signal; then delivers what waits and one last inventory. Throws past `deadlineAt`. */
  async run(signal: AbortSignal, deadlineAt: number): Promise<void> {
    const transport = this.#transport as Transport;
    const state = openState(this.#dir);
    const spool = openSpool(state.spoolDir);
    let backOffMs = BACK_OFF_MS.first;
    for (let last = false; ;) {
      last ||= signal.aborted;
      if (Date.now() > deadlineAt) throw new Error(`${this.name} could not deliver in time`);
      if (!last || this.#sent.length === 0) change(this.#random, this.#installed);
      const snapshot = this.#take();
      try {
        await deliverSpool(transport, state, spool, this.#log);
        await report(transport, state, snapshot);
        backOffMs = BACK_OFF_MS.first;
        if (last) return;
        await sleep(PAUSE_MS * (0.5 + this.#random()), undefined, { signal }).catch(() => undefined);
      } catch (error) {
        if (!(error instanceof ApiError) || !isAway(error)) throw error;
        this.#tally.away += 1;
        if (!last) {
          await keepForLater(spool, snapshot, () => undefined);
          this.#tally.spooled += 1;
        }
        await sleep(backOffMs * (0.5 + this.#random()));
        backOffMs = Math.min(backOffMs * 2, BACK_OFF_MS.max);
      }
    }
  }
}
