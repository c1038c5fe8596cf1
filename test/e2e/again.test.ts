import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { debian, type Live, record, startLive } from "../support/live.ts";
import { PASSWORD } from "../support/people.ts";

/** What a step may take on a machine that does other things as well, in ms. */
const PATIENCE_MS = 30_000;
const EMAIL = "ann@first.test";

let live: Live;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  live = await startLive({ Debian: [record("CVE-2026-1", "Debian:12", "openssl", "3.0.17-1")] });
  await (await live.host("web-1.example")).report({ dpkg: [debian("openssl", "3.0.11-1")] });
  await live.server.settled();
  browser = await startBrowser();
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(PATIENCE_MS);
  const { body } = await live.call("POST", "/api/v1/invitations", { body: { email: EMAIL, role: "admin" } });
  await page.goto(`${live.server.url}/join${new URL(body.url).hash}`);
  await page.getByLabel("your name").fill("Ann Lee");
  await page.getByLabel("a new password").fill(PASSWORD);
  await page.getByRole("button", { name: /^Join/ }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
});
afterAll(async () => {
  await browser?.close();
  await live?.stop();
});

test("who types while their session ends signs in again and finds the page, and what they typed, as it was", async () => {
  await page.goto(`${live.server.url}/findings`);
  await page.getByRole("link", { name: "CVE-2026-1", exact: true }).click();
  const comment = page.getByRole("textbox", { name: /^Comment/ });
  await comment.fill("a long thought");
  const title = await page.title();
  await page.context().clearCookies();
  await page.getByRole("button", { name: "Comment", exact: true }).click();
  const again = page.getByRole("dialog", { name: "Sign in" });
  await again.getByText("Your session has ended").waitFor();
  await again.getByLabel("email").fill(EMAIL);
  await again.getByLabel("password", { exact: true }).fill("wrong one altogether");
  await again.getByRole("button", { name: "Sign in", exact: true }).click();
  await again.getByRole("alert").waitFor();
  await again.getByLabel("password", { exact: true }).fill(PASSWORD);
  await again.getByRole("button", { name: "Sign in", exact: true }).click();
  await again.waitFor({ state: "detached" });
  expect(await comment.inputValue()).toBe("a long thought");
  expect(await page.title()).toBe(title);
  // a double click says it once
  await page.getByRole("button", { name: "Comment", exact: true }).dblclick();
  const said = page.getByRole("region", { name: "Timeline" }).getByText("a long thought", { exact: true });
  await expect.poll(() => comment.inputValue(), { timeout: PATIENCE_MS }).toBe("");
  await expect.poll(() => said.count(), { timeout: PATIENCE_MS }).toBe(1);
});

test("a refused file leaves the comment that was taken, and trying again sends only what is left", async () => {
  const timeline = page.getByRole("region", { name: "Timeline" });
  await page.getByRole("textbox", { name: /^Comment/ }).fill("with two files");
  const file = (name: string, bytes: Buffer) => ({ name, mimeType: "text/plain", buffer: bytes });
  await page
    .getByLabel("Files", { exact: true })
    .setInputFiles([file("note.txt", Buffer.from("evidence")), file("tool.exe", Buffer.from([0x4d, 0x5a, 0, 1]))]);
  await page.getByRole("button", { name: "Comment", exact: true }).click();
  await page.getByText("Leave out 1 file", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Comment", exact: true }).click();
  await page.getByRole("alert").waitFor();
  await timeline.getByText("note.txt").first().waitFor();
  expect(await timeline.getByText("with two files", { exact: true }).count()).toBe(1);
});
