import { Agent, request } from "node:http";
import { json } from "node:stream/consumers";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { CheckInAgent } from "./agents.ts";

const CONNECTIONS = 32;
const connections = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

/** What a load did. */
export interface Driven {
  readonly count: number;
  readonly perSecond: number;
}

/** The body of an unchanged agent's heartbeat, as the agent sends it. */
export const bodyOf = (agent: CheckInAgent): string => {
  agent.count += 1;
  return JSON.stringify({
    agentVersion: "0.1.0",
    chain: agent.chain,
    once: agent.count.toString(36).padStart(8, "0"),
    boot: "0123456789abcdef",
    hostname: agent.hostname,
  });
};

const send = async (url: string, agent: CheckInAgent): Promise<void> => {
  const body = bodyOf(agent);
  const sent = request(`${url}/api/v1/agents/heartbeat`, {
    method: "POST",
    agent: connections,
    headers: {
      authorization: `Bearer ${agent.credential}`,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    },
  });
  sent.end(body);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const answer = (await json(response)) as { chain?: string };
  if (response.statusCode !== 200) throw new Error(`${response.statusCode}: ${JSON.stringify(answer)}`);
  if (answer.chain !== undefined) agent.chain = answer.chain;
};

/** Sends heartbeats of all agents in turn over kept connections, several at a time and one of each agent at a time. */
export const drive = async (
  url: string,
  agents: readonly CheckInAgent[],
  count: number,
  kind: "empty" | "beat",
): Promise<Driven> => {
  const startedAt = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const agent = agents[next % agents.length] as CheckInAgent;
      next += 1;
      await send(url, agent);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  if (kind === "beat" && agents[0]?.chain === "") throw new Error("no chain was answered");
  return { count, perSecond: (count / (performance.now() - startedAt)) * 1000 };
};
