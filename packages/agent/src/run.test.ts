import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { HostInventory } from "@zerotrace/plugins";
import { keyOf } from "./columns.ts";
import { enrollAgent, openSpool, openState, rotateCredential, runAgent, type RunOptions } from "./index.ts";
import { deb, hostWith, startTestServer, TOKEN, type TestServer } from "./test-server.ts";

let server: TestServer;
let stateDir: string;
let inventory: HostInventory;
const lines: string[] = [];

const options = (more: Partial<RunOptions> = {}): RunOptions => ({
  stateDir,
  signal: new AbortController().signal,
  log: (_level, message) => lines.push(message),
  inventory: async () => inventory,
  random: () => 0.01,
  ...more,
});
const once = (more: Partial<RunOptions> = {}) => runAgent(options({ once: true, ...more }));
const until = async (holds: () => boolean): Promise<void> => {
  const end = Date.now() + 5000;
  while (!holds() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(holds()).toBe(true);
};

beforeEach(async () => {
  lines.length = 0;
  server = await startTestServer();
  stateDir = await mkdtemp(join(tmpdir(), "zerotrace-agent-"));
  inventory = hostWith(["a", "b", "c", "d"].map((name) => deb(name)));
  await enrollAgent({ server: `${server.url}/`, token: TOKEN, stateDir, inventory: async () => inventory });
});
afterEach(async () => {
  await server.close();
  await rm(stateDir, { recursive: true, force: true });
});

test("the credential's file is readable by its owner only, also after a rotation", async () => {
  const path = join(stateDir, "credential.json");
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const before = await openState(stateDir).credential();
  await rotateCredential(before!, { stateDir });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await openState(stateDir).credential())?.credential).toBe(server.credential);
  expect(server.credential).not.toBe(before?.credential);
});

test("one agent at a time in a folder: a second run or enrollment is refused, and the first goes on", async () => {
  const ends = new AbortController();
  const first = runAgent(options({ signal: ends.signal }));
  await until(() => server.bodies.length === 1);
  const refusal = { code: "DATA_DIR_BUSY", message: expect.stringContaining(`(pid ${process.pid}) uses ${stateDir}.`) };
  await expect(once()).rejects.toMatchObject(refusal);
  const again = { server: server.url, token: TOKEN, stateDir, inventory: async () => inventory };
  await expect(enrollAgent(again)).rejects.toMatchObject(refusal);
  ends.abort();
  expect(await first).toEqual({ deliveredCount: 1, spooledCount: 0 });
  expect((await once()).deliveredCount).toBe(1);
});

test("first everything, then nothing, then only what changed; the server ends with exactly the host's packages", async () => {
  await once();
  await once();
  inventory = hostWith([deb("a"), deb("b", "2.0"), deb("c"), deb("d")]);
  await once();
  expect(server.bodies.map((b) => b.sources[0]?.kind)).toEqual(["full", "same", "delta"]);
  expect(server.bodies[2]?.sources[0]).toMatchObject({ added: { version: ["2.0"] }, removed: { version: ["1.0"] } });
  expect(server.held.get("dpkg")?.keys).toEqual(new Set(inventory.sources[0]?.components.map(keyOf)));
});

test("a server that refuses the delta's base gets everything at once", async () => {
  await once();
  inventory = hostWith([deb("a"), deb("b"), deb("c"), deb("e")]);
  server.refusals.push(409);
  expect(await once()).toEqual({ deliveredCount: 1, spooledCount: 0 });
  expect(server.bodies.map((b) => b.sources[0]?.kind)).toEqual(["full", "full"]);
});

test("a source that cannot be read is reported as such and never as empty", async () => {
  await once();
  const [dpkg] = inventory.sources;
  inventory = {
    ...inventory,
    sources: [{ ...dpkg!, status: "unreadable", error: "status is torn", components: [] }],
  };
  await once();
  expect(server.bodies[1]?.sources).toEqual([{ kind: "unreadable", source: "dpkg", error: "status is torn" }]);
});

test("while the server is away inventories wait on disk and are delivered later in order", async () => {
  server.away = true;
  for (const name of ["x", "y", "z"]) {
    inventory = hostWith([deb(name)]);
    await once();
  }
  expect(server.bodies).toEqual([]);
  expect(await openSpool(join(stateDir, "spool")).count()).toBe(3);
  server.away = false;
  inventory = hostWith([deb("now")]);
  expect(await once()).toEqual({ deliveredCount: 4, spooledCount: 0 });
  const names = server.bodies.map((b) => (b.sources[0]?.kind === "full" ? b.sources[0].components.name[0] : "delta"));
  expect(names.slice(0, 3)).toEqual(["x", "y", "z"]);
  expect([...(server.held.get("dpkg")?.keys ?? [])]).toEqual([keyOf(deb("now"))]);
});

test("a running agent comes back by itself after the server was away, and answers a wish for an inventory", async () => {
  const abort = new AbortController();
  server.away = true;
  const running = runAgent(options({ signal: abort.signal }));
  await until(() => lines.filter((line) => line === "The server is away").length >= 2);
  server.away = false;
  await until(() => server.bodies.length === 1);
  server.wanted = true;
  await until(() => server.bodies.length === 2);
  expect(server.heartbeatCount).toBeGreaterThan(0);
  abort.abort();
  expect(await running).toEqual({ deliveredCount: 2, spooledCount: 0 });
});

test("a revoked credential ends the agent with the way out", async () => {
  server.revoked = true;
  await expect(once()).rejects.toMatchObject({ code: "UNAUTHENTICATED", message: expect.stringContaining("revoked") });
});

test("a running agent goes on with the credential that was rotated beside it, and repeats what was refused", async () => {
  const abort = new AbortController();
  const running = runAgent(options({ signal: abort.signal }));
  await until(() => server.bodies.length === 1);
  for (const bodyCount of [2, 3]) {
    const kept = await openState(stateDir).credential();
    await rotateCredential(kept!, { stateDir });
    server.formerCredential = null;
    const { heartbeatCount } = server;
    await until(() => server.heartbeatCount > heartbeatCount);
    server.wanted = true;
    await until(() => server.bodies.length === bodyCount);
  }
  expect(lines.filter((line) => line.startsWith("Device credential read again"))).toHaveLength(2);
  server.revoked = true;
  await expect(running).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  abort.abort();
});

test("an inventory in the spool that the server can never take does not hold up the others", async () => {
  server.away = true;
  await once();
  server.away = false;
  server.refusals.push(400);
  expect(await once()).toEqual({ deliveredCount: 1, spooledCount: 0 });
  expect(lines).toContain("The server refused an inventory from the spool; it was dropped");
});

test("without an enrollment the agent says how to get one", async () => {
  await openState(stateDir).forget();
  await expect(once()).rejects.toMatchObject({ message: expect.stringContaining("zerotrace agent enroll") });
});

test("the credential is exchanged on a schedule, and an answer lost on the way only delays it", async () => {
  const state = openState(stateDir);
  const old = await state.credential();
  const issuedAt = new Date(Date.now() - 21 * 86_400_000).toISOString();
  await state.saveCredential({ ...old!, issuedAt });
  server.losses.push("/rotate", "/rotate");
  const abort = new AbortController();
  const running = runAgent(options({ signal: abort.signal }));
  await until(() => lines.includes("Device credential rotated"));
  const { heartbeatCount } = server;
  server.formerCredential = null;
  await until(() => server.heartbeatCount > heartbeatCount);
  abort.abort();
  await running;
  expect(server.losses).toEqual([]);
  expect((await state.credential())?.credential).toBe(server.credential);
  expect(lines.filter((line) => line === "Device credential rotated")).toHaveLength(1);
});

test("a revoked agent says so, stops, and keeps what waits on disk", async () => {
  server.away = true;
  await once();
  server.away = false;
  const abort = new AbortController();
  server.revoked = true;
  const startedAt = performance.now();
  await expect(runAgent(options({ signal: abort.signal }))).rejects.toMatchObject({
    code: "UNAUTHENTICATED",
    message: expect.stringContaining("revoked"),
  });
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(server.bodies).toEqual([]);
  expect(await openSpool(join(stateDir, "spool")).count()).toBe(1);
});

test("each heartbeat shows what the last was answered, also after a restart, and names machine and boot", async () => {
  const turn = async (count: number): Promise<void> => {
    const abort = new AbortController();
    const running = runAgent(options({ signal: abort.signal }));
    const wanted = server.heartbeatCount + count;
    await until(() => server.heartbeatCount >= wanted);
    abort.abort();
    await running;
  };
  await turn(3);
  const before = server.beats.length;
  await turn(2);
  const shown = server.beats.map(({ chain }) => chain);
  expect(shown.slice(0, 3)).toEqual(["", "step-1", "step-2"]);
  // the answer that the end cut off may be missing
  expect([`step-${before}`, `step-${before - 1}`]).toContain(shown[before]);
  expect(new Set(server.beats.map((one) => one["once"])).size).toBe(server.beats.length);
  expect(server.beats[0]).toMatchObject({ machine: "m".repeat(24), hostname: expect.any(String) });
  await openState(stateDir).forget();
  await enrollAgent({ server: server.url, token: TOKEN, stateDir, inventory: async () => inventory });
  expect(await openState(stateDir).chain((await openState(stateDir).credential())!.agentId)).toBe("");
});
