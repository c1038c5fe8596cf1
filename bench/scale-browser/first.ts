import type { Browser } from "playwright-core";
import { percentile } from "../measure.ts";
import { load, putProbe } from "./probe.ts";
import type { Screen } from "./screens.ts";

/** Of a browser that was never here, by a name of a person who is signed in. */
export interface First {
  /** First contentful paint, milliseconds from the beginning of the navigation; p95. */
  readonly paintMs: number;
  /** The data is there, and the page answers a key. */
  readonly answersMs: number;
  readonly dataMs: number;
  /** Layout shift, summed by the browser. */
  readonly shift: number;
}

type Cookies = Awaited<ReturnType<Awaited<ReturnType<Browser["newContext"]>>["cookies"]>>;

const SHIFTS = `window.ztShift = 0; new PerformanceObserver((list) => {
  for (const e of list.getEntries()) if (!e.hadRecentInput) window.ztShift += e.value;
}).observe({ type: "layout-shift", buffered: true });`;

const answered = `new Promise((done) => {
  const before = document.querySelector("dialog[open]");
  const look = () => {
    if (document.querySelector("dialog[open]") !== before) return done(performance.now());
    dispatchEvent(new KeyboardEvent("keydown", { key: "?", bubbles: true }));
    requestAnimationFrame(look);
  };
  look();
})`;

/** Opens the overview `visits` times in a browser context of its own, with nothing cached. */
export const measureFirst = async (
  browser: Browser,
  { base, cookies, overview, visits }: { base: string; cookies: Cookies; overview: Screen; visits: number },
): Promise<First> => {
  const paints: number[] = [];
  const answers: number[] = [];
  const data: number[] = [];
  let shift = 0;
  for (let n = 0; n < visits; n += 1) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await context.addCookies(cookies);
    const page = await context.newPage();
    await putProbe(page);
    await page.addInitScript(SHIFTS);
    data.push((await load(page, base + overview.path, overview)).ms);
    answers.push(await page.evaluate<number>(answered));
    paints.push(
      await page.evaluate<number>(`performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN`),
    );
    shift = Math.max(shift, await page.evaluate<number>("window.ztShift"));
    await context.close();
  }
  const p95 = (times: readonly number[]): number => percentile(times, 0.95);
  return { paintMs: p95(paints), answersMs: p95(answers), dataMs: p95(data), shift };
};
