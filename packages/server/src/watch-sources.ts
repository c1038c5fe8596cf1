import { writeAudit } from "./features/audit/index.ts";
import { companyIds, type Generation, replaceStaleSources, withFreshness } from "./features/feeds/index.ts";
import { emit } from "./features/stream/index.ts";
import { noteEvent } from "./features/webhooks/index.ts";
import type { Database } from "./platform/db/index.ts";
import type { Logger } from "./platform/log/index.ts";
import type { Metrics } from "./platform/metrics/index.ts";

export interface WatchDeps {
  readonly db: Database;
  readonly metrics: Pick<Metrics, "feedSources">;
  readonly log: Pick<Logger, "warn" | "info">;
  /** Hours between two readings of the feeds. */
  readonly syncHours: number;
}

const HOUR_S = 3600;

/** By feed, the oldest of its locations. */
const agesOf = (sources: readonly ReturnType<typeof withFreshness>[]) => {
  const ages = new Map<string, { feed: string; ageSeconds: number; isStale: boolean }>();
  for (const { feed, ageHours, isStale } of sources) {
    const known = ages.get(feed);
    const ageSeconds = (ageHours ?? 0) * HOUR_S;
    ages.set(feed, {
      feed,
      ageSeconds: Math.max(known?.ageSeconds ?? 0, ageSeconds),
      isStale: isStale || known?.isStale === true,
    });
  }
  return [...ages.values()];
};

/**
 * Tells once when a source becomes stale or fresh again: an event on the stream and an audit row for every company, a line in
 * the log; and keeps the gauges true. Which ones are known to be stale is in the database.
 */
export const watchSources = async (deps: WatchDeps, generation: Generation | null, now: Date): Promise<void> => {
  const { db, metrics, log, syncHours } = deps;
  const sources = (generation?.meta.sources ?? []).map((one) => withFreshness(one, now, syncHours));
  metrics.feedSources(agesOf(sources));
  const stale = sources.filter((s) => s.isStale).map(({ feed, location }) => ({ feed, location }));
  const { became, recovered } = await db.asService((tx) => replaceStaleSources(tx, stale));
  if (became.length + recovered.length === 0) return;
  const news = [
    ...became.map((feed) => ({ feed, action: "feed.stale" })),
    ...recovered.map((feed) => ({ feed, action: "feed.fresh" })),
  ];
  for (const feed of became) log.warn({ feed }, "a source of advisories is stale");
  for (const feed of recovered) log.info({ feed }, "a source of advisories is fresh again");
  for (const companyId of await db.asService(companyIds)) {
    await db.withCompany(companyId, async (tx) => {
      for (const { feed, action } of news) {
        const source = sources.find((s) => s.feed === feed);
        const detail = { ageHours: source?.ageHours ?? null, staleAfterHours: source?.staleAfterHours ?? null };
        await writeAudit(tx, { companyId, actor: "system", action, target: feed, detail, ip: "" });
        await noteEvent(tx, companyId, { kind: action, detail: { feed, ...detail }, wanted: [action] });
      }
      const summary = { stale: became.join(", ") || null, fresh: recovered.join(", ") || null };
      await emit(tx, companyId, { channel: "feed_update", ids: [], count: news.length, summary });
    });
  }
};
