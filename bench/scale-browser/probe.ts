import type { Page } from "playwright-core";

/** What tells that a page shows its data: its heading, something that only data brings, and nothing that is still awaited. */
export interface Shown {
  /** What the page's heading begins with; empty: any but that of the page that was left. */
  readonly heading: string;
  /** Selectors within the page; each must find something. */
  readonly has: readonly string[];
}

/** The slowest answer of the server while a page was awaited. */
export interface Slowest {
  readonly path: string;
  readonly ms: number;
}

export interface Visit {
  /** Until the data was painted, milliseconds. */
  readonly ms: number;
  readonly slowest: Slowest;
  /** Answers of the API that came meanwhile. */
  readonly requests: number;
  /** Layout shift meanwhile, as the browser sums it; what follows a key or a click is not left out. */
  readonly shift: number;
  /** What moved most, as CSS would name it. */
  readonly moved: string;
}

/**
 * Runs in the page before all else. Looks at the page in each frame, and waits for the paint that follows. It is text, as it is
 * code of a browser.
 */
const PROBE = `(() => {
  const headingOf = () => document.querySelector("main h1")?.textContent ?? "";
  const isShown = ({ heading, has }, left) => {
    const main = document.querySelector("main");
    const is = headingOf();
    if (is === "" || is === left || !is.startsWith(heading)) return false;
    if (main.querySelector(".skeleton, output[aria-label=Loading]")) return false;
    return has.every((one) => main.querySelector(one) !== null);
  };
  const painted = () => new Promise((done) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done();
    port2.postMessage(null);
  }));
  const until = async (shown, limitMs, left) => {
    const end = performance.now() + limitMs;
    while (!isShown(shown, left)) {
      if (performance.now() > end) throw new Error("not shown in " + limitMs + " ms: " + location.pathname);
      await new Promise(requestAnimationFrame);
    }
    await painted();
    return performance.now();
  };
  const since = (from) => {
    const asked = performance.getEntriesByType("resource").filter((e) => e.startTime >= from && e.name.includes("/api/"));
    let slowest = { path: "", ms: 0 };
    for (const { name, duration } of asked) if (duration > slowest.ms) slowest = { path: name.slice(location.origin.length), ms: duration };
    return { slowest, requests: asked.length, ...movedSince(from) };
  };
  const nameOf = (node) => {
    const element = node?.nodeType === 1 ? node : node?.parentElement;
    if (!element) return "?";
    const label = element.getAttribute("aria-label");
    return element.localName + (label ? "[" + label + "]" : "") + (element.className ? "." + String(element.className).split(" ").slice(0, 3).join(".") : "");
  };
  const shifts = [];
  const note = (list) => {
    for (const { startTime, value, sources } of list)
      shifts.push({ startTime, value, of: sources.map(({ node, previousRect: a, currentRect: b }) => nameOf(node) + " " + (b.x - a.x) + "," + (b.y - a.y)) });
  };
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  observer.observe({ type: "layout-shift", buffered: true });
  const movedSince = (from) => {
    note(observer.takeRecords());
    const since = shifts.filter(({ startTime }) => startTime >= from);
    const most = since.toSorted((a, b) => b.value - a.value)[0];
    return { shift: since.reduce((sum, { value }) => sum + value, 0), moved: most ? most.of.join(" | ") : "" };
  };
  performance.setResourceTimingBufferSize(5000);
  window.zt = {
    go: async (path, shown, limitMs) => {
      const from = performance.now();
      const left = headingOf();
      history.pushState({}, "", path);
      const at = await until(shown, limitMs, left);
      return { ms: at - from, ...since(from) };
    },
    loaded: async (shown, limitMs) => ({ ms: await until(shown, limitMs), ...since(0) }),
    moved: movedSince,
  };
})();`;

/** Puts the probe into every page of the context. */
export const putProbe = (page: Page): Promise<unknown> => page.addInitScript(PROBE);

const LIMIT_MS = 60_000;

/** Changes the route within the page, as a link does; answers when the new page's data is painted. */
export const go = (page: Page, path: string, shown: Shown): Promise<Visit> =>
  page.evaluate(`zt.go(${JSON.stringify(path)}, ${JSON.stringify(shown)}, ${LIMIT_MS})`);

/** Loads the address; answers when its data is painted, from the beginning of the navigation. */
export const load = async (page: Page, url: string, shown: Shown): Promise<Visit> => {
  await page.goto(url, { waitUntil: "commit" });
  return page.evaluate(`zt.loaded(${JSON.stringify(shown)}, ${LIMIT_MS})`);
};
