import type { Tx } from "../../platform/db/index.ts";
import { assetsSeen } from "../assets/index.ts";
import type { Chain } from "./chain.ts";

/** Where a heartbeat came from. `machine` and `boot` are hashes; empty where the agent does not say. */
export interface Holder {
  readonly ip: string;
  readonly hostname: string;
  readonly machine: string;
  readonly boot: string;
  readonly seenAt: string;
}

/** What the tables know of an agent. */
export interface StoredAgent {
  readonly name: string;
  readonly machineId: string;
  readonly wanted: boolean;
  readonly secret: Buffer;
  readonly chain: Chain;
  readonly last: Holder;
  readonly isCloned: boolean;
}

interface Row extends Omit<StoredAgent, "chain" | "last" | "secret"> {
  readonly secret: Buffer | null;
  readonly branch: number;
  readonly step: string;
  readonly forks: string[];
  readonly machine: string;
  readonly boot: string;
  readonly hostname: string;
  readonly ip: string;
  readonly seenAt: Date;
}

const pairs = (flat: readonly string[]): [number, number][] =>
  Array.from({ length: flat.length / 2 }, (_, n) => [Number(flat[2 * n]), Number(flat[2 * n + 1])]);

/** Reads an agent, and makes its chain with `secret` when it has none; null when its asset does not exist any more. */
export const loadAgent = async (
  tx: Tx,
  companyId: number,
  agent: { agentId: string; assetId: string; secret: Buffer },
): Promise<StoredAgent | null> => {
  await tx.query(
    `insert into agent_chain (company_id, agent_id, secret, branch, step, seen_at)
     values ($1, $2, $3, 0, 0, now()) on conflict do nothing`,
    [companyId, agent.agentId, agent.secret],
  );
  const [row] = await tx.prepared<Row>(
    "agent-load",
    `select a.name, a.machine_id as "machineId", a.inventory_wanted as wanted, c.secret, c.branch, c.step, c.forks,
       c.machine, c.boot, c.hostname, c.ip, c.seen_at as "seenAt", c.cloned_at is not null as "isCloned"
     from asset a join agent_chain c on c.company_id = a.company_id and c.agent_id = $3
     where a.company_id = $1 and a.id = $2`,
    [companyId, agent.assetId, agent.agentId],
  );
  if (row === undefined) return null;
  const { name, machineId, wanted, isCloned, secret, branch, step, forks, ip, hostname, machine, boot, seenAt } = row;
  return {
    name,
    machineId,
    wanted,
    isCloned,
    secret: secret as Buffer,
    chain: { branch, step: Number(step), forks: pairs(forks) },
    last: { ip, hostname, machine, boot, seenAt: seenAt.toISOString() },
  };
};

/** What heartbeats said since the last time it was written. */
export interface Seen {
  readonly agentId: string;
  readonly assetId: string;
  readonly version: string;
  readonly chain: Chain;
  readonly last: Holder;
}

/**
 * Writes what the heartbeats of many agents of a company said; answers which of the assets still exist and whether an inventory
 * of each is wanted. Locks by id, as inventories do.
 */
export const writeSeen = async (
  tx: Tx,
  companyId: number,
  seen: readonly Seen[],
): Promise<{ id: string; wanted: boolean }[]> => {
  const told = seen.map(({ agentId, chain, last }) => ({
    agent_id: agentId,
    branch: chain.branch,
    step: chain.step,
    forks: chain.forks.flat(),
    ...last,
  }));
  await tx.prepared(
    "agents-chains",
    `update agent_chain c set branch = t.branch, step = t.step, forks = t.forks, machine = t.machine, boot = t.boot,
       hostname = t.hostname, ip = t.ip, seen_at = t."seenAt"
     from jsonb_to_recordset($2::jsonb) as t(agent_id uuid, branch int, step bigint, forks bigint[], machine text, boot text,
       hostname text, ip text, "seenAt" timestamptz)
     where c.company_id = $1 and c.agent_id = t.agent_id`,
    [companyId, JSON.stringify(told)],
  );
  return await assetsSeen(
    tx,
    companyId,
    seen.map(({ assetId, version, last }) => ({ assetId, version, seenAt: last.seenAt })),
  );
};

/** Notes that an older state of an agent goes on. */
export const markRestored = async (tx: Tx, companyId: number, agentId: string, now: Date): Promise<void> => {
  await tx.query("update agent_chain set restored_at = $3 where company_id = $1 and agent_id = $2", [
    companyId,
    agentId,
    now,
  ]);
};

/** Marks an agent whose credential two machines use, with both of them. */
export const markCloned = async (
  tx: Tx,
  companyId: number,
  agentId: string,
  clone: { at: Date; holders: readonly Holder[] },
): Promise<void> => {
  await tx.query("update agent_chain set cloned_at = $3, clone = $4 where company_id = $1 and agent_id = $2", [
    companyId,
    agentId,
    clone.at,
    JSON.stringify(clone.holders),
  ]);
};
