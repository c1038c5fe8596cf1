import { connect, createServer, type AddressInfo } from "node:net";
import { createClient, contract } from "@zerotrace/sdk";
import type { CheckInAgent } from "./agents.ts";
import { bodyOf } from "./load.ts";

const BEATS = 20;

/** The bytes of one heartbeat as the agent itself sends it, headers and bodies, over a connection that stands. */
export const agentBytes = async (url: string, agent: CheckInAgent): Promise<{ sent: number; received: number }> => {
  const { hostname, port } = new URL(url);
  const total = { sent: 0, received: 0 };
  const relay = createServer((near) => {
    const far = connect(Number(port), hostname);
    near.on("data", (bytes: Buffer) => (total.sent += bytes.length));
    far.on("data", (bytes: Buffer) => (total.received += bytes.length));
    near.pipe(far).pipe(near);
    for (const end of [near, far]) end.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(relay.address() as AddressInfo).port}`;
  const call = createClient({ baseUrl, token: agent.credential });
  for (let n = 0; n < BEATS; n += 1) {
    const body = JSON.parse(bodyOf(agent)) as { agentVersion: string; chain: string };
    agent.chain = (await call(contract.agents.heartbeat, { body })).chain ?? "";
  }
  relay.close();
  return { sent: Math.round(total.sent / BEATS), received: Math.round(total.received / BEATS) };
};
