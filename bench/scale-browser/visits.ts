import type { Page } from "playwright-core";
import { percentile, round, say } from "../measure.ts";
import { go, load, type Slowest, type Visit } from "./probe.ts";
import { NEUTRAL, type Screen } from "./screens.ts";

/** Bars, milliseconds. */
export const SCREEN_MS = 300;
export const CACHED_MS = 100;
/** A screen that takes longer than this is not visited as often. */
const SLOW_MS = 3_000;
const SLOW_VISITS = 3;
/** What the page still does after it is shown is left to end. */
const REST_MS = 150;

interface Times {
  readonly route: number[];
  readonly cached: number[];
  readonly load: number[];
  slowest: Slowest;
  requests: number;
}

const visit = async (page: Page, base: string, screen: Screen, times: Times): Promise<void> => {
  await load(page, base + NEUTRAL.path, NEUTRAL);
  await page.waitForTimeout(REST_MS);
  const first: Visit = await go(page, screen.path, screen);
  times.route.push(first.ms);
  if (first.slowest.ms > times.slowest.ms) times.slowest = first.slowest;
  times.requests = first.requests;
  await page.waitForTimeout(REST_MS);
  await go(page, NEUTRAL.path, NEUTRAL);
  await page.waitForTimeout(REST_MS);
  times.cached.push((await go(page, screen.path, screen)).ms);
  times.load.push((await load(page, base + screen.path, screen)).ms);
};

const NAME_WIDTH = 24;
const CELL_WIDTH = 7;
const cell = (text: string | number): string => String(text).padStart(CELL_WIDTH);
const best = (times: readonly number[]): string => cell(round(Math.min(...times)));
const pair = (times: readonly number[]): string =>
  cell(round(percentile(times, 0.5))) + cell(round(percentile(times, 0.95)));
const three = (times: readonly number[]): string => best(times) + pair(times);

const HEAD = [
  "".padEnd(NAME_WIDTH) +
    [`route ${SCREEN_MS}`, `cached ${CACHED_MS}`, `load`].map((one) => one.padStart(3 * CELL_WIDTH)).join(""),
  "screen".padEnd(NAME_WIDTH) +
    ["best", "p50", "p95", "best", "p50", "p95", "best", "p50", "p95"].map(cell).join("") +
    "  slowest request of a route",
];

const lineOf = ({ name }: Screen, { route, cached, load: loads, slowest, requests }: Times): string => {
  const over = [
    percentile(route, 0.95) > SCREEN_MS ? " over" : "",
    percentile(cached, 0.95) > CACHED_MS ? " over-cached" : "",
  ].join("");
  const asked = `${requests} asked, ${round(slowest.ms)} ms ${slowest.path.slice(0, 70)}`;
  return name.padEnd(NAME_WIDTH) + three(route) + three(cached) + three(loads) + `  ${asked}${over}`;
};

/** How many screens hold their bars. */
export interface Held {
  readonly screens: number;
  readonly route: number;
  readonly cached: number;
  readonly load: number;
}

/**
 * Visits each screen `visits` times: from a page just loaded, so that nothing of it is in the cache, again from the cache, and by
 * its address.
 */
export const measureScreens = async (
  newPage: () => Promise<Page>,
  base: string,
  { screens, visits }: { screens: readonly Screen[]; visits: number },
): Promise<Held> => {
  for (const line of HEAD) say(line);
  const held = { screens: 0, route: 0, cached: 0, load: 0 };
  for (const screen of screens) {
    const times: Times = { route: [], cached: [], load: [], slowest: { path: "", ms: 0 }, requests: 0 };
    const warm: Times = { route: [], cached: [], load: [], slowest: { path: "", ms: 0 }, requests: 0 };
    // each in a page of its own: one that the system ends takes no other with it
    const page = await newPage();
    try {
      await visit(page, base, screen, warm);
      const most = Math.max(...warm.route, ...warm.load) > SLOW_MS ? SLOW_VISITS : visits;
      for (let n = 0; n < most; n += 1) await visit(page, base, screen, times);
      say(lineOf(screen, times));
      held.screens += 1;
      if (percentile(times.route, 0.95) <= SCREEN_MS) held.route += 1;
      if (percentile(times.cached, 0.95) <= CACHED_MS) held.cached += 1;
      if (percentile(times.load, 0.95) <= SCREEN_MS) held.load += 1;
    } catch (error) {
      held.screens += 1;
      say(
        `${screen.name.padEnd(NAME_WIDTH)}  ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)}`,
      );
    } finally {
      await page.close().catch(() => undefined);
    }
  }
  return held;
};
