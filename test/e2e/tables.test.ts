import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { eventually, type Live, startLive } from "../support/live.ts";
import { signIn } from "../support/screens-page.ts";

/** Rows of the findings, and how high each is in a window of this size. */
const ROWS = 20_000;
const ROW_PX = 32;
const WIDE = { width: 1440, height: 900 } as const;
/** Where rows have become cards. */
const NARROW = { width: 900, height: 900 } as const;

let live: Live;
let browser: Browser;
let page: Page;

const rows = () => page.locator("table[aria-label=Findings] tbody tr");
/** The number of the row that lies a little below the table's head, the first is 2. */
const ROW_AT_TOP = `(() => {
  const head = document.querySelector("thead").getBoundingClientRect();
  const y = Math.max(head.bottom, document.querySelector("[data-prompt]").getBoundingClientRect().bottom) + 40;
  return Number(document.elementFromPoint(innerWidth / 2, y)?.closest("tr")?.ariaRowIndex);
})()`;
const rowAtTop = (): Promise<number> => page.evaluate<number>(ROW_AT_TOP);
const scrollTo = async (row: number): Promise<void> => {
  await page.evaluate(`scrollTo(0, ${row * ROW_PX})`);
  await page.locator(`tr[aria-rowindex="${row}"]`).waitFor();
};

beforeAll(async () => {
  live = await startLive({});
  browser = await startBrowser();
  page = await (await browser.newContext({ viewport: WIDE })).newPage();
  await signIn(page, live, "none");
  const finding = (n: number) => ({
    id: `${String(n).padStart(8, "0")}-0000-4000-8000-000000000000`,
    advisory: `CVE-2026-${n}`,
    aliases: [],
    summary: "",
    ecosystem: "Debian:12",
    package: `package-${n}`,
    source: null,
    version: "1.0",
    purl: `pkg:deb/debian/package-${n}@1.0`,
    fixedIn: "1.1",
    fixAvailable: true,
    severity: "high",
    cvss: 7.5,
    epss: 0.1,
    kevAddedAt: null,
    risk: 50,
    urgency: "",
    status: "open",
    state: "open",
    assignee: null,
    assetCount: 3,
    firstSeenAt: "2026-01-01T00:00:00.000Z",
    fixedAt: null,
  });
  const list = {
    rows: Array.from({ length: ROWS }, (_, n) => finding(n)),
    next: null,
    count: ROWS,
    countIsExact: true,
  };
  await page.route(
    ({ pathname }) => pathname === "/api/v1/findings",
    (route) => route.fulfill({ json: list }),
  );
});
afterAll(async () => {
  await browser?.close();
  await live?.stop();
});

test("a long table has the rows in view in the page wherever it is scrolled, and few others", async () => {
  await page.goto(`${live.server.url}/findings`);
  await rows().first().waitFor();
  for (const row of [10_000, 19_900, 500]) {
    await scrollTo(row);
    expect(await rows().count()).toBeLessThan(100);
    // the table begins below the page's title, so the row at the top is one that comes before
    expect(Math.abs((await rowAtTop()) - row)).toBeLessThan(20);
  }
});

test("the row that holds the focus stays in the page and keeps it, wherever the page is scrolled", async () => {
  await page.goto(`${live.server.url}/findings`);
  const link = page.getByRole("link", { name: "CVE-2026-3", exact: true });
  await link.focus();
  for (const row of [5_000, 15_000, 2]) {
    await scrollTo(row);
    expect(await page.evaluate("document.activeElement.textContent")).toBe("CVE-2026-3");
  }
  await page.getByRole("heading", { level: 1 }).click();
  await scrollTo(5_000);
  await eventually(async () => (await link.count()) === 0, "the row goes when the focus has left it");
});

test("keys move through rows that were not in the page, and the row is read below the table's head", async () => {
  await page.goto(`${live.server.url}/findings`);
  await rows().first().waitFor();
  for (let n = 0; n < 90; n += 1) await page.keyboard.press("j");
  const current = page.locator('tr[aria-current="true"]');
  expect(await current.getAttribute("aria-rowindex")).toBe("91");
  for (let n = 0; n < 60; n += 1) await page.keyboard.press("k");
  expect(await current.getAttribute("aria-rowindex")).toBe("31");
  const head = await page.locator("thead").boundingBox();
  const box = await current.boundingBox();
  expect(box!.y).toBeGreaterThanOrEqual(head!.y + head!.height);
});

test("where rows become cards and back, the row that was read stays at the top", async () => {
  await page.goto(`${live.server.url}/findings`);
  await rows().first().waitFor();
  await scrollTo(3_000);
  const before = await rowAtTop();
  for (const size of [NARROW, WIDE]) {
    await page.setViewportSize(size);
    await eventually(async () => Math.abs((await rowAtTop()) - before) <= 3, `row ${before} at ${size.width} px`);
  }
});

test("a dialog in a row stays open where the row becomes a card", async () => {
  const { status } = await live.call("POST", "/api/v1/tokens", {
    body: { kind: "api", label: "CI", permissions: ["findings:read"] },
  });
  expect(status).toBe(201);
  await page.goto(`${live.server.url}/tokens`);
  await page.getByRole("row").filter({ hasText: "CI" }).getByRole("button", { name: "Revoke" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  await page.setViewportSize(NARROW);
  await page.waitForTimeout(300);
  expect(await dialog.isVisible()).toBe(true);
  await page.setViewportSize(WIDE);
});
