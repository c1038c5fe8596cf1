import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Live, startLive } from "../support/live.ts";

const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const PASSWORD = "violet otter climbs nine stairs";

let live: Live;
let browser: Browser;
const contexts: BrowserContext[] = [];

const join = async (url: string, name: string): Promise<Page> => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  contexts.push(context);
  const page = await context.newPage();
  await page.goto(`${live.server.url}/join${new URL(url).hash}`);
  await page.getByLabel("your name").fill(name);
  await page.getByLabel("a new password").fill(PASSWORD);
  await page.getByRole("button", { name: /^Join/ }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
  return page;
};

const inviteTo = async (page: Page, email: string, role: string): Promise<string> => {
  const { url } = await page.evaluate(
    async (body) => {
      const headers = { "content-type": "application/json" };
      const answer = await fetch("/api/v1/invitations", { method: "POST", headers, body: JSON.stringify(body) });
      return (await answer.json()) as { url: string };
    },
    { email, role },
  );
  return url;
};

/** A company of its own, seen by its administrator. */
const company = async (name: string, email: string): Promise<Page> => {
  const made = await live.call("POST", "/api/v1/companies", { body: { name, adminEmail: email } });
  return join(made.body.invitationUrl, `Admin of ${name}`);
};

const isLive = (page: Page) => page.getByRole("contentinfo", { name: "Status" }).getByText("live").waitFor();

beforeAll(async () => {
  live = await startLive({});
  const executablePath = BROWSERS.find((path) => existsSync(path));
  expect(executablePath, `a browser at one of ${BROWSERS.join(", ")}`).toBeDefined();
  const quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
  const args = ["--no-sandbox", ...quiet, "--disable-component-update", "--disable-sync"];
  browser = await chromium.launch({ executablePath: executablePath as string, args });
});
afterAll(async () => {
  for (const context of contexts) await context.close();
  await browser?.close();
  await live?.stop();
});

test("the dashboard asks for nothing that an agent-manager may not see", async () => {
  const admin = await company("Acme", "ann@acme.test");
  const refused: string[] = [];
  const page = await join(await inviteTo(admin, "mia@acme.test", "agent-manager"), "Mia");
  page.on("response", (answer) => answer.status() === 403 && refused.push(answer.url()));
  for (const path of ["/", "/people", "/companies", "/findings", "/agents/enroll", "/jobs"]) {
    await page.goto(`${live.server.url}${path}`, { waitUntil: "networkidle" });
  }
  await page.goto(`${live.server.url}/people`);
  await page.getByText("This page is not part of your role").waitFor();
  await page.goto(live.server.url);
  await page.waitForURL(/\/assets$/);
  expect(await page.getByText("signed out").count()).toBe(0);
  expect(refused).toEqual([]);
  await admin.goto(`${live.server.url}/audit?action=security.*`, { waitUntil: "networkidle" });
  expect(await admin.getByText("mia@acme.test").count()).toBe(0);
});

test("a change of company reaches the other tab, which shows nothing of the company that was left", async () => {
  const first = await company("North", "nora@north.test");
  const second = await company("South", "sam@south.test");
  const page = await join(await inviteTo(first, "both@north.test", "admin"), "Bo Both");
  const context = page.context();
  const url = await inviteTo(second, "both@north.test", "admin");
  await page.goto(`${live.server.url}/join${new URL(url).hash}`);
  await page.getByRole("button", { name: "Join as Bo Both" }).click();
  await isLive(page);
  const other = await context.newPage();
  await other.goto(`${live.server.url}/people`);
  await other.getByText("sam@south.test").first().waitFor();
  await page.getByRole("combobox", { name: "company" }).first().selectOption({ label: "North" });
  await isLive(page);
  await other.getByText("Who may sign in to North").waitFor();
  await other.getByText("nora@north.test").first().waitFor();
  expect(await other.getByText("sam@south.test").count()).toBe(0);
  await isLive(other);
});

test("a member is managed in a panel: labels, and a link for a forgotten password that works once", async () => {
  const admin = await company("West", "wes@west.test");
  await join(await inviteTo(admin, "lea@west.test", "viewer"), "Lea");
  await admin.goto(`${live.server.url}/people`);
  await admin.getByRole("button", { name: "Manage lea@west.test" }).click();
  const panel = admin.getByRole("region", { name: "Lea, lea@west.test" });
  await panel.getByLabel("only assets with these labels").fill("site:berlin");
  await panel.getByRole("button", { name: "Change the labels" }).click();
  await admin.getByRole("cell", { name: "site:berlin" }).waitFor();
  await panel.getByRole("button", { name: "Make a link for a new password" }).click();
  const link = await panel.getByText(/\/reset#token=/).innerText();
  const context = await browser.newContext();
  contexts.push(context);
  const page = await context.newPage();
  await page.goto(`${live.server.url}/reset${new URL(link.slice(link.indexOf("http"))).hash}`);
  await page.getByLabel("a new password").fill("seven lanterns drift past harbor");
  await page.getByRole("button", { name: "Change the password" }).click();
  await page.getByText("The password is changed").waitFor();
  await panel.getByRole("button", { name: "Keep out" }).click();
  await panel.getByRole("dialog").getByRole("button", { name: "Cancel", exact: true }).waitFor();
  expect(await panel.locator(":focus").innerText()).toBe("Cancel");
  await panel.getByRole("dialog").getByRole("button", { name: "Keep out" }).click();
  await panel.getByRole("button", { name: "Let in again" }).waitFor();
});

test("the sign-in page says what to do about a forgotten password, keeps the email, and refuses in the language that was chosen", async () => {
  const context = await browser.newContext();
  contexts.push(context);
  await context.addInitScript(() => localStorage.setItem("zerotrace.language", "de"));
  const page = await context.newPage();
  await page.goto(`${live.server.url}/sign-in`);
  await page.getByLabel("E-Mail").fill("nobody@acme.test");
  await page.getByLabel("Passwort", { exact: true }).fill("wrong");
  await page.getByRole("button", { name: "Anmelden", exact: true }).click();
  await page.getByText("Die E-Mail-Adresse oder das Passwort stimmt nicht.").waitFor();
  await page.getByRole("button", { name: "Passwort vergessen?" }).click();
  expect(await page.getByLabel("E-Mail").inputValue()).toBe("nobody@acme.test");
  await page.getByRole("button", { name: "Link zuschicken" }).click();
  await page.getByText("Dieser Server verschickt keine Mails.").waitFor();
});
