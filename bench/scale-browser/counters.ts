import type { Client } from "pg";
import type { Page } from "playwright-core";
import { digestOf } from "@zerotrace/plugins";
import { toColumns } from "../../packages/agent/src/index.ts";
import type { Component } from "@zerotrace/core";
import type { FromServer } from "../ingest/server.ts";
import type { ScaleServer } from "../scale/server.ts";
import { messageFrom } from "../server-process.ts";
import { load } from "./probe.ts";
import type { Screen } from "./screens.ts";

/** How long a counter is awaited after all work is done, milliseconds. */
const LIMIT_MS = 10_000;

/** A change, and how long the page took to say what is true after it. */
export interface Counted {
  readonly change: string;
  /** From the moment the change was sent. */
  readonly sentMs: number;
  /** From the moment the server answered that it is committed. */
  readonly committedMs: number;
  readonly before: number;
  /** What counting rows says afterwards. */
  readonly after: number;
  readonly isExact: boolean;
}

/** Every open finding that nothing closes, by its row. */
const NAIVE = `select count(*)::int as n from finding f where f.company_id = $1 and f.status = 'open' and not exists (
  select 1 from vex_effect e where e.company_id = f.company_id and e.component_id = f.component_id
    and e.advisory_id = f.advisory_id and e.closes)`;

const count = async (client: Client, companyId: number): Promise<number> =>
  (await client.query<{ n: number }>(NAIVE, [companyId])).rows[0]?.n ?? 0;

/** Writes down each number that the counter of the overview shows, and when. */
const WATCH = `(() => {
  const text = () => document.querySelector('main a[href="/findings"].mono')?.textContent ?? "";
  window.ztSaid = [{ at: Date.now(), text: text() }];
  new MutationObserver(() => {
    if (text() !== window.ztSaid.at(-1).text) window.ztSaid.push({ at: Date.now(), text: text() });
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
})()`;

interface Said {
  readonly at: number;
  readonly text: string;
}
const numberOf = ({ text }: Said): number => Number(text.replaceAll(/\D/g, ""));

const call = async ({ url, token }: ScaleServer, method: string, path: string, body: unknown, as = token) => {
  const answer = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${as}`, "content-type": "application/json" },
    body: JSON.stringify(body),
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

/** A host that no other is like: its components are nobody else's, so that each of its reports moves the company's counters. */
const enroll = async (server: ScaleServer) => {
  const token = messageFrom<FromServer & { kind: "enrollment" }>(server.child, "enrollment");
  server.child.send("enroll");
  const facts = { ...FACTS, machineId: `${process.pid}`.padStart(32, "0") };
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

/** So old that every advisory of the package speaks of it, and never seen before. */
const old = (name: string, n: number): Component => {
  const version = `0.0.${n}-${process.pid}`;
  return { ecosystem: "Debian:12", name, version, arch: "amd64", source: { name, version } };
};

/**
 * Makes changes that move the counter of open findings, and tells how long the overview took to show what counting every row says
 * after it.
 */
export const measureCounters = async (
  page: Page,
  { server, client, overview }: { server: ScaleServer; client: Client; overview: Screen },
  onCounted: (counted: Counted) => void,
): Promise<void> => {
  const report = await enroll(server);
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
  const some = Array.from({ length: 30 }, (_, n) => old(["openssl", "curl", "sudo"][n % 3]!, n));
  const changes: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["the first report after a start", () => report(some.slice(0, 1))],
    ["a host reports what it has", () => report(some)],
    ["the host reports that a third is gone", () => report(some.slice(10))],
    ["a decision on an advisory", () => decide(`advisory:${first}`)],
    ["a second one", () => decide(`advisory:${second}`)],
    ["a report while decisions stand", () => report(some.slice(20))],
  ];
  for (const [change, make] of changes) {
    await load(page, server.url + overview.path, overview);
    await page.waitForTimeout(1_000);
    const before = await count(client, server.companyId);
    await page.evaluate(WATCH);
    const sentAt = Date.now();
    await make();
    const committedAt = Date.now();
    await server.settle();
    const after = await count(client, server.companyId);
    const heard = (): Promise<Said[]> => page.evaluate<Said[]>("window.ztSaid");
    let said = await heard();
    for (
      const from = Date.now();
      numberOf(said.at(-1)!) !== after && Date.now() - from < LIMIT_MS;
      said = await heard()
    ) {
      await page.waitForTimeout(50);
    }
    const at = said.at(-1)?.at ?? Number.NaN;
    const isExact = numberOf(said.at(-1)!) === after;
    onCounted({ change, sentMs: at - sentAt, committedMs: at - committedAt, before, after, isExact });
  }
};
