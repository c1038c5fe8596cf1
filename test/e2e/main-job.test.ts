import { AxeBuilder } from "@axe-core/playwright";
import { type Component, judgedAs } from "@zerotrace/core";
import { collectHost } from "@zerotrace/plugins";
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { zipOf } from "../../packages/plugins/src/feeds/fixtures.ts";

const ROOT = join(import.meta.dirname, "../..");
const CLI = join(ROOT, "packages/cli/src/main.ts");
const NODE = join(ROOT, "node_modules/.bin/node");
const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const ADVISORY = "CVE-2099-0001";

let folder: string;
let component: Component;
let server: ChildProcess;
let output = "";
let browser: Browser;
let page: Page;

/** A feed of one advisory, about something that this machine really has. */
const writeFeed = (): void => {
  const { name } = judgedAs(component);
  const record = {
    schema_version: "1.7.0",
    id: ADVISORY,
    modified: "2026-01-01T00:00:00Z",
    summary: "A weakness written for this test",
    severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
    affected: [
      {
        package: { ecosystem: component.ecosystem, name },
        ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed: "99999" }] }],
      },
    ],
  };
  const zip = zipOf([{ name: `${ADVISORY}.json`, bytes: Buffer.from(JSON.stringify(record)) }]);
  mkdirSync(join(folder, "feeds", "Test"), { recursive: true });
  writeFileSync(join(folder, "feeds", "Test", "all.zip"), zip);
};

const until = async (look: () => string | undefined, what: string): Promise<string> => {
  for (let tries = 0; tries < 600; tries += 1) {
    const found = look();
    if (found !== undefined) return found;
    if (server.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what} did not come:\n${output}`);
};

const zerotrace = (...args: string[]): Promise<{ code: number | null; text: string }> =>
  new Promise((resolve) => {
    const child = spawn(NODE, [CLI, ...args], { cwd: ROOT });
    let text = "";
    child.stdout.on("data", (chunk) => (text += String(chunk)));
    child.stderr.on("data", (chunk) => (text += String(chunk)));
    child.on("close", (code) => resolve({ code, text }));
  });

const violations = async (): Promise<string[]> => {
  const { violations: found } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa"]).analyze();
  return found.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" ")}`);
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "zerotrace-e2e-"));
  chmodSync(folder, 0o755);
  const { sources } = await collectHost({ signal: AbortSignal.timeout(60_000) });
  component = sources.flatMap((s) => s.components)[0] as Component;
  expect(component, "this machine has a package database that the agent reads").toBeDefined();
  writeFeed();
  const flags = ["--data-dir", join(folder, "data"), "--port", "0", "--feeds", join(folder, "feeds")];
  server = spawn(NODE, [CLI, "start", "--no-agent", ...flags], { cwd: ROOT });
  server.stdout?.on("data", (chunk) => (output += String(chunk)));
  server.stderr?.on("data", (chunk) => (output += String(chunk)));
  const executablePath = BROWSERS.find((path) => existsSync(path));
  expect(
    executablePath,
    `a browser at one of ${BROWSERS.join(", ")}; on Debian: apt-get install chromium`,
  ).toBeDefined();
  const quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
  const args = ["--no-sandbox", ...quiet, "--disable-component-update", "--disable-sync"];
  browser = await chromium.launch({ executablePath: executablePath as string, args });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
});

afterAll(async () => {
  await browser?.close();
  if (server === undefined) return;
  const ended = new Promise((resolve) => server.once("close", resolve));
  server.kill("SIGINT");
  await ended;
  await rm(folder, { recursive: true, force: true });
});

test("an agent is enrolled from the dashboard, its finding arrives without a reload and says why", async () => {
  const link = await until(() => /http:\/\/\S+sign-in#token=\S+/.exec(output)?.[0], "The sign-in link");
  const { origin } = new URL(link);
  await page.goto(link);
  await page.waitForURL(`${origin}/`);

  await page.goto(`${origin}/agents/enroll`);
  await page.getByRole("button", { name: "Create enrollment token" }).click();
  const line = await page
    .getByText(/agent enroll --server/)
    .first()
    .textContent();
  const token = /zt_e_\S+/.exec(line ?? "")?.[0];
  expect(token, "the line to copy names the token").toBeDefined();

  await page.goto(`${origin}/findings`);
  await page.getByText("live", { exact: true }).waitFor();
  expect(await page.getByText(ADVISORY).count()).toBe(0);
  await page.locator("html").evaluate((html) => html.setAttribute("data-same-page", "yes"));

  const state = ["--state-dir", join(folder, "agent")];
  const enrolled = await zerotrace("agent", "enroll", "--server", origin, "--token", token as string, ...state);
  expect(enrolled, enrolled.text).toMatchObject({ code: 0 });
  const reported = await zerotrace("agent", "run", "--once", ...state);
  expect(reported, reported.text).toMatchObject({ code: 0 });

  const row = page.getByRole("link", { name: ADVISORY }).first();
  await row.waitFor({ timeout: 20_000 });
  expect(await page.locator("html").getAttribute("data-same-page"), "the page was not loaded again").toBe("yes");
  expect(await violations()).toEqual([]);

  await row.click();
  await page.getByText(/affected from the first version until 99999/).waitFor();
  expect(await page.getByText("CVSS 9.8").count()).toBeGreaterThan(0);
  expect(await violations()).toEqual([]);
});

test("every page is free of accessibility faults and does not scroll sideways at 380 px", async () => {
  const { origin, pathname } = new URL(page.url());
  const listed = await page.request.get(`${origin}/api/v1/assets`);
  const { rows } = (await listed.json()) as { rows: { id: string }[] };
  const paths = [
    pathname,
    `/assets/${rows[0]?.id}`,
    `/assets/${rows[0]?.id}?tab=compare&from=now`,
    `/assets/${rows[0]?.id}?tab=trend`,
    "/",
    "/findings",
    "/assets",
    "/components",
    "/advisories",
    "/affected",
    "/affected?q=CVE-2099-0001",
    "/upload",
    "/vex",
    "/feeds",
    "/agents",
    "/agents/enroll",
    "/jobs",
    "/tokens",
  ];
  for (const path of paths) {
    await page.setViewportSize({ width: 380, height: 800 });
    await page.goto(`${origin}${path}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForLoadState("networkidle");
    expect(await page.locator("html").evaluate((html) => html.scrollWidth), path).toBeLessThanOrEqual(380);
    expect(await violations(), path).toEqual([]);
  }
});

test.each([1440, 380])("at %i px a mistake in the prompt is said without covering the page", async (width) => {
  await page.setViewportSize({ width, height: 800 });
  await page.goto(`${new URL(page.url()).origin}/findings`);
  await page.locator("[data-prompt]").fill("sevrity:critical");
  const said = await page.getByRole("alert").filter({ hasText: "sevrity" }).boundingBox();
  const title = await page.getByRole("heading", { level: 1 }).boundingBox();
  expect((said?.y ?? NaN) + (said?.height ?? NaN)).toBeLessThanOrEqual(title?.y ?? NaN);
});

test("a document that is chosen becomes an asset while the page is open, and a broken one says why", async () => {
  const { origin } = new URL(page.url());
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`${origin}/upload`);
  await page.getByText("live", { exact: true }).waitFor();
  const library = { type: "library", "bom-ref": "a", name: "ms", version: "1.0.0", purl: "pkg:npm/ms@1.0.0" };
  const subject = { "bom-ref": "s", type: "application", name: "chosen-shop" };
  const document = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    metadata: { component: subject },
    components: [library],
  };
  const file = (name: string, text: string) => ({ name, mimeType: "application/json", buffer: Buffer.from(text) });
  const input = page.getByLabel("Bills of materials", { exact: true });
  await input.setInputFiles([file("bom.json", JSON.stringify(document)), file("broken.json", '{"bomFormat": ')]);
  const link = page.getByRole("link", { name: "chosen-shop" });
  await link.waitFor({ timeout: 20_000 });
  await page
    .getByText(/The SBOM is not read/)
    .first()
    .waitFor();
  expect(await violations()).toEqual([]);
  await link.click();
  await page.getByRole("heading", { level: 1, name: "chosen-shop" }).waitFor();
});
