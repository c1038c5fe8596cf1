import { AxeBuilder } from "@axe-core/playwright";
import { TOTP } from "otpauth";
import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Live, startLive } from "../support/live.ts";

const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const ANN = { name: "Ann Lee", email: "ann@example.test", password: "violet otter climbs nine stairs" };
const BEN = { name: "Ben Ray", email: "ben@example.test", password: "seven lanterns drift past harbor" };
const STEP_MS = 30_000;

let live: Live;
let origin: string;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let secret: string;
let codes: string[] = [];
const complaints: string[] = [];

const open = async (): Promise<void> => {
  await context?.close();
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
  page.on("console", (message) => {
    if (/Content Security Policy/.test(message.text())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
};

const violations = async (): Promise<string[]> => {
  const { violations: found } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa"]).analyze();
  return found.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" ")}`);
};

/** An authenticator in the browser that holds passkeys and always knows its person. */
const withAuthenticator = async (): Promise<void> => {
  const cdp = await context.newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2",
    transport: "internal",
    hasResidentKey: true,
    hasUserVerification: true,
  } as const;
  await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: { ...options, isUserVerified: true, automaticPresenceSimulation: true },
  });
};

const joinAs = async (who: typeof ANN): Promise<void> => {
  const made = await live.call("POST", "/api/v1/invitations", { body: { email: who.email, role: "admin" } });
  const { hash } = new URL(made.body.url);
  await page.goto(`${origin}/join${hash}`);
  await page.getByLabel("your name").fill(who.name);
  await page.getByLabel("a new password").fill(who.password);
  await page.getByRole("button", { name: /^Join/ }).click();
};

const signOut = async (): Promise<void> => {
  await page.getByRole("button", { name: "Sign out" }).first().click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
};

const firstStep = async (who = ANN): Promise<void> => {
  await page.getByLabel("email").fill(who.email);
  await page.getByLabel("password").fill(who.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
};

const isIn = () => page.getByRole("navigation", { name: "Main" }).waitFor();

beforeAll(async () => {
  live = await startLive({});
  // a passkey is bound to a name, and an address is none
  origin = live.server.url.replace("127.0.0.1", "localhost");
  const executablePath = BROWSERS.find((path) => existsSync(path));
  expect(executablePath, `a browser at one of ${BROWSERS.join(", ")}`).toBeDefined();
  const quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
  const args = ["--no-sandbox", ...quiet, "--disable-component-update", "--disable-sync"];
  browser = await chromium.launch({ executablePath: executablePath as string, args });
  await open();
});
afterAll(async () => {
  await browser?.close();
  await live?.stop();
});

test("an authenticator app is set up by its code, and recovery codes are shown once", async () => {
  await joinAs(ANN);
  await isIn();
  await page.goto(`${origin}/me`);
  await page.getByLabel("what you call the device").fill("my phone");
  await page.getByRole("button", { name: "Add an authenticator app" }).click();
  secret = (await page.getByRole("button", { name: "Copy the secret" }).textContent())?.replace("Copied", "") ?? "";
  expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  await page.locator("svg title", { hasText: "QR code for the authenticator app" }).waitFor({ state: "attached" });
  expect(await violations()).toEqual([]);
  await page.getByLabel("the code that the app shows").fill(new TOTP({ secret }).generate());
  await page.getByRole("button", { name: "Confirm" }).click();
  const list = page.getByRole("region", { name: "Recovery codes" }).getByRole("listitem");
  await list.first().waitFor();
  codes = await list.allTextContents();
  expect(codes.length).toBe(10);
  expect(await violations()).toEqual([]);
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download" }).click();
  expect((await downloading).suggestedFilename()).toBe("zerotrace-recovery-codes.txt");
  await page.getByRole("button", { name: "I have kept them" }).click();
  await page.getByText("10 recovery codes left").waitFor();
});

test("the second step takes a code of the app, or a recovery code", async () => {
  await signOut();
  await firstStep();
  await page.getByRole("heading", { name: "One more step" }).waitFor();
  expect(await violations()).toEqual([]);
  const field = page.getByLabel("the code that your authenticator app shows");
  await field.fill("000000");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("alert").filter({ hasText: "The code is not right" }).waitFor();
  await field.fill(new TOTP({ secret }).generate({ timestamp: Date.now() + STEP_MS }));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await isIn();
  await signOut();
  await firstStep();
  await page.getByRole("button", { name: "Use a recovery code" }).click();
  await page.getByLabel("one of your recovery codes").fill(codes[0] ?? "");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await isIn();
});

test("a passkey is made in the browser, signs in alone and as the second step", async () => {
  await withAuthenticator();
  await page.goto(`${origin}/me`);
  await page.getByText("9 recovery codes left").waitFor();
  await page.getByLabel("what you call the device").fill("my laptop");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByText("my laptop").waitFor();
  expect(await violations()).toEqual([]);
  await signOut();
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await isIn();
  await page.goto(`${origin}/me`);
  await page.getByText("passkey", { exact: true }).first().waitFor();
  await signOut();
  await firstStep();
  await page.getByRole("heading", { name: "One more step" }).waitFor();
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await isIn();
});

test("a company that asks for a second factor leads who has none to it, and then in", async () => {
  const setting = { "security.require_second_factor": true };
  expect((await live.call("PUT", "/api/v1/settings", { body: setting })).status).toBe(200);
  await open();
  await withAuthenticator();
  await joinAs(BEN);
  await page.getByRole("heading", { name: /asks for a second factor/ }).waitFor();
  expect(await violations()).toEqual([]);
  await page.setViewportSize({ width: 380, height: 800 });
  expect(await page.locator("html").evaluate((html) => html.scrollWidth)).toBeLessThanOrEqual(380);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`${origin}/findings`);
  await page.getByRole("heading", { name: /asks for a second factor/ }).waitFor();
  await page.getByLabel("what you call the device").fill("my key");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("button", { name: "I have kept them" }).click();
  await isIn();
  expect(complaints).toEqual([]);
});
