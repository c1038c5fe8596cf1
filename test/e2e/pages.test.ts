import type { Browser, Page } from "playwright-core";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { type Live, startLive } from "../support/live.ts";
import { addressOf, MORE, pathsOf } from "../support/pages.ts";
import { fillFew, type Ids } from "../support/screens-fill.ts";
import { WIDGETS } from "../support/screens-work.ts";
import { CATALOGS } from "../support/texts/read.ts";
import {
  faintOf,
  makeLate,
  movedOn,
  openWalk,
  settled,
  textsShown,
  tooWide,
  violationsOf,
} from "../support/web-walk.ts";

const THEMES = ["dark", "light", "contrast"] as const;
/** Pages that are looked at at a time (count). */
const WALKERS = 2;
const WIDE = { width: 1440, height: 900 } as const;
/** A phone, and a window of 1440 px at 200 %. */
const NARROW = [
  { width: 380, height: 800 },
  { width: 720, height: 450 },
] as const;

let live: Live;
let browser: Browser;
let ids: Ids;

/** What opens a dialog, by the page that it is on. */
const DIALOGS: readonly (readonly [string, (page: Page) => Promise<void>])[] = [
  ["/findings/$id", (page) => page.getByRole("button", { name: "Decide" }).click()],
  ["/findings", (page) => page.getByRole("button", { name: "Change all" }).click()],
  ["/findings", (page) => page.getByRole("button", { name: /^Save this view/ }).click()],
  ["/findings", (page) => page.locator("main").press("?")],
  ["/findings", (page) => page.locator("main").press("Control+k")],
  [
    "/components?q=openssl",
    (page) =>
      page
        .getByRole("button", { name: /^Why: / })
        .first()
        .click(),
  ],
  ["/dashboards/$id?mode=edit", (page) => page.getByRole("button", { name: "Add a widget" }).click()],
  ["/assets/$id", (page) => page.getByRole("button", { name: "Remove" }).click()],
  ["/vex/$id", (page) => page.getByRole("button", { name: "Remove" }).click()],
  ["/decisions", (page) => page.getByRole("button", { name: "Revoke" }).first().click()],
];

/** Has each be done by whoever is free; answers what all of them found. */
const shared = async <T>(
  work: readonly T[],
  one: (page: Page, given: T) => Promise<string[]>,
  stored: Readonly<Record<string, string>> = {},
): Promise<string[]> => {
  const waiting = [...work];
  const found: string[] = [];
  const walker = async (): Promise<void> => {
    const page = await openWalk(browser, live, stored);
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) found.push(...(await one(page, next)));
    await page.context().close();
  };
  await Promise.all(Array.from({ length: WALKERS }, walker));
  return found;
};

const go = async (page: Page, path: string): Promise<void> => {
  const address = addressOf(path, ids);
  if (address === null) throw new Error(`${path}: fillFew makes nothing for this page`);
  await page.setViewportSize(WIDE);
  await page.goto(live.server.url + address);
  await settled(page);
};

/** Where an element has stood that was looked at in every theme. */
const seen = new Set<number>();
const broken = async (page: Page): Promise<string[]> => [
  ...(await violationsOf(page)),
  ...(await faintOf(page, seen, THEMES)),
];

const narrowFaults = async (page: Page): Promise<string[]> => {
  const found: string[] = [];
  for (const size of NARROW) {
    await page.setViewportSize(size);
    const more = await tooWide(page);
    if (more > 0) found.push(`${size.width} px: scrolls sideways by ${more} px`);
  }
  return found;
};

beforeAll(async () => {
  live = await startLive({});
  ids = await fillFew(live);
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await live?.stop();
});

test("every page of the router breaks no rule of accessibility in any theme, and scrolls sideways neither at 380 px nor at 200 %", async () => {
  const found = await shared([...pathsOf(), ...MORE], async (page, path) => {
    await go(page, path);
    return [...(await broken(page)), ...(await narrowFaults(page))].map((fault) => `${path}: ${fault}`);
  });
  expect(found).toEqual([]);
});

/** What waits for something above it although nothing is awaited any more. */
const hiddenOn = (page: Page): Promise<string[]> =>
  page.evaluate(`document.querySelector(".skeleton") ? [] : Array.from(document.querySelectorAll(".in-turn > *, .panel > *, .panel > div > *"))
    .filter((one) => getComputedStyle(one).visibility === "hidden").map((one) => "hidden: " + one.textContent.slice(0, 40))`);

test("nothing moves on any page while its data comes, in whatever order, and all is shown when it is there", async () => {
  const found = await shared([...pathsOf(), ...MORE], async (page, path) => {
    await makeLate(page);
    await go(page, path);
    return [...(await movedOn(page)), ...(await hiddenOn(page))].map((fault) => `${path}: ${fault}`);
  });
  expect(found).toEqual([]);
});

test("every dialog breaks no rule of accessibility in any theme and fits 380 px", async () => {
  const found = await shared(DIALOGS, async (page, [path, open]) => {
    await go(page, path);
    // a list becomes cards, with dialogs of their own: so it is narrow before one opens
    await page.setViewportSize(NARROW[0]);
    await open(page);
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    await settled(page);
    const wide = await dialog.evaluate((one) => one.scrollWidth - one.clientWidth);
    const faults = [...(await broken(page)), ...(wide > 0 ? [`the dialog scrolls sideways by ${wide} px`] : [])];
    return faults.map((fault) => `${path}: ${fault}`);
  });
  expect(found).toEqual([]);
});

/** What people wrote, and words that a list shows as they are told to programs. */
const OWN: ReadonlySet<string> = new Set([
  ...WIDGETS.map(({ title }) => title),
  "admin",
  "viewer",
  "provider",
  "server",
]);

/** Whether a text is one of the catalog that German says otherwise: word for word, or with values in its places. */
const englishOf = (): ((text: string) => boolean) => {
  const german = JSON.parse(readFileSync(join(CATALOGS, "de.json"), "utf8")) as Record<string, string>;
  const other = Object.keys(german).filter((text) => german[text] !== text);
  const exact = new Set(other.filter((text) => !text.includes("{")));
  const shapes = other
    // a place alone says nothing of the language
    .filter((text) => text.includes("{") && (text.replaceAll(/\{\w+\}/g, " ").match(/\p{L}{2,}/gu)?.length ?? 0) > 1)
    .map(
      (text) =>
        new RegExp(
          `^${text
            .split(/\{\w+\}/)
            .map((part) => RegExp.escape(part))
            .join(".+")}$`,
          "s",
        ),
    );
  return (text) => exact.has(text) || shapes.some((shape) => shape.test(text));
};

test("with German chosen no page shows an English text of the catalog", async () => {
  const isEnglish = englishOf();
  const found = await shared(
    [...pathsOf(), ...MORE],
    async (page, path) => {
      await go(page, path);
      const texts = await textsShown(page);
      return texts.filter((text) => !OWN.has(text) && isEnglish(text)).map((text) => `${path}: ${text}`);
    },
    { language: "de" },
  );
  expect(found).toEqual([]);
});
