import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { debian, FACTS, full, type Live, type LiveHost, record, startLive } from "../support/live.ts";
import { PASSWORD } from "../support/people.ts";

/** What a step may take on a machine that does other things as well, in ms. */
const PATIENCE_MS = 30_000;
/** The day in 30 days. */
const IN_A_MONTH = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
const CRITICAL = { severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }] };
const OLD = [debian("openssl", "3.0.11-1"), debian("curl", "7.88.1-1"), debian("zlib", "1.2-1")];

let live: Live;
let browser: Browser;
let host: LiveHost;
let ann: Page;
let ben: Page;

/** Somebody who follows an invitation in a browser of their own. */
const join = async (invitation: string, name: string): Promise<Page> => {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(`${live.server.url}/join${new URL(invitation).hash}`);
  await page.getByLabel("your name").fill(name);
  await page.getByLabel("a new password").fill(PASSWORD);
  await page.getByRole("button", { name: /^Join/ }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
  return page;
};

const invited = async (email: string, role: string): Promise<string> => {
  const { status, body } = await live.call("POST", "/api/v1/invitations", { body: { email, role } });
  expect(status, JSON.stringify(body)).toBe(201);
  return body.url;
};

/** Opens a page and waits until it follows what happens. */
const open = async (page: Page, path: string): Promise<void> => {
  await page.goto(live.server.url + path);
  await page.getByRole("contentinfo", { name: "Status" }).getByText("live", { exact: true }).waitFor();
};

const row = (page: Page, text: string) => page.getByRole("row").filter({ hasText: text });
const finding = (page: Page, id: string) => page.getByRole("link", { name: id, exact: true });

beforeAll(async () => {
  live = await startLive({
    Debian: [
      record("CVE-2026-1", "Debian:12", "openssl", "3.0.17-1", CRITICAL),
      record("CVE-2026-2", "Debian:12", "curl", "8"),
      record("CVE-2026-3", "Debian:12", "zlib", "2"),
    ],
  });
  host = await live.host("web-1.example");
  await host.report({ dpkg: OLD });
  await live.server.settled();
  browser = await startBrowser();
  ann = await join(await invited("ann@first.test", "admin"), "Ann Lee");
  ben = await join(await invited("ben@first.test", "viewer"), "Ben Roe");
});
afterAll(async () => {
  await browser?.close();
  await live?.stop();
});

test("the morning: the worst problem is found, its fix assigned with a day, shown as late, done, and verified by the next inventory", async () => {
  await open(ann, "/findings");
  const worst = row(ann, "CVE-").first();
  await worst.getByRole("link", { name: "CVE-2026-1" }).waitFor();
  await ann.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Fixes" }).click();
  const first = row(ann, " to ").first();
  await first.getByRole("link", { name: "openssl" }).click();
  await ann.getByRole("heading", { level: 1, name: "Upgrade openssl to 3.0.17-1" }).waitFor();
  await ann.getByRole("combobox", { name: "who does it" }).selectOption({ label: "Ann Lee (ann@first.test)" });
  await ann.getByRole("combobox", { name: "state" }).selectOption({ label: "planned" });
  await ann.getByLabel(/^until/).fill("2026-01-31");
  await ann.getByRole("button", { name: "Save" }).click();
  await ann.getByText("Saved: planned, Ann Lee").waitFor();
  await open(ann, "/fixes");
  const late = row(ann, "openssl");
  await late.getByText(/^overdue \d/).waitFor();
  expect(await late.innerText()).toMatch(/planned[^]*Ann Lee/);

  await late.getByRole("link", { name: "openssl" }).click();
  await ann.getByRole("combobox", { name: "state" }).selectOption({ label: "done, to be checked" });
  await ann.getByRole("button", { name: "Save" }).click();
  await ann.getByText("waits for inventories").waitFor();
  await host.report({ dpkg: [debian("openssl", "3.0.17-1"), ...OLD.slice(1)] });
  await live.server.settled();
  await open(ann, "/fixes?view=work");
  await row(ann, "openssl").getByText("verified", { exact: true }).waitFor();
  await open(ann, "/findings");
  await finding(ann, "CVE-2026-2").waitFor();
  expect(await finding(ann, "CVE-2026-1").count()).toBe(0);
});

test("a risk is accepted until a day after its numbers were shown, leaves the list, is found among the decisions, and comes back when it is revoked", async () => {
  await open(ann, "/findings");
  await finding(ann, "CVE-2026-2").click();
  await ann.getByRole("button", { name: "Decide" }).click();
  const dialog = ann.getByRole("dialog", { name: "Decide" });
  await dialog.getByLabel(/^reason/).fill("Behind the proxy until March");
  await dialog.getByRole("textbox", { name: "until" }).fill(IN_A_MONTH);
  await dialog.getByText(/^Hides 1 finding on 1 asset until \d/).waitFor();
  await dialog.getByRole("button", { name: "Accept the risk" }).click();
  await dialog.waitFor({ state: "detached" });
  // the button that asked goes with what it asked about: the focus stays where it stood
  await ann.getByRole("button", { name: "Decide" }).waitFor({ state: "detached" });
  expect(await ann.evaluate("document.activeElement?.tagName")).not.toBe("BODY");
  await open(ann, "/findings");
  await finding(ann, "CVE-2026-3").waitFor();
  expect(await finding(ann, "CVE-2026-2").count()).toBe(0);

  await open(ann, "/decisions");
  const decision = row(ann, "Behind the proxy until March");
  expect(await decision.innerText()).toMatch(/active[^]*CVE-2026-2/);
  await decision.getByRole("button", { name: "Revoke" }).click();
  await decision.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await decision.getByText("over", { exact: true }).waitFor();
  await open(ann, "/findings");
  await finding(ann, "CVE-2026-2").waitFor();
});

test("what a search finds is acknowledged at once, and Undo puts it back", async () => {
  await open(ann, "/findings?query=zlib");
  await row(ann, "CVE-2026-3").getByText("open", { exact: true }).waitFor();
  await ann.getByRole("button", { name: "Change all" }).click();
  const dialog = ann.getByRole("dialog", { name: "Change findings" });
  await dialog.getByText("Changes 1 finding of 1 open finding.").waitFor();
  await dialog.getByRole("button", { name: "Change them" }).click();
  await row(ann, "CVE-2026-3").getByText("acknowledged").waitFor();
  await ann.getByRole("button", { name: "Undo" }).click();
  await row(ann, "CVE-2026-3").getByText("open", { exact: true }).waitFor();
  await open(ann, "/findings");
  await row(ann, "CVE-2026-2").getByText("open", { exact: true }).waitFor();
});

test("who is mentioned in a comment finds it under Mentions, with the way to the finding", async () => {
  await open(ann, "/findings?query=zlib");
  await finding(ann, "CVE-2026-3").click();
  const field = ann.getByRole("textbox", { name: /^Comment/ });
  await field.pressSequentially("Is this in use, @ben");
  await ann.getByRole("option", { name: "Ben Roe @ben" }).waitFor();
  await field.press("Enter");
  await ann.getByRole("button", { name: "Comment", exact: true }).click();
  await ann.getByText(/Ben Roe will be told/).waitFor();
  await open(ben, "/");
  await ben.getByRole("link", { name: "Mentions, 1 new" }).click();
  await ben.getByText(/Is this in use/).waitFor();
  await ben.getByRole("link", { name: "CVE-2026-3 in zlib" }).click();
  await ben.getByRole("heading", { level: 1, name: "CVE-2026-3 in zlib" }).waitFor();
  await ben.getByRole("link", { name: "Mentions", exact: true }).waitFor();
});

/** All that the server tells a page by itself, as one text. */
const heard = (page: Page): { text: () => string } => {
  const frames: string[] = [];
  page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => frames.push(String(payload))));
  return { text: () => frames.join("\n") };
};

/** A host enrolled by who is signed in on the page. */
const enrolled = async (page: Page, hostname: string): Promise<{ assetId: string; credential: string }> => {
  const secret = await page.evaluate(async () => {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ kind: "enrollment", label: "journey" });
    const answer = await fetch("/api/v1/tokens", { method: "POST", headers, body });
    return ((await answer.json()) as { secret: string }).secret;
  });
  const facts = { ...FACTS, hostname, machineId: `machine-of-${hostname}` };
  const { status, body } = await live.call("POST", "/api/v1/agents/enroll", {
    body: { token: secret, agentVersion: "1", facts },
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
};

test("two companies side by side: what one does never shows in the other, neither on its pages nor in what it is told", async () => {
  const made = await live.call("POST", "/api/v1/companies", {
    body: { name: "Second", adminEmail: "olga@second.test" },
  });
  const olga = await join(made.body.invitationUrl, "Olga Second");
  const toAnn = heard(ann);
  const toOlga = heard(olga);
  await open(ann, "/findings");
  await open(olga, "/findings");
  expect(await finding(olga, "CVE-2026-3").count()).toBe(0);

  const theirs = await enrolled(olga, "vault.second");
  const facts = { ...FACTS, hostname: "vault.second", machineId: "machine-of-vault.second" };
  const body = { takenAt: new Date().toISOString(), facts, sources: full({ dpkg: OLD }) };
  expect((await live.call("PUT", "/api/v1/inventory", { token: theirs.credential, body })).status).toBeLessThan(300);
  // each has one finding that the other knows too: the first is accepted by Ann, and stays open for Olga
  await finding(olga, "CVE-2026-1").waitFor();
  const accepted = await live.call("POST", "/api/v1/decisions", {
    body: {
      kind: "accept_risk",
      scope: "package:zlib",
      reason: "Of the first alone",
      expiresAt: `${IN_A_MONTH}T00:00:00Z`,
    },
  });
  expect(accepted.status, JSON.stringify(accepted.body)).toBe(201);
  const ours = await enrolled(ann, "front.first");
  await expect.poll(() => toAnn.text(), { timeout: PATIENCE_MS }).toContain(ours.assetId);
  await expect.poll(() => toOlga.text(), { timeout: PATIENCE_MS }).toContain(theirs.assetId);

  await open(olga, "/findings");
  await finding(olga, "CVE-2026-3").waitFor();
  await open(olga, "/assets");
  await olga.getByRole("link", { name: "vault.second" }).waitFor();
  expect(await olga.getByText(/web-1\.example|front\.first/).count()).toBe(0);
  await open(olga, "/decisions");
  await olga.getByText("Nothing is decided yet").waitFor();
  await open(ann, "/assets");
  await ann.getByRole("link", { name: "front.first" }).waitFor();
  expect(await ann.getByText("vault.second").count()).toBe(0);
  await ann.goto(`${live.server.url}/assets/${theirs.assetId}`);
  await ann.getByRole("alert").waitFor();
  expect(await ann.getByText("vault.second").count()).toBe(0);
  for (const of of [theirs.assetId, "vault.second"]) expect(toAnn.text()).not.toContain(of);
  for (const of of [ours.assetId, host.assetId, accepted.body.id, "front.first"])
    expect(toOlga.text()).not.toContain(of);
});

test("what changed is exported as it is shown: each entry of the page once, in its order, and none besides", async () => {
  await open(ann, "/changes");
  const entries = ann.locator("section section li > div:first-of-type > span:first-child > :first-child");
  await entries.first().waitFor();
  for (const more of await ann.getByRole("button", { name: /^Show \d+ more$/ }).all()) await more.click();
  const [file] = await Promise.all([
    ann.waitForEvent("download"),
    ann.getByRole("button", { name: "CSV", exact: true }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/^what-changed-\d{4}-\d\d-\d\d\.csv$/);
  const [head, ...lines] = (await readFile(await file.path(), "utf8")).trimEnd().split("\r\n");
  expect(head).toBe("day,kind,name,says,severity,kev,epss,packages,findings,assets,at");
  const names = lines.map((line) => line.split(",")[2]);
  expect(names).toEqual(await entries.allInnerTexts());
  expect(names).toEqual(expect.arrayContaining(["CVE-2026-1", "CVE-2026-3", "web-1.example", "front.first"]));
});
