import type { Route } from "@zerotrace/core/schema";
import { ApiError, createSdk, type Sdk } from "@zerotrace/sdk";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Ask } from "../isolation/client.ts";
import { ENTRIES } from "../isolation/entries.ts";
import { type Ids, KNOWN, seed } from "../isolation/seeds.ts";
import { callerFor, ROUTES } from "../isolation/walk.ts";
import { type Caller, type Company, startWorld, type World } from "../isolation/world.ts";
import { record } from "../support/live.ts";

// One company that holds one object of each kind; its own people ask for them by every route of the SDK.
let world: World;
let company: Company;
let ids: Ids;

beforeAll(async () => {
  world = await startWorld({ npm: [record(KNOWN.advisory, "npm", KNOWN.package, KNOWN.fixed)] });
  company = await world.company("A");
  ids = await seed(world, company);
});
afterAll(() => world?.stop());

/** The SDK as somebody, over connections whose address the test chooses: limits count by address too. */
const sdkOf = (caller: Caller): Sdk =>
  createSdk({
    baseUrl: world.live.server.url,
    retries: 0,
    fetch: async (url, init) => {
      const { pathname, search } = new URL(url as string);
      const body =
        init?.body instanceof Blob ? Buffer.from(await init.body.arrayBuffer()) : (init?.body as string | null);
      const told = await world.client.send({
        method: init?.method ?? "GET",
        path: pathname + search,
        headers: { ...(init?.headers as Record<string, string>), ...caller.headers },
        ...(body === null ? {} : { body }),
        address: "127.0.4.1",
      });
      const headers = new Headers();
      for (const [name, value] of Object.entries(told.headers)) if (typeof value === "string") headers.set(name, value);
      return new Response([204, 304].includes(told.status) ? null : told.text, { status: told.status, headers });
    },
  });

/** Whoever of the company, or else of the provider, may use a route. */
const holderOf = (permission: string): Caller =>
  [company.admin, company.agent, ...world.provider.callers.filter(({ name }) => name === "provider")].find(
    ({ permissions }) => ["public", "signed-in"].includes(permission) || permissions?.some((one) => one === permission),
  ) as Caller;

const inputOf = ({ params, query, body, type }: Ask): object => ({
  ...(params ? { params } : {}),
  ...(query ? { query } : {}),
  ...(body === undefined
    ? {}
    : type === "application/octet-stream"
      ? { body: new Blob([body as string]) }
      : { body: type === undefined ? body : new URLSearchParams(body as string) }),
});

const rankOf = (name: string, route: Route): number =>
  ENTRIES[name]?.last
    ? 3
    : ["GET", "POST", "PUT", "PATCH", "DELETE"].indexOf(route.method) === 4
      ? 2
      : Number(route.method !== "GET");
const ORDERED = ROUTES.toSorted((x, y) => rankOf(...x) - rankOf(...y));
const isText = ({ contentType }: Route): boolean =>
  contentType !== undefined && !/^application\/(?:\w+\+)?json/.test(contentType);

test.each(ORDERED)("%s, called through the SDK, answers what the contract says", async (name, route) => {
  const entry = ENTRIES[name];
  if (!entry) throw new Error(`${name} has no line in test/isolation/entries.ts: say how it is asked`);
  const holder = holderOf(route.permission);
  const caller = (holder.name === "agent" ? null : await holder.again?.()) ?? (await callerFor(entry, holder));
  const [feature, method] = name.split(".") as [keyof Sdk, string];
  const call = (sdkOf(caller)[feature] as unknown as Record<string, (input: object) => Promise<unknown>>)[method];
  const answer = await call?.(inputOf(entry.ask(ids, ids))).catch((error: unknown) => {
    // what cannot succeed here is refused as the walk of isolation expects it, in the words of the contract
    if (!(error instanceof ApiError) || !entry.control?.statuses.includes(error.status)) throw error;
    return error;
  });
  if (answer instanceof ApiError) expect(answer.code).not.toBe("INTERNAL");
  else if (isText(route)) expect(answer).toBeTypeOf("string");
  else expect(route.answer.safeParse(answer).error?.issues ?? []).toEqual([]);
});

test("a list's pages are its whole, without a gap and without a row twice", async () => {
  const sdk = createSdk({ baseUrl: world.live.server.url, token: world.live.token });
  const whole = (await sdk.audit.listAudit({ query: { limit: 500 } })).rows.map(({ seq }) => seq);
  const paged: number[] = [];
  for await (const { seq } of sdk.audit.listAudit.all({ query: { limit: 7 } })) {
    paged.push(seq);
    if (paged.length === 30) break;
  }
  // the trail grows meanwhile, at its front
  const from = whole.indexOf(paged[0] as number);
  expect(paged).toEqual(from === -1 ? paged : whole.slice(from, from + paged.length));
  expect(new Set(paged).size).toBe(paged.length);
});

const run = promisify(execFile);

/** An older Node where there is one; else this. */
const oldNode = (): string =>
  ["/usr/bin/node", "/usr/local/bin/node"].find((path) => existsSync(path)) ?? process.execPath;
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

test("built to plain JavaScript it lists, uploads, streams and refuses in Node 20", async () => {
  await run(process.execPath, [path("../../packages/sdk/build.ts")]);
  const user = [path("../support/sdk-user.mjs"), world.live.server.url, world.live.token];
  const { stdout: said } = await run(oldNode(), user, { timeout: 60_000 });
  const { node, ...told } = JSON.parse(said) as { node: string };
  expect(Number(node.slice(1).split(".")[0])).toBeGreaterThanOrEqual(20);
  expect(told).toEqual({ rows: true, progressed: true, status: 404, code: "NOT_FOUND", streamed: true });
});
