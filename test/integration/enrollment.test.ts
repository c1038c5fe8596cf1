import { enrollAgent, openState, runAgent } from "@zerotrace/agent";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runLocalAgent } from "../../packages/cli/src/start/local-agent.ts";
import { type Live, startLive } from "../support/live.ts";

let live: Live;
let folder: string;
const enrolled: string[] = [];

beforeAll(async () => {
  live = await startLive({});
  folder = await mkdtemp(join(tmpdir(), "zt-enrollment-"));
});
afterAll(async () => {
  await live.stop();
  await rm(folder, { recursive: true, force: true });
});

const own = () => join(folder, "own");
const another = () => join(folder, "another");
/** As `start` runs it, until its first report. */
const startOwn = async (): Promise<void> => {
  const ends = new AbortController();
  await runLocalAgent({
    server: live.server,
    url: live.server.url,
    stateDir: own(),
    formerAgentId: enrolled.at(-1),
    onEnrolled: async (agentId) => void (enrolled.at(-1) === agentId || enrolled.push(agentId)),
    onReport: () => ends.abort(),
    say: () => undefined,
    signal: ends.signal,
  });
};
const enrollAnother = async (replace?: boolean) => {
  const token = await live.server.createEnrollmentToken("by hand");
  return enrollAgent({ server: live.server.url, token, stateDir: another(), replace });
};
const reportAnother = () =>
  runAgent({ stateDir: another(), once: true, signal: new AbortController().signal, log: () => undefined });
const inForce = async () =>
  (await live.call("GET", "/api/v1/agents")).body.rows.map((row: { id: string; revokedAt: string | null }) => [
    row.id,
    row.revokedAt,
  ]);

test("an agent enrolled on the machine of start is refused and start's own goes on; replaced, start stands aside for it", async () => {
  await startOwn();
  await expect(enrollAnother()).rejects.toMatchObject({
    code: "CONFLICT",
    message: expect.stringContaining("--replace"),
  });
  expect(await openState(another()).credential()).toBeNull();
  await startOwn();
  expect(await inForce()).toEqual([[enrolled[0], null]]);

  const { agentId } = await enrollAnother(true);
  for (let starts = 0; starts < 2; starts += 1) {
    await expect(startOwn()).rejects.toMatchObject({ code: "CONFLICT", message: expect.stringContaining("revoke it") });
    expect((await reportAnother()).deliveredCount).toBe(1);
  }
  expect(await inForce()).toEqual([[agentId, null]]);
  await live.call("DELETE", `/api/v1/agents/${agentId}`);
  await startOwn();
  expect(await inForce()).toEqual([[enrolled[1], null]]);
});

test("start that lost its agent's folder replaces its own former agent", async () => {
  await startOwn();
  const former = enrolled.at(-1);
  await rm(own(), { recursive: true });
  await startOwn();
  expect(enrolled.at(-1)).not.toBe(former);
  expect(await inForce()).toEqual([[enrolled.at(-1), null]]);
});

test("an agent enrolled again from its own folder replaces itself without being asked", async () => {
  await live.call("DELETE", `/api/v1/agents/${enrolled.at(-1)}`);
  const first = await enrollAnother();
  const second = await enrollAnother();
  expect(second.agentId).not.toBe(first.agentId);
  expect((await reportAnother()).deliveredCount).toBe(1);
});
