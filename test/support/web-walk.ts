import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import type { Live } from "./live.ts";
import { signIn } from "./screens-page.ts";

const require = createRequire(createRequire(import.meta.url).resolve("@axe-core/playwright"));
/** The rules of accessibility, put into each page once: every question of a page is then answered without sending them again. */
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** What a page must have done before it is looked at (ms). */
const PATIENCE_MS = 15_000;

/** An element of a page that is walked. */
interface Standing {
  readonly tagName: string;
  readonly parentElement: Standing | null;
  readonly childNodes: Iterable<{ readonly nodeType: number; readonly textContent: string | null }>;
  getAttribute: (name: string) => string | null;
}

interface Rect {
  readonly x: number;
  readonly y: number;
}

/** One movement of the page, as the browser tells it. */
interface Shift {
  readonly value: number;
  readonly sources: readonly {
    readonly node: { nodeType: number; localName?: string; className?: unknown; parentElement?: Shifted | null } | null;
    readonly previousRect: Rect;
    readonly currentRect: Rect;
  }[];
}
interface Shifted {
  readonly localName?: string;
  readonly className?: unknown;
}

/** What stands in a page that is walked. */
interface Walked {
  /** Requests under way (count). */
  asked: number;
  /** Looks in a row that found the page at rest (count). */
  quiet: number;
  readonly innerWidth: number;
  readonly document: {
    querySelector: (selector: string) => unknown;
    querySelectorAll: (selector: string) => Iterable<Standing>;
    readonly documentElement: { scrollWidth: number; setAttribute: (name: string, value: string) => void };
  };
  readonly localStorage: { setItem: (key: string, value: string) => void };
  readonly axe: {
    run: (context: unknown, options: object) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
  };
}

/** A page of somebody who is signed in, that counts what it asks and can be asked for what breaks the rules of accessibility. */
export const openWalk = async (browser: Browser, live: Live, stored: Readonly<Record<string, string>> = {}) => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  await context.addInitScript({ content: AXE });
  await context.addInitScript((given) => {
    const walked = globalThis as unknown as Walked;
    for (const [key, value] of Object.entries(given)) walked.localStorage.setItem(`zerotrace.${key}`, value);
    const before = fetch;
    walked.asked = 0;
    globalThis.fetch = async (...args) => {
      walked.asked += 1;
      try {
        return await before(...args);
      } finally {
        walked.asked -= 1;
      }
    };
  }, stored);
  const page = await context.newPage();
  await signIn(page, live, "few");
  return page;
};

/** Waits until the page shows all that it asked for. */
export const settled = async (page: Page): Promise<void> => {
  await page.getByRole("heading", { level: 1 }).first().waitFor({ timeout: PATIENCE_MS });
  await page.waitForFunction(
    () => {
      const walked = globalThis as unknown as Walked;
      const isQuiet = walked.asked === 0 && walked.document.querySelector(".skeleton") === null;
      walked.quiet = isQuiet ? (walked.quiet ?? 0) + 1 : 0;
      return walked.quiet > 3;
    },
    undefined,
    { polling: 40, timeout: PATIENCE_MS },
  );
};

/** Answers of the API come this much later at most (ms), each by another time: pages fill in any order. */
const LATE_MS = 160;

/** Has answers come late from now on, in an order that is the same in each run. */
export const makeLate = async (page: Page): Promise<void> => {
  let turn = 0;
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.route("**/api/v1/**", async (route) => {
    turn = (turn * 5 + 3) % 8;
    await sleep((turn * LATE_MS) / 7);
    await route.continue().catch(() => undefined); // a page that was left wants it no more
  });
};

/** What moved since the page was loaded while nobody touched anything, in words. */
export const movedOn = (page: Page): Promise<string[]> =>
  page.evaluate(
    () =>
      new Promise<string[]>((done) => {
        const found: string[] = [];
        const note = (list: { getEntries: () => unknown[] }) => {
          for (const { value, sources } of list.getEntries() as Shift[]) {
            const what = sources.map(({ node, previousRect: from, currentRect: to }) => {
              const { localName = "text", className = "" } = node?.nodeType === 1 ? node : (node?.parentElement ?? {});
              return `${localName}.${String(className).slice(0, 60)} by ${to.x - from.x}, ${to.y - from.y}`;
            });
            found.push(`moves by ${value.toFixed(4)}: ${what.join(" | ")}`);
          }
        };
        // Node's types know no movements
        const observer: { observe: (asked: object) => void } = new PerformanceObserver(note);
        observer.observe({ type: "layout-shift", buffered: true });
        setTimeout(() => done(found), 100);
      }),
  );

/** What breaks a rule on the page but for contrast, in words. */
export const violationsOf = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const { axe, document } = globalThis as unknown as Walked;
    const rules = { "color-contrast": { enabled: false } };
    const { violations } = await axe.run(document, { resultTypes: ["violations"], rules });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" ")}`);
  });

/**
 * What is too faint to be read in any of the themes, in words. An element that stands as one that was seen before, in the same classes below
 * the same classes, has its colors and is passed over: `seen` remembers them from page to page.
 */
export const faintOf = async (page: Page, seen: Set<number>, themes: readonly string[]): Promise<string[]> => {
  const { fresh, found } = await page.evaluate(
    async ({ known, names }) => {
      const { axe, document } = globalThis as unknown as Walked;
      const old = new Set(known);
      const places = new Map<Standing, number>();
      const hash = (text: string, from: number): number => {
        let value = from;
        for (let i = 0; i < text.length; i += 1) value = (Math.imul(value, 31) + text.charCodeAt(i)) | 0;
        return value;
      };
      const placeOf = (one: Standing): number => {
        const before = places.get(one);
        if (before !== undefined) return before;
        const states = ["aria-current", "aria-pressed", "aria-selected", "disabled"].map((a) => one.getAttribute(a));
        const own = `${one.tagName} ${one.getAttribute("class")} ${states.join(" ")}`;
        const place = hash(own, one.parentElement === null ? 7 : placeOf(one.parentElement));
        places.set(one, place);
        return place;
      };
      const elements = [...document.querySelectorAll("body *")].filter((one) => {
        const hasText = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim() !== "");
        const place = placeOf(one);
        if (!hasText || old.has(place)) return false;
        old.add(place);
        return true;
      });
      const told: string[] = [];
      for (const theme of elements.length === 0 ? [] : names) {
        document.documentElement.setAttribute("data-theme", theme);
        const options = { resultTypes: ["violations"], runOnly: ["color-contrast"] };
        const { violations } = await axe.run({ include: elements }, options);
        for (const { nodes } of violations)
          told.push(...nodes.map(({ html }) => `${theme}: faint: ${html.slice(0, 200)}`));
      }
      return { fresh: elements.map(placeOf), found: told };
    },
    { known: [...seen], names: themes },
  );
  for (const place of fresh) seen.add(place);
  return found;
};

/** How far the page is wider than its window, in pixels; 0 or less: it is not. */
export const tooWide = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const { document, innerWidth } = globalThis as unknown as Walked;
    return document.documentElement.scrollWidth - innerWidth;
  });

/** Every text on the page that is read or heard, without what is written in the language of queries and programs. */
export const textsShown = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { document } = globalThis as unknown as Walked;
    const texts = new Set<string>();
    for (const one of document.querySelectorAll("body *")) {
      if (["SCRIPT", "STYLE", "CODE", "PRE", "KBD"].includes(one.tagName)) continue;
      for (const node of one.childNodes) if (node.nodeType === 3) texts.add(node.textContent?.trim() ?? "");
      for (const name of ["aria-label", "title", "placeholder", "alt"]) texts.add(one.getAttribute(name)?.trim() ?? "");
    }
    return [...texts];
  });
