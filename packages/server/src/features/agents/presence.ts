import { AppError } from "@zerotrace/core";
import { randomBytes } from "node:crypto";
import type { Identity } from "../../platform/auth/index.ts";
import type { Database, Tx } from "../../platform/db/index.ts";
import type { AuditWriter } from "../../platform/http/index.ts";
import { type Chain, type ChainVerdict, judgeStep, readStep, START, type Step, writeStep } from "./chain.ts";
import { type Holder, loadAgent, markCloned, markRestored, type Seen, writeSeen } from "./presence-sql.ts";
import { rememberUpTo } from "../../platform/cache/index.ts";

/** What a heartbeat says. All but the version is left out by agents from before there were chains. */
export interface Beat {
  readonly agentVersion: string;
  readonly chain?: string | undefined;
  /** The same in a request that the network repeated, and never again. */
  readonly once?: string | undefined;
  readonly machine?: string | undefined;
  readonly boot?: string | undefined;
  readonly hostname?: string | undefined;
}

export interface PresenceDeps {
  readonly db: Database;
  readonly heartbeatSeconds: number;
  /** Writes into the trail. */
  readonly audit: AuditWriter;
  /** Tells listeners that an agent changed; in the transaction that wrote it. */
  readonly onAgent?: (tx: Tx, companyId: number, assetId: string, summary?: Record<string, string>) => Promise<void>;
  readonly onError?: (error: unknown) => void;
}

/** Who is alive: heartbeats are judged in memory and written together once a second. */
export interface Presence {
  /** Notes a heartbeat; answers whether an inventory is wanted, and the next step of the chain. Throws NOT_FOUND. */
  beat(
    identity: Identity,
    beat: Beat,
    from: { ip: string; now: Date },
  ): Promise<{ inventoryWanted: boolean; chain?: string }>;
  /** Makes a wish for an inventory, or its end, felt with the next heartbeat. */
  want(assetId: string, wanted: boolean): void;
  /** Writes what is not written yet. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

/** A live agent. */
interface Agent {
  readonly companyId: number;
  readonly agentId: string;
  readonly assetId: string;
  readonly secret: string;
  /** The beginning of the hash of the machine that was enrolled. */
  readonly machine: string;
  readonly name: string;
  chain: Chain;
  last: Holder;
  version: string;
  wanted: boolean;
  /** Counts wishes, so that an older one read from the tables does not undo a newer. */
  wishes: number;
  isCloned: boolean;
  forkedAtMs: number;
  repeat: { readonly shown: string; readonly once: string; readonly answer: string } | null;
}

const FLUSH_MS = 1_000;
/** Agents held in memory; one that was dropped is read again with its next heartbeat. */
const AGENTS_MAX = 100_000;
/** Agents written in one transaction. */
const BATCH_MAX = 500;
const SECRET_BYTES = 16;
/** Characters of a machine's hash that heartbeats carry: 96 bits. */
export const MACHINE_CHARS = 24;
/** A branch that was left goes on twice within so many heartbeats, and at least 10 minutes: two holders, not two snapshots. */
const FORK_HEARTBEATS = 20;
const FORK_MIN_MS = 600_000;

const gone = (): AppError =>
  new AppError("NOT_FOUND", "This agent's asset does not exist any more; enroll the agent again.");

const createStore = ({ db, onError }: PresenceDeps) => {
  const agents = rememberUpTo<string, Agent>(AGENTS_MAX);
  const byAsset = rememberUpTo<string, Agent>(AGENTS_MAX);
  const loading = new Map<string, Promise<Agent>>();
  let dirty = new Map<number, Set<Agent>>();

  const load = async (identity: Identity): Promise<Agent> => {
    const { companyId, credentialId: agentId, assetId = "" } = identity;
    const secret = randomBytes(SECRET_BYTES);
    const stored = await db.withCompany(companyId, (tx) => loadAgent(tx, companyId, { agentId, assetId, secret }));
    if (stored === null) throw gone();
    const { machineId, ...kept } = stored;
    const rest = { ...kept, secret: kept.secret.toString("hex") };
    const own = { companyId, agentId, assetId, machine: machineId.slice(0, MACHINE_CHARS) };
    const agent: Agent = { ...own, ...rest, version: "", wishes: 0, forkedAtMs: -Infinity, repeat: null };
    agents.set(agentId, agent);
    byAsset.set(assetId, agent);
    return agent;
  };
  const write = async (companyId: number, batch: readonly Agent[]): Promise<void> => {
    const wishes = batch.map((agent) => agent.wishes);
    const rows: Seen[] = batch.map(({ agentId, assetId, version, chain, last }) => ({
      agentId,
      assetId,
      version,
      chain,
      last,
    }));
    const found = new Map(
      (await db.withCompany(companyId, (tx) => writeSeen(tx, companyId, rows))).map(({ id, wanted }) => [id, wanted]),
    );
    for (const [n, agent] of batch.entries()) {
      const wanted = found.get(agent.assetId);
      if (wanted === undefined) agents.delete(agent.agentId);
      else if (agent.wishes === wishes[n]) agent.wanted = wanted;
    }
  };
  const note = (agent: Agent): void => {
    const own = dirty.get(agent.companyId);
    if (own === undefined) dirty.set(agent.companyId, new Set([agent]));
    else own.add(agent);
  };
  const flushOnce = async (): Promise<void> => {
    const taken = dirty;
    dirty = new Map();
    for (const [companyId, set] of taken) {
      const all = [...set];
      for (let at = 0; at < all.length; at += BATCH_MAX) {
        const batch = all.slice(at, at + BATCH_MAX);
        await write(companyId, batch).catch((error: unknown) => {
          for (const agent of batch) note(agent);
          onError?.(error);
        });
      }
    }
  };
  let flushing: Promise<void> = Promise.resolve();
  return {
    known: (agentId: string) => agents.get(agentId),
    ofAsset: (assetId: string) => byAsset.get(assetId),
    load: (identity: Identity): Promise<Agent> => {
      const { credentialId } = identity;
      const under = loading.get(credentialId) ?? load(identity).finally(() => loading.delete(credentialId));
      loading.set(credentialId, under);
      return under;
    },
    note,
    flush: () => (flushing = flushing.then(flushOnce)),
  };
};

/** The two that hold one credential: whoever was heard before, or the machine that was enrolled, and who is heard now. */
const holdersOf = (agent: Agent, now: Holder): readonly [Holder, Holder] => {
  const isKnown = agent.last.ip !== "";
  const enrolled = { ip: "", hostname: agent.name, machine: agent.machine, boot: "", seenAt: agent.last.seenAt };
  return [isKnown ? agent.last : enrolled, now];
};

/** Tells what a heartbeat revealed beyond being alive: an older state that goes on, or a second holder. */
const createWatch = ({ db, audit, onAgent, heartbeatSeconds }: PresenceDeps) => {
  const windowMs = Math.max(FORK_MIN_MS, heartbeatSeconds * 1000 * FORK_HEARTBEATS);
  const isSecondFork = (agent: Agent, verdict: ChainVerdict, now: Date): boolean => {
    if (verdict !== "forked") return false;
    const isSecond = now.getTime() - agent.forkedAtMs <= windowMs;
    agent.forkedAtMs = now.getTime();
    return isSecond;
  };
  const tell = async (
    agent: Agent,
    holders: readonly [Holder, Holder],
    now: Date,
    found: { action: string; detail: Record<string, unknown>; isCloned: boolean },
  ): Promise<void> => {
    const { companyId, agentId, assetId, name } = agent;
    await db.withCompany(companyId, async (tx) => {
      if (found.isCloned) await markCloned(tx, companyId, agentId, { at: now, holders });
      else await markRestored(tx, companyId, agentId, now);
      const detail = { ...found.detail, hostname: name, holders };
      const row = { companyId, actor: `agent:${name}`, target: agentId, detail, ip: holders[1].ip };
      await audit(tx, { ...row, action: found.action });
      await onAgent?.(tx, companyId, assetId, { agentId, agent: found.isCloned ? "cloned" : "restored" });
    });
  };
  return {
    /** Null where there is nothing to tell; a second holder is told once. */
    look: (agent: Agent, verdict: ChainVerdict, holder: Holder, now: Date): (() => Promise<void>) | null => {
      const isOther = holder.machine !== "" && holder.machine !== agent.machine;
      const isSecond = isSecondFork(agent, verdict, now);
      if (agent.isCloned) return null;
      const holders = holdersOf(agent, holder);
      if (isOther || isSecond) {
        agent.isCloned = true;
        const detail = { code: "CLONED", reason: isOther ? "other_machine" : "forked_chain", count: 1 };
        return () =>
          tell(agent, holders, now, { action: "security.token_misuse", detail, isCloned: true }).catch(
            (error: unknown) => {
              // not written: the next fork tells it
              agent.isCloned = false;
              throw error;
            },
          );
      }
      if (verdict !== "rewound" && verdict !== "forked") return null;
      const detail = { reason: "older_state", step: agent.chain.step };
      return () => tell(agent, holders, now, { action: "agent.restore", detail, isCloned: false });
    },
  };
};

/** The step that a text proves; what was answered last needs no proof. */
const shownStep = ({ repeat, chain, secret }: Agent, shown: string): Step =>
  repeat !== null && repeat.answer === shown ? chain : (readStep(secret, shown) ?? START);

/** Starts to write once a second. */
export const createPresence = (deps: PresenceDeps): Presence => {
  const store = createStore(deps);
  const watch = createWatch(deps);
  const timer = setInterval(() => void store.flush(), FLUSH_MS);
  timer.unref();

  /** Everything after the agent is known happens in one turn, so that heartbeats of one agent come one after the other. */
  const take = (agent: Agent, beat: Beat, { ip, now }: { ip: string; now: Date }) => {
    const { chain: shown, once = "" } = beat;
    const repeat = agent.repeat;
    if (shown !== undefined && repeat !== null && once !== "" && repeat.once === once && repeat.shown === shown) {
      return { tell: null, answer: { inventoryWanted: agent.wanted, chain: repeat.answer } };
    }
    const { hostname = agent.name, machine = "", boot = "" } = beat;
    const holder: Holder = { ip, hostname, machine, boot, seenAt: now.toISOString() };
    const isNew = agent.chain.step === 0;
    const step = shown === undefined || shown === "" ? START : shownStep(agent, shown);
    // an agent from before there were chains shows none, ever
    const judged = shown === undefined && isNew ? null : judgeStep(agent.chain, step);
    const tell = watch.look(agent, judged?.verdict ?? "next", holder, now);
    agent.last = holder;
    agent.version = beat.agentVersion;
    if (judged !== null) agent.chain = judged.chain;
    store.note(agent);
    if (shown === undefined) return { tell, answer: { inventoryWanted: agent.wanted } };
    const answer = writeStep(agent.secret, agent.chain);
    agent.repeat = { shown, once, answer };
    return { tell, answer: { inventoryWanted: agent.wanted, chain: answer } };
  };

  return {
    beat: async (identity, beat, from) => {
      const agent = store.known(identity.credentialId) ?? (await store.load(identity));
      const { tell, answer } = take(agent, beat, from);
      await tell?.();
      return answer;
    },
    want: (assetId, wanted) => {
      const agent = store.ofAsset(assetId);
      if (agent === undefined) return;
      agent.wanted = wanted;
      agent.wishes += 1;
    },
    flush: store.flush,
    stop: async () => {
      clearInterval(timer);
      await store.flush();
    },
  };
};
