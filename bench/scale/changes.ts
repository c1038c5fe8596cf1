import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { digestOf } from "@zerotrace/plugins";
import type { Component } from "@zerotrace/core";
import type { Client } from "pg";
import { toColumns } from "../../packages/agent/src/index.ts";
import type { FromServer } from "../ingest/server.ts";
import { messageFrom } from "../server-process.ts";
import { changeScaleFeed } from "./feed.ts";
import type { ScaleServer } from "./server.ts";

/** Every open finding that nothing closes, by its row. */
const NAIVE = `select count(*)::int as n from finding f where f.company_id = $1 and f.status = 'open' and not exists (
  select 1 from vex_effect e where e.company_id = f.company_id and e.component_id = f.component_id
    and e.advisory_id = f.advisory_id and e.closes)`;

/** What the counter of open findings should say, by its rows. */
export const countFindings = async (client: Client, companyId: number): Promise<number> =>
  (await client.query<{ n: number }>(NAIVE, [companyId])).rows[0]?.n ?? 0;

const call = async ({ url, token }: ScaleServer, method: string, path: string, body?: unknown, as = token) => {
  const type = body === undefined ? {} : { "content-type": "application/json" };
  const headers = { authorization: `Bearer ${as}`, ...type };
  const answer = await fetch(url + path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
  return (await answer.json()) as Record<string, string>;
};

const FACTS = {
  hostname: "counted.example",
  machineId: "00000000000000000000000000c0ffee",
  os: { id: "debian", versionId: "12", codename: "bookworm", prettyName: "Debian 12", ecosystem: "Debian:12" },
  kernel: "6.1.0",
  arch: "x86_64",
  cpuCount: 2,
  memoryBytes: 1_000_000,
  bootAt: null,
  timezone: "UTC",
};

/** Enrolls a host that no other is like; what is answered reports its whole inventory. */
const enroll = async (server: ScaleServer) => {
  const token = messageFrom<FromServer & { kind: "enrollment" }>(server.child, "enrollment");
  server.child.send("enroll");
  const facts = { ...FACTS, machineId: randomUUID().replaceAll("-", "") };
  const enrolled = await call(server, "POST", "/api/v1/agents/enroll", {
    token: (await token).token,
    agentVersion: "1",
    facts,
  });
  return (components: readonly Component[]) =>
    call(
      server,
      "PUT",
      "/api/v1/inventory",
      {
        takenAt: new Date().toISOString(),
        facts,
        sources: [
          {
            kind: "full",
            source: "dpkg",
            digest: digestOf(components),
            components: toColumns(components),
            problems: [],
          },
        ],
      },
      enrolled["credential"],
    );
};

/** So old that every advisory of the package speaks of it, and never seen before: each report of it moves the company's counters. */
const old = (name: string): Component => {
  const version = `0.0.1-${Date.now()}`;
  return { ecosystem: "Debian:12", name, version, arch: "amd64", source: { name, version } };
};

/** Three packages of Debian as most are: some dozens of advisories speak of each. */
const ordinary = async (client: Client): Promise<string[]> => {
  const { rows } = await client.query<{ name: string }>(
    `select source_name as name from component where ecosystem = 'Debian:12' and source_name <> ''
     group by 1 having max(critical + high + medium + low + none + unknown) between 20 and 60 order by 1 limit 3`,
  );
  return rows.map(({ name }) => name);
};

/** A change of what the counters count, through the API; it is made when the promise resolves. */
export interface ScaleChange {
  readonly name: string;
  readonly make: () => Promise<unknown>;
}

/** Of findings about as many as a person decides on at once. */
const DECIDED = 1_284;
const HOSTS = 10;
const SPREAD_MS = 900;
const POLL_MS = 10;

/** A package of which about so many findings are open. */
const packageOf = async (server: ScaleServer, client: Client, count: number): Promise<string> => {
  const { rows } = await client.query<{ name: string }>(
    `select package as name from fix where company_id = $1 and finding_count > 0 group by 1
     order by abs(sum(finding_count) - ${count}), 1 limit 1`,
    [server.companyId],
  );
  return rows[0]?.name ?? "";
};

/** Has the server read advisories of which 500 changed, or are as they were again: until they are in force. */
const changeFeeds = async (server: ScaleServer, client: Client, isBack: boolean): Promise<void> => {
  const inForce = async () => (await client.query("select max(id) from feed_generation")).rows[0] as object;
  const before = JSON.stringify(await inForce());
  changeScaleFeed(server.feed, server.seed, isBack);
  await call(server, "POST", "/api/v1/feeds/sync");
  while (JSON.stringify(await inForce()) === before) await sleep(POLL_MS);
};

/** Several hosts, which report the same at moments of their own within a second. */
const enrollSome = async (server: ScaleServer) => {
  const reports: Awaited<ReturnType<typeof enroll>>[] = [];
  for (let n = 0; n < HOSTS; n += 1) reports.push(await enroll(server));
  return (components: readonly Component[]) =>
    Promise.all(
      reports.map(async (report, n) => {
        await sleep((n * SPREAD_MS) / HOSTS);
        await report(components);
      }),
    );
};

/** Changes that move the counter of open findings, to be made in this order: reports of a host of its own, and decisions. */
export const changesOf = async (server: ScaleServer, client: Client): Promise<ScaleChange[]> => {
  const report = await enroll(server);
  const reportAll = await enrollSome(server);
  await server.settle();
  const decide = async (query: string): Promise<unknown> =>
    call(server, "POST", "/api/v1/decisions", {
      kind: "accept_risk",
      scope: query,
      reason: "measured by the bench",
      expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
    });
  const rows = (
    await client.query<{ advisory: string }>(
      "select advisory from finding where company_id = $1 and status = 'open' order by risk desc, id desc limit 40",
      [server.companyId],
    )
  ).rows;
  const [first, second] = [...new Set(rows.map(({ advisory }) => advisory))];
  const [one, two, three] = (await ordinary(client)).map((name) => old(name)) as [Component, Component, Component];
  const worst = old("openssl");
  const decided = await packageOf(server, client, DECIDED);
  return [
    { name: "the first report after a start", make: () => report([one]) },
    { name: "a host reports two more packages", make: () => report([one, two, three]) },
    { name: "it reports that one is gone", make: () => report([two, three]) },
    { name: "it reports one with thousands of findings", make: () => report([two, three, worst]) },
    { name: "it reports that this one is gone", make: () => report([two, three]) },
    { name: "a decision on an advisory", make: () => decide(`advisory:${first}`) },
    { name: "a second one", make: () => decide(`advisory:${second}`) },
    { name: "a report while decisions stand", make: () => report([one, two]) },
    { name: "decisions are taken back", make: () => takeBack(server) },
    { name: "ten hosts report within a second", make: () => reportAll([one, two, three]) },
    { name: "the same hosts report otherwise", make: () => reportAll([one]) },
    {
      name: "a report and its undoing",
      make: async () => {
        await report([one, two, three]);
        await report([one, two]);
      },
    },
    { name: "a decision on 1,284 findings", make: () => decide(`package:${decided}`) },
    { name: "it is taken back", make: () => takeBack(server) },
    { name: "a decision on them on some hosts", make: () => decide(`package:${decided} label:prod`) },
    { name: "a report while it stands", make: () => report([one]) },
    { name: "it is taken back", make: () => takeBack(server) },
    { name: "500 advisories changed", make: () => changeFeeds(server, client, false) },
    { name: "they say what they said", make: () => changeFeeds(server, client, true) },
  ];
};

/** Revokes every decision that the bench made. */
export const takeBack = async (server: ScaleServer): Promise<void> => {
  const answer = await fetch(`${server.url}/api/v1/decisions?limit=100`, {
    headers: { authorization: `Bearer ${server.token}` },
  });
  const { rows } = (await answer.json()) as { rows: { id: string; reason: string; state: string }[] };
  for (const { id, reason, state } of rows) {
    if (reason !== "measured by the bench" || state !== "active") continue;
    await call(server, "POST", `/api/v1/decisions/${id}/revoke`);
  }
};
