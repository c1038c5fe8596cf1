import { AppError } from "@zerotrace/core";
import { collectHost, type HostInventory, identifyMachine, type MachineIdentity } from "@zerotrace/plugins";
import { ApiError, contract } from "@zerotrace/sdk";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { backoffMs } from "./backoff.ts";
import { rotateCredential } from "./enroll.ts";
import { snapshotOf } from "./inventory-body.ts";
import { lockState } from "./lock.ts";
import { type AgentLog, deliverSpool, keepForLater, type Report, report } from "./report.ts";
import { openSpool, type SpoolLimits } from "./spool.ts";
import { openState, type AgentState, type Credential } from "./state.ts";
import { createTransport, isAway, type Transport } from "./transport.ts";
import { AGENT_VERSION } from "./version.ts";

/** Age at which the device credential is exchanged for a new one: two thirds of the life of the certificate that comes with it. */
const ROTATE_AFTER_MS = 20 * 24 * 3600 * 1000;
/** Characters of the machine id that a heartbeat carries. */
const MACHINE_CHARS = 24;
/** Random bytes that tell a heartbeat from its repetition by the network. */
const ONCE_BYTES = 6;

export interface RunOptions {
  readonly stateDir: string;
  /** Ends the agent; `runAgent` then resolves. */
  readonly signal: AbortSignal;
  readonly log: AgentLog;
  /** One inventory, then the end. */
  readonly once?: boolean;
  /** Where the server is now, when not where it was at enrollment. */
  readonly server?: string;
  /** Stands in for this machine, for simulations and tests. */
  readonly inventory?: () => Promise<HostInventory>;
  /** Called after each inventory that the server acknowledged. */
  readonly onReport?: (report: Report) => void;
  readonly fetch?: typeof globalThis.fetch;
  readonly random?: () => number;
  readonly spoolLimits?: SpoolLimits;
}

export interface RunSummary {
  readonly deliveredCount: number;
  /** Inventories that still wait on disk. */
  readonly spooledCount: number;
}

const notEnrolled = (stateDir: string): AppError =>
  new AppError("UNAUTHENTICATED", `No enrollment in ${stateDir}. Run zerotrace agent enroll --server URL --token T.`);

const revoked = (cause: ApiError): AppError =>
  new AppError(
    "UNAUTHENTICATED",
    cause.field === "certificate"
      ? cause.message
      : "The server no longer accepts this agent's credential: it was revoked. Enroll again with a new token: zerotrace agent enroll.",
    { cause },
  );

class Agent {
  readonly #options: RunOptions;
  readonly #state: AgentState;
  readonly #spool: ReturnType<typeof openSpool>;
  #credential: Credential;
  #transport: Transport;
  #failureCount = 0;
  #retryAtMs = 0;
  #heartbeatDueMs = 0;
  #inventoryDueMs = 0;
  /** What the last heartbeat was answered; null until it is read from the folder. */
  #chain: string | null = null;
  /** The machine of the last inventory, which may stand in for this one. */
  #machineId = "";
  deliveredCount = 0;

  constructor(options: RunOptions, state: AgentState, credential: Credential) {
    this.#options = options;
    this.#state = state;
    this.#spool = openSpool(state.spoolDir, options.spoolLimits);
    this.#credential = credential;
    this.#transport = this.#connect();
  }

  #connect(): Transport {
    const server = this.#options.server ?? this.#credential.server;
    return createTransport(server, this.#credential, this.#options.fetch);
  }

  /**
   * Takes up the credential that the folder holds now, when it is another than the one in use: `zerotrace agent rotate`
   * beside this agent ends the old one. False when it is the same.
   */
  async #reread(): Promise<boolean> {
    const kept = await this.#state.credential();
    if (kept === null || kept.credential === this.#credential.credential) return false;
    this.#credential = kept;
    this.#chain = null;
    this.#transport = this.#connect();
    this.#options.log("info", "Device credential read again: it was rotated beside this agent");
    return true;
  }

  /** Runs the work again for each new credential that the folder holds when the server refuses the one in use. */
  async #authenticated(work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 401) throw error;
        if (!(await this.#reread())) throw revoked(error);
      }
    }
  }

  /** Runs work that needs the server. False when it is away: then the next attempt waits for its back-off. */
  async #online(work: () => Promise<void>): Promise<boolean> {
    if (Date.now() < this.#retryAtMs) return false;
    try {
      await this.#authenticated(work);
      this.#failureCount = 0;
      return true;
    } catch (error) {
      if (!isAway(error)) throw error;
      const waitMs = backoffMs(this.#failureCount, this.#options.random);
      this.#failureCount += 1;
      this.#retryAtMs = Date.now() + waitMs;
      this.#options.log("warn", "The server is away", { detail: (error as Error).message, waitMs });
      return false;
    }
  }

  #reported(done: Report): void {
    this.deliveredCount += 1;
    this.#options.onReport?.(done);
  }

  async #deliverSpool(): Promise<void> {
    for (const done of await deliverSpool(this.#transport, this.#state, this.#spool, this.#options.log)) {
      this.#reported(done);
    }
  }

  async #takeInventory(): Promise<void> {
    const { signal, log } = this.#options;
    const takenAt = new Date();
    const fallbackMachineId = await this.#state.machineId();
    const inventory = await (this.#options.inventory?.() ?? collectHost({ fallbackMachineId, signal }));
    const snapshot = snapshotOf(inventory, takenAt);
    this.#machineId = inventory.facts.machineId;
    for (const source of inventory.sources) {
      if (source.status === "unreadable") log("warn", "A source cannot be read", { ...source, components: undefined });
    }
    try {
      const done = await this.#online(async () => {
        await this.#deliverSpool();
        const sent = await report(this.#transport, this.#state, snapshot);
        log("info", "Inventory reported", { componentCount: sent.componentCount, sent: sent.sent });
        this.#reported(sent);
      });
      if (!done) await keepForLater(this.#spool, snapshot, log);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      log("error", "The server refused the inventory", { code: error.code, detail: error.message, field: error.field });
    }
  }

  async #machine(): Promise<MachineIdentity> {
    const own = await identifyMachine(await this.#state.machineId());
    return this.#options.inventory === undefined ? own : { ...own, machineId: this.#machineId };
  }

  /** Says that we are alive. What the server answers is kept before anything else: the next heartbeat shows it. */
  async #beat(): Promise<boolean> {
    const { agentId } = this.#credential;
    const { machineId, bootId, hostname } = await this.#machine();
    this.#chain ??= await this.#state.chain(agentId);
    const body = {
      agentVersion: AGENT_VERSION,
      chain: this.#chain,
      once: randomBytes(ONCE_BYTES).toString("base64url"),
      machine: machineId.slice(0, MACHINE_CHARS),
      boot: bootId,
      hostname: hostname.slice(0, 255),
    };
    const { chain, inventoryWanted, ...seconds } = await this.#transport.call(contract.agents.heartbeat, { body });
    this.#credential = { ...this.#credential, ...seconds };
    if (chain !== undefined) {
      this.#chain = chain;
      await this.#state.saveChain(agentId, chain);
    }
    return inventoryWanted;
  }

  async #heartbeat(): Promise<void> {
    const { log } = this.#options;
    try {
      await this.#online(async () => {
        const inventoryWanted = await this.#beat();
        if (inventoryWanted && this.deliveredCount > 0) this.#inventoryDueMs = 0;
        if (Date.now() - Date.parse(this.#credential.issuedAt) > ROTATE_AFTER_MS) {
          this.#credential = await rotateCredential(this.#credential, this.#options);
          this.#transport = this.#connect();
          log("info", "Device credential rotated");
        }
        await this.#deliverSpool();
      });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      log("error", "The server refused the heartbeat", { code: error.code, detail: error.message });
    }
  }

  async run(): Promise<void> {
    const { signal, once } = this.#options;
    while (!signal.aborted) {
      if (Date.now() >= this.#inventoryDueMs) {
        this.#inventoryDueMs = Date.now() + this.#credential.inventorySeconds * 1000;
        await this.#takeInventory();
        if (once) return;
      }
      if (Date.now() >= this.#heartbeatDueMs && Date.now() >= this.#retryAtMs) {
        this.#heartbeatDueMs = Date.now() + this.#credential.heartbeatSeconds * 1000;
        await this.#heartbeat();
      }
      // While the server is away its return is looked for by the back-off, not by the heartbeat's rhythm.
      if (this.#failureCount > 0) this.#heartbeatDueMs = this.#retryAtMs;
      const waitMs = Math.max(0, Math.min(this.#inventoryDueMs, this.#heartbeatDueMs) - Date.now());
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async spooledCount(): Promise<number> {
    return await this.#spool.count();
  }
}

/**
 * Runs the agent until `signal` ends it: heartbeats, and an inventory at the start, on schedule and when the server wants
 * one. While the server is away inventories wait on disk. Holds the folder meanwhile. Throws AppError UNAUTHENTICATED when
 * there is no enrollment or the credential was revoked, DATA_DIR_BUSY when another agent uses the folder.
 */
export const runAgent = async (options: RunOptions): Promise<RunSummary> => {
  const state = openState(options.stateDir);
  // asked before the lock, which would make the folder
  if ((await state.credential()) === null) throw notEnrolled(options.stateDir);
  const lock = await lockState(options.stateDir);
  try {
    const credential = await state.credential();
    if (credential === null) throw notEnrolled(options.stateDir);
    const agent = new Agent(options, state, credential);
    await agent.run().catch((error: unknown) => {
      if (!options.signal.aborted) throw error;
    });
    return { deliveredCount: agent.deliveredCount, spooledCount: await agent.spooledCount() };
  } finally {
    lock.release();
  }
};
