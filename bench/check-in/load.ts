import { connect, type Socket } from "node:net";
import type { CheckInAgent } from "./agents.ts";

const CONNECTIONS = 64;
const END_OF_HEAD = "\r\n\r\n";

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
    machine: agent.machine,
    boot: "0123456789abcdef",
    hostname: agent.hostname,
  });
};

const requestOf = (agent: CheckInAgent): string => {
  const body = bodyOf(agent);
  const lines = [
    "POST /api/v1/agents/heartbeat HTTP/1.1",
    "host: 127.0.0.1",
    `authorization: Bearer ${agent.credential}`,
    "content-type: application/json",
    `content-length: ${body.length}`,
  ];
  return `${lines.join("\r\n")}${END_OF_HEAD}${body}`;
};

/** The body of the next answer; answers of both servers are ASCII and of a known length. */
const answerOn = (socket: Socket): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = "";
    const end = (): void => {
      socket.off("data", take);
      socket.off("error", reject);
    };
    const take = (bytes: Buffer): void => {
      text += bytes.toString("latin1");
      const at = text.indexOf(END_OF_HEAD);
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? Number.NaN);
      if (at < 0 || text.length < at + END_OF_HEAD.length + length) return;
      end();
      if (text.startsWith("HTTP/1.1 200 ")) resolve(text.slice(at + END_OF_HEAD.length));
      else reject(new Error(text));
    };
    socket.on("data", take);
    socket.on("error", reject);
  });

/**
 * Sends heartbeats of all agents in turn over kept connections, one of each agent at a time. Without a client library: what the
 * load itself costs must not crowd the server out.
 */
export const drive = async (
  url: string,
  agents: readonly CheckInAgent[],
  count: number,
  kind: "empty" | "beat",
): Promise<Driven> => {
  const startedAt = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    while (next < count) {
      const agent = agents[next % agents.length] as CheckInAgent;
      next += 1;
      const answer = answerOn(socket);
      socket.write(requestOf(agent));
      const { chain } = JSON.parse(await answer) as { chain?: string };
      if (chain !== undefined) agent.chain = chain;
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  if (kind === "beat" && agents[0]?.chain === "") throw new Error("no chain was answered");
  return { count, perSecond: (count / (performance.now() - startedAt)) * 1000 };
};
