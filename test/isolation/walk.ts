import { contract } from "@zerotrace/sdk";
import type { Route } from "@zerotrace/core/schema";
import { type Ask, bodyOf, pathOf, type Told } from "./client.ts";
import type { Entry } from "./entry.ts";
import type { Ids } from "./seeds.ts";
import type { Caller, World } from "./world.ts";

/** Every route of the contract by `feature.name`. */
export const ROUTES: readonly (readonly [name: string, route: Route])[] = Object.entries(contract).flatMap(
  ([feature, routes]) => Object.entries(routes).map(([name, route]) => [`${feature}.${name}`, route] as const),
);

/** Asks a route as somebody. */
export const askAs = (world: World, route: Route, ask: Ask, caller: Caller, address: string): Promise<Told> => {
  const sent = bodyOf(ask);
  const headers = { ...caller.headers, ...sent.headers };
  return world.client.send({ ...sent, method: route.method, path: pathOf(route.path, ask), headers, address });
};

/** Ids and markers of a question, and longer texts: its answer may repeat them. */
const asked = (ask: Ask): string[] =>
  [...Object.values(ask.params ?? {}), ...Object.values(ask.query ?? {}), ...textsIn(ask.body)]
    .flatMap((text) => [text, ...(text.match(/zq[0-9a-f]{18}/g) ?? [])])
    .filter((text) => text.length > 7)
    .toSorted((a, b) => b.length - a.length);

const textsIn = (value: unknown): string[] => {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
};

/** An answer without the texts of its own question. */
export const withoutAsked = (text: string, ask: Ask): string =>
  asked(ask).reduce((left, one) => left.replaceAll(one, "<asked>"), text);

/** An answer without what differs between any two: times, new ids and secrets. */
export const settledText = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>")
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<uuid>")
    .replaceAll(/\bc-[0-9a-f]{16}\b/g, "<key>")
    .replaceAll(/zt_[a-z]_[0-9a-z]+_[\w-]{43}/g, "<secret>")
    .replaceAll(/whsec_[\w+/]{43}=/g, "<secret>")
    .replaceAll(/zq[0-9a-f]{18}/g, "<marker>");

const OWN_HEADERS = ["date", "etag", "x-correlation-id", "set-cookie"];

/** Everything of an answer that could betray something, comparable with that to another question. */
const shapeOf = (told: Told, ask: Ask): string => {
  const headers = Object.entries(told.headers).filter(
    ([name]) => !OWN_HEADERS.includes(name) && !/^(ratelimit|x-ratelimit|retry-after)/.test(name),
  );
  return settledText(JSON.stringify([told.status, headers, withoutAsked(told.text, ask)]));
};

/** The caller, with a new session where the route ends it. */
export const callerFor = async (entry: Entry, caller: Caller): Promise<Caller> =>
  entry.spends && caller.again ? caller.again() : caller;

export interface Walk {
  readonly world: World;
  readonly route: Route;
  readonly entry: Entry;
  /** Ids of the company that is spied on, the same of nobody, and of the caller's company. */
  readonly theirs: Ids;
  readonly nobodys: Ids;
  readonly own: Ids;
}

/** What a refusal must be: by the permission alone, whoever the object belongs to. */
const wrongRefusal = ({ route, entry }: Walk, caller: Caller, status: number): string | null => {
  const { permission } = route;
  if (entry.refuses?.statuses.includes(status)) return null;
  const isLoopback = permission === "jobs:read" && route.path === "/metrics";
  if (permission === "public" || (isLoopback && caller.permissions === null)) {
    return [401, 403].includes(status) ? `${status} though anybody may ask` : null;
  }
  if (caller.permissions === null) return status === 401 ? null : `${status} without a credential, not 401`;
  const holds = permission === "signed-in" || caller.permissions.includes(permission);
  if (holds) return [401, 403].includes(status) ? `${status} though the role holds ${permission}` : null;
  return status === 403 ? null : `${status} though the role does not hold ${permission}, not 403`;
};

/** What of a company stands in an answer and was not in the question. */
export const leakedIn = (told: Told, ask: Ask, secrets: Ids): string[] => {
  const text = withoutAsked(told.text, ask);
  return Object.entries(secrets)
    .filter(([, value]) => text.includes(value))
    .map(([name]) => name);
};

/** Asks a route as one caller for another company's objects and for nobody's; answers what is wrong, in words. */
export const spy = async (walk: Walk, caller: Caller, address: string): Promise<string[]> => {
  const { world, route, entry, theirs, nobodys, own } = walk;
  if (entry.beyond?.callers.includes(caller.name)) return [];
  const wrong: string[] = [];
  const shapes: string[] = [];
  for (const ids of [theirs, nobodys]) {
    const ask = entry.ask(ids, own);
    const told = await askAs(world, route, ask, await callerFor(entry, caller), address);
    const says = (fault: string): unknown => wrong.push(`${caller.name}: ${fault}`);
    if (told.status >= 500) says(`${told.status} ${told.text.slice(0, 200)}`);
    const refusal = wrongRefusal(walk, caller, told.status);
    if (refusal !== null) says(refusal);
    const isFound =
      told.status < 400 && Object.values(ask.params ?? {}).some((value) => Object.values(ids).includes(value));
    if (isFound && !entry.absent?.statuses.includes(told.status)) says(`${told.status} for what is not its own`);
    const leaked = leakedIn(told, ask, theirs);
    if (leaked.length > 0) says(`shows ${leaked.join(", ")}: ${told.text.slice(0, 300)}`);
    shapes.push(shapeOf(told, ask));
  }
  if (entry.moves === undefined && shapes[0] !== shapes[1]) {
    wrong.push(
      `${caller.name}: answers otherwise for what is another's than for what is nobody's: ${shapes.join(" / ")}`,
    );
  }
  return wrong;
};
