import type { Page } from "playwright-core";
import { percentile, round, say } from "../measure.ts";
import { go, load, type Slowest, type Visit } from "./probe.ts";
import { NEUTRAL, type Screen } from "./screens.ts";

/** Bars, milliseconds: data after a change of route, the same from the cache, and by its address. */
export const SCREEN_MS = 300;
export const CACHED_MS = 100;
export const LOAD_MS = 1_500;
/** Layout shift below this is rounding: the bar is 0, and figures have four digits. */
const SHIFT = 0.00005;
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
  /** The most of any visit, and what moved then. */
  shift: number;
  moved: string;
}

const noTimes = (): Times => ({
  route: [],
  cached: [],
  load: [],
  slowest: { path: "", ms: 0 },
  requests: 0,
  shift: 0,
  moved: "",
});

const takeShift = async (page: Page, times: Times): Promise<void> => {
  const { shift, moved } = await page.evaluate<Pick<Visit, "shift" | "moved">>("zt.moved(0)");
  if (shift > times.shift) Object.assign(times, { shift, moved });
};

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
  await page.waitForTimeout(REST_MS);
  await takeShift(page, times);
  times.load.push((await load(page, base + screen.path, screen)).ms);
  await page.waitForTimeout(REST_MS);
  await takeShift(page, times);
};

const NAME_WIDTH = 24;
const CELL_WIDTH = 7;
const cell = (text: string | number): string => String(text).padStart(CELL_WIDTH);
const p95 = (times: readonly number[]): number => percentile(times, 0.95);
const three = (times: readonly number[]): string =>
  cell(round(Math.min(...times))) + cell(round(percentile(times, 0.5))) + cell(round(p95(times)));

const HEAD = [
  "".padEnd(NAME_WIDTH) +
    [`route ${SCREEN_MS}`, `cached ${CACHED_MS}`, `load ${LOAD_MS}`]
      .map((one) => one.padStart(3 * CELL_WIDTH))
      .join("") +
    cell("shift"),
  "screen".padEnd(NAME_WIDTH) +
    ["best", "p50", "p95", "best", "p50", "p95", "best", "p50", "p95", "0"].map(cell).join("") +
    "  slowest request of a route",
];

/** Which bars a screen is over, by their names. */
const overOf = ({ route, cached, load: loads, shift }: Times): readonly (keyof Held)[] => [
  ...(p95(route) > SCREEN_MS ? (["route"] as const) : []),
  ...(p95(cached) > CACHED_MS ? (["cached"] as const) : []),
  ...(p95(loads) > LOAD_MS ? (["load"] as const) : []),
  ...(shift >= SHIFT ? (["shift"] as const) : []),
];

const lineOf = ({ name }: Screen, times: Times): string => {
  const { route, cached, load: loads, slowest, requests, shift, moved } = times;
  const over = overOf(times)
    .map((bar) => ` over:${bar}`)
    .join("");
  const asked = `${requests} asked, ${round(slowest.ms)} ms ${slowest.path.slice(0, 70)}`;
  const figures = three(route) + three(cached) + three(loads) + cell(round(shift, 4));
  return `${name.padEnd(NAME_WIDTH)}${figures}  ${asked}${over}${shift >= SHIFT ? ` (${moved})` : ""}`;
};

/** How many screens hold each bar. */
export interface Held {
  readonly screens: number;
  readonly route: number;
  readonly cached: number;
  readonly load: number;
  readonly shift: number;
}

const measureScreen = async (
  newPage: () => Promise<Page>,
  base: string,
  { screen, visits }: { screen: Screen; visits: number },
): Promise<Times> => {
  // each in a page of its own: one that the system ends takes no other with it
  const page = await newPage();
  try {
    const warm = noTimes();
    const times = noTimes();
    await visit(page, base, screen, warm);
    const most = Math.max(...warm.route, ...warm.load) > SLOW_MS ? SLOW_VISITS : visits;
    for (let n = 0; n < most; n += 1) await visit(page, base, screen, times);
    return times;
  } finally {
    await page.close().catch(() => undefined);
  }
};

/**
 * Visits each screen `visits` times: from a page just loaded, so that nothing of it is in the cache, again from the cache, and by
 * its address. One that cannot be shown holds no bar.
 */
export const measureScreens = async (
  newPage: () => Promise<Page>,
  base: string,
  { screens, visits }: { screens: readonly Screen[]; visits: number },
): Promise<Held> => {
  for (const line of HEAD) say(line);
  const held = { screens: screens.length, route: 0, cached: 0, load: 0, shift: 0 };
  for (const screen of screens) {
    try {
      const times = await measureScreen(newPage, base, { screen, visits });
      say(lineOf(screen, times));
      const over = overOf(times);
      for (const bar of ["route", "cached", "load", "shift"] as const) if (!over.includes(bar)) held[bar] += 1;
    } catch (error) {
      const [why] = (error instanceof Error ? error.message : String(error)).split("\n");
      say(`${screen.name.padEnd(NAME_WIDTH)}  not shown: ${why}`);
    }
  }
  return held;
};
