import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Route } from "@zerotrace/core/schema";
import { ENTRIES } from "../../isolation/entries.ts";
import { type Ids, KNOWN, seed } from "../../isolation/seeds.ts";
import { askAs, callerFor, ROUTES } from "../../isolation/walk.ts";
import { type Caller, type Company, marker, startWorld, type World } from "../../isolation/world.ts";
import { record } from "../live.ts";
import { type Recorded, RECORDED, type Recording, writePages } from "./pages.ts";
import { settler, shortened } from "./settled.ts";

/** A little more than the server waits between two looks, ms. */
const LOOK_MS = 17_000;
/** Routes that only a program may ask. */
const AS_PROGRAM: ReadonlySet<string> = new Set(["accessTokens.issueAccessToken"]);
/** Characters of an answer that is no JSON. */
const TEXT_MAX = 600;

/** Companies get the next number that there is. */
const unnumbered = (value: unknown): unknown =>
  typeof value === "object" && value !== null && "id" in value && typeof value.id === "number"
    ? { ...value, id: 7 }
    : value;

const parsed = (text: string, name: string): unknown => {
  try {
    const short = shortened(JSON.parse(text));
    return name.startsWith("companies.") ? unnumbered(short) : short;
  } catch {
    return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
  }
};

/** Whoever of the company, or else of the provider, may use a route. */
const holderOf = ({ permission }: Route, company: Company, { provider }: World): Caller =>
  [company.admin, company.agent, ...provider.callers.filter(({ name }) => name === "provider")].find(
    ({ permissions }) => ["public", "signed-in"].includes(permission) || permissions?.some((p) => p === permission),
  ) ?? company.admin;

const rankOf = (name: string, { method }: Route): number => {
  if (method === "GET") return 0;
  return ENTRIES[name]?.last ? 3 : method === "DELETE" ? 2 : 1;
};

/** Asks every route once on a fresh server, as somebody who may, for things that are there. */
const recordAll = async (): Promise<Recorded> => {
  const world = await startWorld({ npm: [record(KNOWN.advisory, "npm", KNOWN.package, KNOWN.fixed)] });
  try {
    const company = await world.company("Example");
    const ids = await seed(world, company);
    const fresh = Object.fromEntries(
      Object.entries(ids).map(([name, value]) => [name, value.replaceAll(/zq[0-9a-f]{18}/g, marker)]),
    );
    const other = String((await world.company("Other")).id);
    // by then the server has looked once how old its feeds are
    await sleep(LOOK_MS);
    await world.live.server.settled();
    const settle = settler([ids, fresh]);
    const recorded: Record<string, Recording> = {};
    for (const [name, route] of ROUTES.toSorted((a, b) => rankOf(...a) - rankOf(...b))) {
      const entry = ENTRIES[name];
      if (entry === undefined) {
        process.stderr.write(`${name} has no line in test/isolation/entries.ts: say how it is asked
`);
        continue;
      }
      const holder = AS_PROGRAM.has(name)
        ? (company.callers.find(({ again, permissions }) => again === undefined && permissions !== null) ??
          company.admin)
        : holderOf(route, company, world);
      const send = async (of: Ids) => {
        const caller = (holder.name === "agent" ? null : await holder.again?.()) ?? (await callerFor(entry, holder));
        const given = entry.ask(of, of);
        const ask = given.params?.["companyId"] === undefined ? given : { ...given, params: { companyId: other } };
        return { ask, told: await askAs(world, route, ask, caller, "127.0.2.3") };
      };
      const first = await send(ids);
      // a name that is taken is no example: another one
      const { ask, told } = first.told.status === 409 && route.status === 201 ? await send(fresh) : first;
      const type = told.headers["content-type"] ?? "";
      const numbered = JSON.stringify(ask).replaceAll(`"${other}"`, '"7"');
      const shownAsk: unknown = JSON.parse(numbered);
      const text = JSON.stringify({ ask: shownAsk, status: told.status, type, answer: parsed(told.text, name) });
      recorded[name] = JSON.parse(settle(text)) as Recording;
    }
    return recorded;
  } finally {
    await world.stop();
  }
};

if (import.meta.main) {
  const recorded = await recordAll();
  const sorted = Object.entries(recorded).toSorted(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(RECORDED, sorted.map(([name, one]) => `${JSON.stringify({ name, ...one })}\n`).join(""));
  writePages(recorded);
}
