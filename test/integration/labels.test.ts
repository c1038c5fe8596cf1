import type { Route } from "@zerotrace/core/schema";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ENTRIES } from "../isolation/entries.ts";
import { type Ids, KNOWN, seed } from "../isolation/seeds.ts";
import { askAs, leakedIn, ROUTES, settledText } from "../isolation/walk.ts";
import { type Caller, type Company, startWorld, type World } from "../isolation/world.ts";
import { record } from "../support/live.ts";

// A company holds one object of each kind, and none of its assets has a label. An administrator who is bound to a label asks every
// route for all of it: what concerns assets is not there, and what concerns the whole company is not theirs to change.
let world: World;
let company: Company;
let bound: Caller;
let ids: Ids;
let before: Map<string, string>;

/** What a company has besides assets and what concerns them: who may see people, tokens and the like sees all of these. */
const NOT_OF_ASSETS = new Set(
  (
    "visitReason entryId dashboardName dashboardId widgetTitle viewId viewName viewQuery memberEmail memberName " +
    "colleagueEmail personId colleagueId sessionId roleName roleId inviteEmail invitationId mailSubject providerName " +
    "clientId mappedGroup providerDomain providerId"
  ).split(" "),
);

/** What such a person does all the same, and why that is right. */
const DOES: Readonly<Record<string, string>> = {
  "companies.endEntry": "whoever manages people sends a visitor of the provider out",
  "graphql.askGraphql": "asks the routes that are walked here",
  "mail.previewMail": "shows a text and keeps nothing",
  "mail.putMyMail": "one's own",
  "me.changeMe": "one's own",
  "me.endMyOtherSessions": "one's own",
  "factors.startTotp": "one's own",
  "agents.enroll": "the token decides, and not the session",
  "people.forgotPassword": "anybody may ask",
  "registries.testRegistry": "asks an address and keeps nothing",
  "risk.whatIf": "over what is seen",
  "sessions.createLink": "for oneself",
  "sso.testIdentityProvider": "asks an address and keeps nothing",
  "uploads.scanImage": "the asset gets the labels of who asked",
  "work.readMentions": "one's own",
  "work.previewBulkAction": "over what is seen",
};

/** Changes who asks, or asks for a company by its number. */
const NOT_ASKED = /^(companies\.leaveEntry|sessions\.(endSession|signOut)|me\.endMySession|session)/;

const READS = ROUTES.filter(([, { method }]) => method === "GET");
const WRITES = ROUTES.filter(([name, { method }]) => method !== "GET" && !NOT_ASKED.test(name));

const askedAs = async (name: string, route: Route, caller: Caller) => {
  const ask = ENTRIES[name]?.ask(ids, ids) ?? {};
  return { ask, told: await askAs(world, route, ask, (await caller.again?.()) ?? caller, "127.0.4.1") };
};

/** What the administrator of everything is told about each thing by its id. */
const byId = async (): Promise<Map<string, string>> => {
  const told = new Map<string, string>();
  for (const [name, route] of READS) {
    if (!route.path.includes("/:id") || ENTRIES[name]?.moves !== undefined) continue;
    const answer = (await askedAs(name, route, company.admin)).told;
    told.set(name, `${answer.status} ${settledText(answer.text)}`);
  }
  return told;
};

beforeAll(async () => {
  world = await startWorld({ npm: [record(KNOWN.advisory, "npm", KNOWN.package, KNOWN.fixed)] });
  company = await world.company("A");
  ids = await seed(world, company);
  bound = await world.bound(company.id, ["site:elsewhere"]);
  before = await byId();
});
afterAll(() => world.stop());

test.each(READS)("%s tells one who is bound to labels nothing of other assets", async (name, route) => {
  const { ask, told } = await askedAs(name, route, bound);
  const leaked = leakedIn(told, ask, ids).filter((one) => !NOT_OF_ASSETS.has(one));
  expect([told.status < 500, leaked], told.text.slice(0, 300)).toEqual([true, []]);
});

test.each(WRITES)("%s changes nothing beyond the labels of who asks", async (name, route) => {
  const { told } = await askedAs(name, route, bound);
  if (DOES[name] === undefined) expect([400, 401, 403, 404, 409], told.text.slice(0, 300)).toContain(told.status);
  else expect(told.status).toBeLessThan(400);
});

test("after all of that the company is told the same of each thing", async () => {
  expect(before.size).toBeGreaterThan(15);
  expect([...(await byId())]).toEqual([...before]);
});
