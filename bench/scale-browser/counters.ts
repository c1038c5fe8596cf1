import type { Client } from "pg";
import type { Page } from "playwright-core";
import { changesOf, countFindings } from "../scale/changes.ts";
import type { ScaleServer } from "../scale/server.ts";
import { load } from "./probe.ts";
import type { Screen } from "./screens.ts";

/** How long a counter is awaited after all work is done, milliseconds. */
const LIMIT_MS = 10_000;

/** A change, and how long the page took to say what is true after it. */
export interface Counted {
  readonly change: string;
  /** From the moment the change was sent. */
  readonly sentMs: number;
  /** From the moment the server answered that it is committed. */
  readonly committedMs: number;
  readonly before: number;
  /** What counting rows says afterwards. */
  readonly after: number;
  readonly isExact: boolean;
}

/** Writes down each number that the counter of the overview shows, and when. */
const WATCH = `(() => {
  const text = () => document.querySelector('main a[href="/findings"].mono')?.textContent ?? "";
  window.ztSaid = [{ at: Date.now(), text: text() }];
  new MutationObserver(() => {
    if (text() !== window.ztSaid.at(-1).text) window.ztSaid.push({ at: Date.now(), text: text() });
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
})()`;

interface Said {
  readonly at: number;
  readonly text: string;
}
const numberOf = ({ text }: Said): number => Number(text.replaceAll(/\D/g, ""));

/**
 * Makes changes that move the counter of open findings, and tells how long the overview took to show what counting every row says
 * after it.
 */
export const measureCounters = async (
  page: Page,
  { server, client, overview }: { server: ScaleServer; client: Client; overview: Screen },
  onCounted: (counted: Counted) => void,
): Promise<void> => {
  for (const { name: change, make } of await changesOf(server, client)) {
    await load(page, server.url + overview.path, overview);
    await page.waitForTimeout(1_000);
    const before = await countFindings(client, server.companyId);
    await page.evaluate(WATCH);
    const sentAt = Date.now();
    await make();
    const committedAt = Date.now();
    await server.settle();
    const after = await countFindings(client, server.companyId);
    const heard = (): Promise<Said[]> => page.evaluate<Said[]>("window.ztSaid");
    let said = await heard();
    for (
      const from = Date.now();
      numberOf(said.at(-1)!) !== after && Date.now() - from < LIMIT_MS;
      said = await heard()
    ) {
      await page.waitForTimeout(50);
    }
    const at = said.at(-1)?.at ?? Number.NaN;
    const isExact = numberOf(said.at(-1)!) === after;
    onCounted({ change, sentMs: at - sentAt, committedMs: at - committedAt, before, after, isExact });
  }
};
