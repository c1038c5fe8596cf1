/**
 * Takes a picture of every page of the dashboard in dark and light, 1440 and 380 px wide, with nothing, a little and 100,000 findings
 * in it, and fails where a page says an error or scrolls sideways,
 * at 200 % too. Build the dashboard first.
 *
 *   npm run screens -- [folder] [--only=/findings,/assets] [--states=none,few,many]
 */
import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { startBrowser } from "./browser.ts";
import { type Live, startLive } from "./live.ts";
import { addressOf, MORE, pathsOf } from "./pages.ts";
import { fillFew, fillMany, type Ids } from "./screens-fill.ts";
import { signIn, STATES, type State } from "./screens-page.ts";

const THEMES = ["dark", "light"] as const;
const WIDE = 1440;
const SIZES = [
  { width: WIDE, height: 900 },
  { width: 380, height: 800 },
] as const;
/** Milliseconds in which a page must have asked for all that it shows. */
const SETTLE_MS = 10_000;

const nameOf = (path: string): string => path.replaceAll(/[^a-z$]+/gi, "-").replaceAll(/^-|-$/g, "") || "overview";

const fill: Readonly<Record<State, (live: Live) => Promise<Ids>>> = {
  none: async () => ({}),
  few: fillFew,
  many: fillMany,
};

/** What is wrong with a page as it stands, in words. */
const faultsOf = async (page: Page, width: number): Promise<string[]> => {
  const wide = await page.locator("html").evaluate((html) => html.scrollWidth);
  return wide > width ? [`scrolls sideways: ${wide} px`] : [];
};

const shoot = async (
  live: Live,
  browser: Browser,
  given: { folder: string; state: State; paths: readonly string[]; ids: Ids },
): Promise<string[]> => {
  const faults: string[] = [];
  for (const theme of THEMES) {
    const context = await browser.newContext({ reducedMotion: "reduce" });
    await context.addInitScript((name) => localStorage.setItem("zerotrace.theme", name), theme);
    const page = await context.newPage();
    let errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (said) => {
      if (said.type() === "error") errors.push(`${said.text()} ${said.location().url}`);
    });
    await signIn(page, live, given.state);
    for (const size of SIZES) {
      await page.setViewportSize(size);
      for (const path of given.paths) {
        const address = addressOf(path, given.ids);
        if (address === null) continue;
        errors = [];
        await page.goto(live.server.url + address);
        const title = page.getByRole("heading", { level: 1 }).first();
        await title.waitFor({ timeout: SETTLE_MS }).catch(() => errors.push("no title"));
        await page.waitForLoadState("networkidle", { timeout: SETTLE_MS }).catch(() => errors.push("never at rest"));
        const name = `${given.state}-${theme}-${size.width}-${nameOf(path)}`;
        // as high as what is on it, so that the line at the bottom stands at the bottom
        const height = await page.locator("html").evaluate((html) => html.scrollHeight);
        if (given.state !== "many") await page.setViewportSize({ width: size.width, height });
        await page.screenshot({ path: join(given.folder, `${name}.png`) });
        await page.setViewportSize(size);
        const wrong = [...errors, ...(await faultsOf(page, size.width))];
        if (size.width === WIDE) {
          // as at 200 %
          await page.setViewportSize({ width: WIDE / 2, height: 450 });
          wrong.push(...(await faultsOf(page, WIDE / 2)));
          await page.setViewportSize(size);
        }
        faults.push(...wrong.map((fault) => `${name}: ${fault}`));
      }
    }
    await context.close();
  }
  return faults;
};

const optionOf = (name: string): string[] | null =>
  process.argv
    .find((arg) => arg.startsWith(`--${name}=`))
    ?.slice(name.length + 3)
    .split(",") ?? null;

const main = async (): Promise<void> => {
  const chosen = process.argv.slice(2).find((arg) => !arg.startsWith("--"));
  const folder = chosen ?? (await mkdtemp(join(tmpdir(), "zerotrace-screens-")));
  await mkdir(folder, { recursive: true });
  const only = optionOf("only");
  const states = optionOf("states");
  const paths = [...pathsOf(), ...MORE].filter((path) => only === null || only.includes(path));
  const browser = await startBrowser();
  const faults: string[] = [];
  try {
    for (const state of STATES.filter((one) => states === null || states.includes(one))) {
      const live = await startLive({});
      try {
        const ids = await fill[state](live);
        faults.push(...(await shoot(live, browser, { folder, state, paths, ids })));
      } finally {
        await live.stop();
      }
    }
  } finally {
    await browser.close();
  }
  process.stdout.write(
    `${faults.map((fault) => `${fault}\n`).join("")}${faults.length} faults; pictures in ${folder}\n`,
  );
  process.exitCode = faults.length > 0 ? 1 : 0;
};

await main();
