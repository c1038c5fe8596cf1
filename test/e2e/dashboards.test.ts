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
  live = await startLive({
    Debian: [record("CVE-2026-1", "Debian:12", "openssl", "3.0.17-1"), record("CVE-2026-2", "Debian:12", "curl", null)],
  });
  for (const name of ["web-1.example", "web-2.example"]) {
    await (
      await live.host(name)
    ).report({ dpkg: [debian("openssl", "3.0.11-1"), debian("curl", "7.88.1-10"), debian("bash", "5.2")] });
  }
  await live.server.settled();
  browser = await startBrowser();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  page = await context.newPage();
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

/** Presses Tab until what is named has the focus; at most as often as the page could need. */
const tabTo = async (role: "button" | "textbox" | "radio" | "combobox", name: string | RegExp): Promise<void> => {
  const wanted = page.getByRole(role, { name });
  await wanted.first().waitFor();
  for (let pressed = 0; pressed < 120; pressed++) {
    if (await wanted.first().evaluate((element) => element.matches(":focus"))) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab never came to ${role} ${String(name)}`);
};

const grip = (title: string) => page.getByRole("button", { name: new RegExp(`^Move ${title}: `) });
const placeOf = async (title: string): Promise<string> =>
  ((await grip(title).getAttribute("aria-label")) ?? "").replace(`Move ${title}: `, "");

test("a dashboard is made, filled, arranged and saved by the keyboard alone", async () => {
  await page.goto(`${live.server.url}/dashboards`);
  await tabTo("textbox", "name");
  await page.keyboard.type("By keys");
  expect(await violations()).toEqual([]);
  await tabTo("radio", /^A morning/);
  await page.keyboard.press("ArrowDown");
  await tabTo("button", "Make dashboard");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "By keys" }).waitFor();
  for (const [title, query] of [
    ["All", ""],
    ["Fixable", "fix:yes"],
  ] as const) {
    await tabTo("button", "Add a widget");
    await page.keyboard.press("Enter");
    await tabTo("textbox", /^query/);
    await page.keyboard.type(query === "" ? "severity:terrible" : query);
    if (query === "") {
      await page.getByText(/At character/).waitFor();
      expect(await violations()).toEqual([]);
      await page.keyboard.press("Control+a");
      await page.keyboard.press("Delete");
    }
    await tabTo("textbox", /^title/);
    await page.keyboard.type(title);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 2, name: title }).waitFor();
  }
  expect(await placeOf("All")).toBe("column 1, row 1, 6 wide, 5 high");
  expect(await placeOf("Fixable")).toBe("column 1, row 6, 6 wide, 5 high");
  await tabTo("button", /^Move Fixable: /);
  for (const key of ["Shift+ArrowLeft", "Shift+ArrowUp", "ArrowUp", "ArrowRight"]) await page.keyboard.press(key);
  expect(await placeOf("Fixable")).toBe("column 2, row 1, 5 wide, 4 high");
  expect(await placeOf("All")).toBe("column 1, row 5, 6 wide, 5 high");
  expect(await grip("Fixable").evaluate((element) => element.matches(":focus"))).toBe(true);
  expect(await violations()).toEqual([]);
  await tabTo("button", "Save");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Edit" }).waitFor();
  await page.reload();
  await page.getByRole("region", { name: "Fixable" }).waitFor();
});

test("every form of widget shows its figures, has a table, opens its list, and breaks no rule of accessibility", async () => {
  const place = (x: number, y: number) => ({ x, y, w: 6, h: 5 });
  const widgets = [
    { id: "a", kind: "number", title: "Open", ...place(0, 0) },
    { id: "b", kind: "trend", title: "Course", ...place(6, 0) },
    { id: "c", kind: "bar", title: "Bars", group: "package", ...place(0, 5) },
    { id: "d", kind: "table", title: "Rows", group: "asset", ...place(6, 5) },
    { id: "e", kind: "heat", title: "Heat", group: "package", ...place(0, 10) },
    { id: "f", kind: "map", title: "Map", group: "asset", ...place(6, 10) },
  ];
  const made = await live.call("POST", "/api/v1/dashboards", { body: { name: "All forms", shared: true, widgets } });
  await page.goto(`${live.server.url}/dashboards/${made.body.id}`);
  await page.getByRole("region", { name: "Open" }).getByRole("link", { name: "2" }).waitFor();
  for (const name of ["Rows", "Map"]) {
    await page
      .getByRole("region", { name, exact: true })
      .first()
      .getByRole("link", { name: "web-1.example" })
      .waitFor();
  }
  for (const theme of ["light", "dark"]) {
    await page.locator("html").evaluate((html, name) => html.setAttribute("data-theme", name), theme);
    expect(await violations()).toEqual([]);
  }
  const bars = page.getByRole("region", { name: "Bars" });
  await bars.getByRole("button", { name: "as a table" }).click();
  await bars.getByRole("table", { name: "Bars" }).waitFor();
  expect(await violations()).toEqual([]);
  await bars.getByRole("link", { name: "openssl" }).click();
  await page.waitForURL(/findings\?query=package%3Aopenssl/);
});

test("a wall has its own address, covers the page, and Escape leaves it", async () => {
  const { body } = await live.call("GET", "/api/v1/dashboards");
  await page.goto(`${live.server.url}/dashboards/${body.rows[0].id}?mode=wall`);
  const wall = page.getByRole("dialog", { name: /on a wall/ });
  await wall.getByRole("link", { name: "2", exact: true }).waitFor();
  expect(await violations()).toEqual([]);
  await page.keyboard.press("Escape");
  await wall.waitFor({ state: "detached" });
  expect(page.url()).not.toContain("mode");
});

test("the page for a board fits one sheet of A4 and breaks no rule; a finding's way to its exposure is drawn and has a table", async () => {
  await page.goto(`${live.server.url}/executive`);
  await page.getByText("Upgrade openssl to 3.0.17-1 on 2 assets").waitFor();
  expect(await violations()).toEqual([]);
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
  expect(pdf.match(/\/Type\s*\/Page[^s]/g)).toHaveLength(1);
  const finding = (await live.findings()).find((one: { package: string }) => one.package === "openssl");
  await page.goto(`${live.server.url}/findings/${finding.id}`);
  const graph = page.getByRole("figure", { name: "From the weakness to where it can be reached" });
  await graph.getByRole("link", { name: /web-2\.example/ }).waitFor();
  expect(await violations()).toEqual([]);
  await graph.getByRole("button", { name: "as a table" }).click();
  await graph.getByRole("row", { name: /web-1\.example/ }).waitFor();
  await graph.getByRole("button", { name: "as a table" }).click();
  await graph.getByRole("link", { name: /web-2\.example/ }).click();
  await page.getByRole("heading", { level: 1, name: "web-2.example" }).waitFor();
  expect(errors).toEqual([]);
});
