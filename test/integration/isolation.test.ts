import type { Route } from "@zerotrace/core/schema";
import { CHANNELS } from "@zerotrace/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Told } from "../isolation/client.ts";
import { ENTRIES } from "../isolation/entries.ts";
import type { Entry } from "../isolation/entry.ts";
import { type Ids, KNOWN, seed, strangersOf } from "../isolation/seeds.ts";
import { askAs, callerFor, leakedIn, ROUTES, settledText, spy } from "../isolation/walk.ts";
import { type Caller, type Company, NOBODY, startWorld, type World } from "../isolation/world.ts";
import { eventually, record } from "../support/live.ts";

// Company A holds one object of each kind; everybody of company B, a provider and a stranger ask for them by every route.
let world: World;
let a: Company;
let b: Company;
let ofA: Ids;
let ofB: Ids;
let ofNobody: Ids;
let spies: readonly Caller[];
/** What B was told before A had anything. */
const before = new Map<string, string>();
/** What A was told before anybody tried to change what it has. */
let own: Map<string, string>;
const listeners: { caller: Caller; socket: WebSocket; heard: string[] }[] = [];

const entryOf = (name: string) => {
  const entry = ENTRIES[name];
  if (entry === undefined) throw new Error(`${name} has no line in test/isolation/entries.ts: say how it is asked`);
  return entry;
};

const listen = async (caller: Caller): Promise<void> => {
  const socket = new WebSocket(`${world.live.server.url.replace("http", "ws")}/api/v1/stream`, {
    headers: caller.headers,
  });
  const heard: string[] = [];
  socket.on("message", (data: Buffer) => heard.push(data.toString()));
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  socket.send(JSON.stringify({ type: "subscribe", channels: CHANNELS }));
  await eventually(() => socket.readyState > 1 || heard.some((m) => m.includes("subscribed")), "subscribed");
  listeners.push({ caller, socket, heard });
};

/** What an admin is told by the routes that read and do not move. */
const readings = async (admin: Caller, of: Ids): Promise<Map<string, string>> => {
  const told = new Map<string, string>();
  const asker = (await admin.again?.()) ?? admin;
  for (const [name, route] of ROUTES.filter(([, r]) => r.method === "GET")) {
    const entry = ENTRIES[name];
    if (!entry || entry.moves !== undefined || name === "audit.listAudit") continue;
    const answer = await askAs(world, route, entry.ask(of, of), asker, "127.0.2.1");
    told.set(name, `${answer.status} ${settledText(answer.text)}`);
  }
  return told;
};

beforeAll(async () => {
  world = await startWorld({ npm: [record(KNOWN.advisory, "npm", KNOWN.package, KNOWN.fixed)] });
  [a, b] = [await world.company("A"), await world.company("B")];
  ofB = await seed(world, b);
  ofNobody = strangersOf(ofB);
  for (const [name, text] of await readings(b.admin, ofNobody)) before.set(name, text);
  spies = [...b.callers, ...world.provider.callers.filter(({ name }) => name === "provider"), NOBODY];
  for (const caller of spies) await listen(caller);
  ofA = await seed(world, a);
});
afterAll(async () => {
  for (const { socket } of listeners) socket.terminate();
  await world.stop();
});

test("each line of the walk names a route of the contract", () => {
  const names = ROUTES.map(([name]) => name);
  expect(Object.keys(ENTRIES).filter((name) => !names.includes(name))).toEqual([]);
});

test("what a company is told does not change by what another company has: no count, no sum, no row", async () => {
  const after = await readings(b.admin, ofNobody);
  expect(after.size).toBeGreaterThan(20);
  expect([...after]).toEqual([...before]);
});

/** Whoever of A, or else of the provider, may use a route. */
const holderOf = (permission: string): Caller =>
  [a.admin, a.agent, ...world.provider.callers.filter((c) => c.name === "provider")].find(
    ({ permissions }) => ["public", "signed-in"].includes(permission) || permissions?.some((p) => p === permission),
  ) as Caller;

const renewed = async (entry: Entry, caller: Caller): Promise<Caller> =>
  (caller.name === "agent" ? null : await caller.again?.()) ?? callerFor(entry, caller);

const control = async (name: string, route: Route): Promise<Told> => {
  const entry = entryOf(name);
  return askAs(world, route, entry.ask(ofA, ofA), await renewed(entry, holderOf(route.permission)), "127.0.2.2");
};

/** Routes after which everybody gets a new credential: limits count by credential. */
const RENEW_EVERY = 12;
let walked = 0;

const spyOn = async (name: string, route: Route): Promise<string[]> => {
  const walk = { world, route, entry: entryOf(name), theirs: ofA, nobodys: ofNobody, own: ofB };
  const wrong: string[] = [];
  walked += 1;
  if (walked % RENEW_EVERY === 0)
    spies = await Promise.all(spies.map(async (caller) => (await caller.again?.()) ?? caller));
  for (const [n, caller] of spies.entries()) wrong.push(...(await spy(walk, caller, `127.0.3.${n + 1}`)));
  return wrong;
};

const READS = ROUTES.filter(([, { method }]) => method === "GET");
const rankOf = (name: string, route: Route): number => (ENTRIES[name]?.last ? 2 : Number(route.method === "DELETE"));
const WRITES = ROUTES.filter(([, { method }]) => method !== "GET").toSorted((x, y) => rankOf(...x) - rankOf(...y));

test.each(READS)("%s shows nothing of another company and does not say what there is", async (name, route) => {
  // its own people find it: else the ids would prove nothing
  const told = await control(name, route);
  expect([route.status, ...(entryOf(name).control?.statuses ?? [])], told.text.slice(0, 300)).toContain(told.status);
  expect(await spyOn(name, route)).toEqual([]);
});

test("who listens to every channel hears nothing of what another company does", async () => {
  const open = listeners.filter(({ heard }) => heard.some((m) => m.includes("subscribed")));
  expect(open.length).toBeGreaterThan(3);
  for (const { caller, heard } of listeners) {
    const leaks = heard.flatMap((text) => leakedIn({ status: 200, headers: {}, text }, {}, ofA));
    expect([caller.name, leaks]).toEqual([caller.name, []]);
  }
});

test("the company is told of all that it has", async () => {
  own = await readings(a.admin, ofA);
  expect(own.size).toBeGreaterThan(20);
});

// From here on B has taken A's names for things of its own.
test.each(WRITES)("%s reaches nothing of another company and does not say what there is", async (name, route) => {
  expect(await spyOn(name, route)).toEqual([]);
});

test("after all that the company has what it had", async () => {
  expect([...(await readings(a.admin, ofA))]).toEqual([...own]);
});

test.each(WRITES)("%s reaches what is the company's own", async (name, route) => {
  const told = await control(name, route);
  const good = [route.status, ...(entryOf(name).control?.statuses ?? [])];
  expect(good, `${told.status} ${told.text.slice(0, 300)}`).toContain(told.status);
});
