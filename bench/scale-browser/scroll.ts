import type { Page } from "playwright-core";
import { load } from "./probe.ts";

/** Rows of the table. */
export const ROWS = 100_000;
const SCROLL_MS = 5_000;
/** Pixels a second: 156 rows, much faster than anybody reads. Late frames jump further. */
const SPEED_PX = 5_000;

/** How a page scrolls. */
export interface Scrolled {
  readonly fps: number;
  /** The slowest in a hundred frames, milliseconds. */
  readonly p99: number;
  /** Layout shift, summed by the browser. */
  readonly shift: number;
  /** CPU time of the page's main thread, milliseconds a frame at 60 frames a second: what a machine that others use cannot blur. */
  readonly cpuMs: number;
  readonly rows: number;
}

const SCROLL = `new Promise((done) => {
  let shift = 0;
  const observer = new PerformanceObserver((list) => { for (const e of list.getEntries()) shift += e.value; });
  observer.observe({ type: "layout-shift" });
  const frames = [];
  const from = performance.now();
  let last = from;
  let way = 1;
  const frame = () => {
    const at = performance.now();
    const passed = at - last;
    frames.push(passed);
    last = at;
    if (at - from > ${SCROLL_MS}) {
      observer.disconnect();
      const sorted = frames.slice(1).sort((a, b) => a - b);
      done({ fps: (frames.length * 1000) / (at - from), p99: sorted[Math.floor(sorted.length * 0.99)], shift, rows: 0 });
      return;
    }
    if (scrollY + innerHeight >= document.documentElement.scrollHeight - 2) way = -1;
    if (scrollY <= 0) way = 1;
    scrollBy(0, (way * passed * ${SPEED_PX}) / 1000);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})`;

const STEPS = 240;
/** As many pixels in each frame, however late it is. */
const STEP = `new Promise((done) => {
  let left = ${STEPS};
  const frame = () => {
    if (left-- === 0) return done();
    scrollBy(0, ${SPEED_PX / 60});
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})`;

const cpuOf = async (page: Page): Promise<number> => {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  const busy = async (): Promise<number> =>
    (await cdp.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN;
  await page.evaluate("scrollTo(0, 0)");
  const before = await busy();
  await page.evaluate(STEP);
  const ms = ((await busy()) - before) * 1_000;
  await cdp.detach();
  return ms / STEPS;
};

const scroll = async (page: Page): Promise<Scrolled> => ({
  ...(await page.evaluate<Omit<Scrolled, "cpuMs">>(SCROLL)),
  cpuMs: await cpuOf(page),
});

interface Row {
  readonly id: string;
}

/** `count` rows that are as the given ones but for their ids. */
const manyOf = (rows: readonly Row[], count: number): Row[] =>
  Array.from({ length: count }, (_, n) => {
    const row = rows[n % rows.length]!;
    return { ...row, id: `${String(n).padStart(8, "0")}${row.id.slice(8)}` };
  });

/** Scrolls the findings, of which the server's answer is given 100,000 rows. */
export const scrollFindings = async (page: Page, base: string): Promise<Scrolled> => {
  const isList = (url: URL): boolean => url.pathname === "/api/v1/findings";
  await page.route(isList, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { rows: Row[] };
    const rows = manyOf(body.rows, ROWS);
    await route.fulfill({
      response: answer,
      json: { ...body, rows, next: null, count: rows.length, countIsExact: true },
    });
  });
  await load(page, `${base}/findings`, { heading: "Findings", has: ["table.grid-table tbody tr"] });
  await page.waitForTimeout(1_000);
  const scrolled = await scroll(page);
  const rows = await page.evaluate<number>(
    `Number(document.querySelector("table.grid-table").getAttribute("aria-rowcount")) - 1`,
  );
  await page.unroute(isList);
  return { ...scrolled, rows };
};

const PLAIN_ROWS = 2_000;

/** The same scrolling of a page with rows of plain text and nothing else: what this browser can do on this machine. */
export const scrollPlain = async (page: Page): Promise<Scrolled> => {
  const row = `<tr style="height:32px">${"<td>plain text</td>".repeat(8)}</tr>`;
  await page.setContent(`<table style="width:100%;table-layout:fixed">${row.repeat(PLAIN_ROWS)}</table>`);
  const scrolled = await scroll(page);
  return { ...scrolled, rows: PLAIN_ROWS };
};
