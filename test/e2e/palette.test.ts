import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { debian, type Live, record, startLive } from "../support/live.ts";

let live: Live;
let browser: Browser;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  live = await startLive({ Debian: [record("CVE-2026-1", "Debian:12", "openssl", "3.0.17-1")] });
  await (
    await live.host("web-1.example")
  ).report({ dpkg: [debian("openssl", "3.0.11-1"), debian("curl", "7.88.1-10")] });
  await live.server.settled();
  browser = await startBrowser();
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  page.setDefaultTimeout(10_000);
  page.on("console", (said) => said.type() === "error" && errors.push(said.text()));
  await page.goto(await live.server.createSignInLink());
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
});

afterAll(async () => {
  await browser?.close();
  await live?.stop();
});

const violations = async (): Promise<string[]> => {
  const { violations: found } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa"]).analyze();
  return found.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" ")}`);
};

const palette = () => page.getByRole("dialog", { name: "Commands" });

const openPalette = async (): Promise<void> => {
  await palette().waitFor({ state: "detached" });
  await page.keyboard.press("Control+k");
  await palette().getByRole("combobox").waitFor();
};

test("the palette is loaded when it is asked for, opens pages by keys alone, and gives the focus back", async () => {
  const before = await page.evaluate(() => performance.getEntriesByType("resource").map((r) => r.name));
  expect(before.filter((name) => /palette-[^k]/.test(name))).toEqual([]);
  const prompt = page.locator("[data-prompt]");
  await prompt.focus();
  await openPalette();
  expect(await violations()).toEqual([]);
  await page.keyboard.press("Escape");
  await palette().waitFor({ state: "detached" });
  expect(await page.locator("[data-prompt]:focus").count()).toBe(1);
  await openPalette();
  await page.keyboard.type("feeds");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Feeds" }).waitFor();
});

test("what is typed finds assets, components and advisories of the company", async () => {
  await openPalette();
  await page.keyboard.type("web-1");
  await palette()
    .getByRole("option", { name: /web-1\.example/ })
    .waitFor();
  await palette().getByRole("combobox").fill("CVE-2026-1");
  await palette()
    .getByRole("option", { name: /CVE-2026-1/ })
    .waitFor();
  await palette().getByRole("combobox").fill("openss");
  await palette()
    .getByRole("option", { name: /openssl 3\.0\.11-1/ })
    .click();
  await page.waitForURL(/components\?q=openssl/);
  await openPalette();
  await page.keyboard.type("qqqqq");
  await palette().getByText('Nothing is called "qqqqq"').waitFor();
  await page.keyboard.press("Escape");
});

test("a list is saved as a view, found again in the row and the palette, renamed and deleted", async () => {
  await page.goto(`${live.server.url}/findings?query=fix%3Ayes&sort=package`);
  await page.getByRole("button", { name: "Save this view" }).click();
  const dialog = page.getByRole("dialog", { name: "Save this view" });
  await dialog.getByLabel("name").fill("To fix");
  expect(await violations()).toEqual([]);
  await dialog.getByRole("button", { name: "Save view" }).click();
  const row = page.getByRole("navigation", { name: "Saved views" });
  await row.getByRole("link", { name: /To fix\s*1$/ }).waitFor();
  await page.goto(`${live.server.url}/`);
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await openPalette();
  await page.keyboard.type("to fix");
  await page.keyboard.press("Enter");
  await page.waitForURL(/findings\?query=fix%3Ayes&sort=package/);
  await row.getByRole("button", { name: "Change the view To fix" }).click();
  const change = page.getByRole("dialog", { name: /^The view / });
  await change.getByLabel("name").fill("Fixable");
  await change.getByRole("button", { name: "Change" }).click();
  await row.getByRole("link", { name: /Fixable/ }).waitFor();
  await row.getByRole("button", { name: "Change the view Fixable" }).click();
  await change.getByRole("button", { name: "Delete", exact: true }).click();
  await change.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await row.getByRole("link", { name: /Fixable/ }).waitFor({ state: "detached" });
});

test("columns and the height of rows are chosen, and kept by this browser", async () => {
  await page.goto(`${live.server.url}/findings`);
  const epss = page.getByRole("columnheader", { name: "EPSS" });
  await epss.waitFor();
  await page.getByText("Columns", { exact: true }).click();
  await page.getByLabel("EPSS", { exact: true }).uncheck();
  await page.getByLabel("compact rows").check();
  expect(await violations()).toEqual([]);
  await page.keyboard.press("Escape");
  await page.reload();
  await page.getByRole("columnheader", { name: "Risk" }).waitFor();
  expect(await epss.count()).toBe(0);
  const box = await page.locator("tbody tr[aria-rowindex]").first().boundingBox();
  expect(Math.round(box?.height ?? 0)).toBe(26);
  expect(errors).toEqual([]);
});
