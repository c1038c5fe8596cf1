import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSdk, type Stream, type StreamEvent } from "@zerotrace/sdk";
import { startBrowser } from "../support/browser.ts";
import { debian, eventually, freshDir, type Live, record, startLive } from "../support/live.ts";

/** A line to the server that can be cut: who is on it loses it, and nobody comes through until it is mended. */
const startLine = async () => {
  const open = new Set<Socket>();
  const state = { isCut: false, port: 0 };
  const line = createServer((from) => {
    if (state.isCut) return void from.destroy();
    const to = connect(state.port, "127.0.0.1");
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      open.add(one);
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
    }
    return undefined;
  });
  await new Promise<void>((resolve) => line.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(line.address() as AddressInfo).port}`,
    state,
    cut: () => {
      state.isCut = true;
      for (const socket of open) socket.destroy();
    },
    mend: () => {
      state.isCut = false;
    },
    close: () => {
      for (const socket of open) socket.destroy();
      line.close();
    },
  };
};

let live: Live;
let dataDir: string;
let line: Awaited<ReturnType<typeof startLine>>;
let browser: Browser;
let page: Page;

const start = async (): Promise<void> => {
  live = await startLive(
    {
      Debian: [
        record("CVE-2026-1", "Debian:12", "openssl", "3.0.17-1"),
        record("CVE-2026-2", "Debian:12", "bash", "9"),
      ],
    },
    { dataDir, config: { corsOrigins: [line.url] } },
  );
  line.state.port = Number(new URL(live.server.url).port);
  await live.server.settled();
};

beforeAll(async () => {
  line = await startLine();
  dataDir = await freshDir();
  await start();
  await (await live.host("first.example")).report({ dpkg: [debian("openssl", "3.0.11-1")] });
  await live.server.settled();
  browser = await startBrowser();
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  page.setDefaultTimeout(15_000);
  await page.goto((await live.server.createSignInLink()).replace(live.server.url, line.url));
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
});
afterAll(async () => {
  await browser?.close();
  await live?.stop();
  line?.close();
});

const follow = (): { stream: Stream; events: StreamEvent[]; resets: () => number; assets: () => string[] } => {
  const events: StreamEvent[] = [];
  let resets = 0;
  const stream = createSdk({ baseUrl: line.url, token: live.token }).stream({
    channels: ["asset_update", "finding_alert"],
    onEvent: (event) => events.push(event),
    onReset: () => {
      resets += 1;
    },
  });
  const assets = () => events.filter((e) => e.summary["hostname"] !== undefined).flatMap(({ ids }) => ids);
  return { stream, events, resets: () => resets, assets };
};
/** Alerts of findings that opened, each with its cursor: two of the same are one that came twice. */
const alerts = (events: readonly StreamEvent[]) => events.filter(({ channel }) => channel === "finding_alert");
const isLive = (stream: Stream) => eventually(() => stream.state === "live", "live", 40_000);

test("a connection cut in the middle: nothing is lost and nothing comes twice, and the page says how old it is meanwhile", async () => {
  const { stream, events, resets } = follow();
  await isLive(stream);
  await page.goto(`${line.url}/assets`);
  await page.getByRole("link", { name: "first.example" }).waitFor();
  await page.getByText("live", { exact: true }).waitFor();
  line.cut();
  await page.getByText(/As of \d\d:\d\d: the connection was lost/).waitFor();
  await (await live.host("second.example")).report({ dpkg: [debian("bash", "5.2-1")] });
  await live.server.settled();
  expect(alerts(events)).toEqual([]);
  line.mend();
  await isLive(stream);
  await page.getByText(/As of \d\d:\d\d/).waitFor({ state: "detached", timeout: 40_000 });
  await eventually(() => alerts(events).length > 0, "the alert of what was missed");
  // nothing moved; what was missed is counted and one click away
  expect(await page.getByRole("link", { name: "second.example" }).count()).toBe(0);
  await page.getByRole("button", { name: /changed, show$/ }).click();
  await page.getByRole("link", { name: "second.example" }).waitFor();
  expect(alerts(events).flatMap(({ ids }) => ids)).toHaveLength(1);
  expect(new Set(events.map((e) => e.cursor)).size).toBe(events.length);
  expect(resets()).toBe(0);
  stream.close();
});

test("a page whose code cannot be fetched says so in its place, and comes by itself when the server is back", async () => {
  await page.goto(`${line.url}/assets`);
  await page.getByRole("link", { name: "first.example" }).waitFor();
  line.cut();
  await page.getByRole("link", { name: "Registries", exact: true }).click();
  await page.getByRole("alert").getByText("The server cannot be reached").waitFor();
  line.mend();
  await page.getByRole("heading", { level: 1, name: "Registries" }).waitFor();
});

test("a server restarted in the middle: what was sent before and what happened after arrive once", async () => {
  const { stream, events, resets } = follow();
  await isLive(stream);
  const cursor = stream.cursor as string;
  const host = await live.host("third.example");
  line.cut();
  await host.report({ dpkg: [debian("openssl", "3.0.11-1"), debian("bash", "5.2-1")] });
  await live.server.settled();
  await live.stop();
  await start();
  await (await live.host("fourth.example")).report({ dpkg: [debian("openssl", "3.0.1-1")] });
  await live.server.settled();
  line.mend();
  await isLive(stream);
  const assets = (await live.call("GET", "/api/v1/assets")).body.rows as { id: string; name: string }[];
  const idOf = (name: string) => assets.find((asset) => asset.name === name)?.id as string;
  const told = () => events.filter(({ channel }) => channel === "asset_update").flatMap(({ ids }) => ids);
  await eventually(
    () => told().includes(idOf("third.example")) && told().includes(idOf("fourth.example")),
    "both hosts",
  );
  expect(new Set(events.map((e) => e.cursor)).size).toBe(events.length);
  expect(resets()).toBe(0);
  const again = createSdk({ baseUrl: live.server.url, token: live.token });
  const repeated: StreamEvent[] = [];
  const second = again.stream({
    channels: ["asset_update", "finding_alert"],
    after: cursor,
    onEvent: (e) => repeated.push(e),
  });
  await isLive(second);
  const first = events.map((e) => e.cursor);
  expect(repeated.map((e) => e.cursor).slice(0, first.length)).toEqual(first);
  second.close();
  stream.close();
});
