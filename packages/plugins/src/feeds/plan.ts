import { access } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { AppError, requestFault } from "@zerotrace/core";
import type { SourceReport } from "@zerotrace/core";
import { createDebianArchiveFeed } from "./debian-archive/index.ts";
import { DOWNLOAD_LIMITS, isUrl, publicUrl } from "./download.ts";
import { createEpssFeed, EPSS_URL, epssFeed } from "./epss/index.ts";
import type { Feed } from "./feed.ts";
import { createKevFeed, KEV_URL, kevFeed } from "./kev/index.ts";
import { COVERED_ECOSYSTEMS, OSV_BUCKET } from "./osv/ecosystems.ts";
import { createOsvFeed, osvFeed } from "./osv/index.ts";
import { FEEDS } from "./registry.ts";

const PROBE_TIMEOUT_MS = 5000;
/** For a source that the probe did not reach: one short try, then the copy at hand. */
const SHORT_LIMITS = { ...DOWNLOAD_LIMITS, attempts: 1, answerTimeoutMs: 1000 };
const MEND = "Name a folder or an address with --feeds (ZEROTRACE_FEEDS)";

/** The location that stands for the host's own package mirror in a list of feeds. */
export const PACKAGE_MIRROR = "debian-archive";

/** Addresses of the public sources; other ones stand in for them in tests and mirrors. */
export interface PublicSources {
  readonly osv: string;
  readonly kev: string;
  readonly epss: string;
}

export const PUBLIC_SOURCES: PublicSources = { osv: OSV_BUCKET, kev: KEV_URL, epss: EPSS_URL };

/** One reading: the feeds are tried in order, at least one must have something at the location. */
export interface PlanStep {
  readonly location: string;
  readonly feeds: readonly Feed[];
  /** See `FeedContext.isShared`. */
  readonly isShared: boolean;
}

export interface Plan {
  readonly steps: readonly PlanStep[];
  /** Sources that are left out, and why: shown beside the others. */
  readonly missing: readonly SourceReport[];
  /** What to say when a step finds nothing. */
  readonly mend: string;
}

export interface PlanOptions {
  readonly locations: readonly string[];
  readonly publicSources?: PublicSources;
  readonly dpkgStatusPath?: string;
  readonly osReleasePath?: string;
  readonly cacheDir: string;
}

/**
 * Decides what is read. Named locations: all of them. None: OSV's bucket with KEV and EPSS when the bucket answers within 5 seconds,
 * else the host's package mirror (with KEV and EPSS where these answer or an earlier copy is at hand).
 */
export async function planFeeds(options: PlanOptions, signal: AbortSignal, now: Date): Promise<Plan> {
  const { dpkgStatusPath, osReleasePath } = options;
  const mirror: PlanStep = {
    location: "",
    feeds: [createDebianArchiveFeed({ dpkgStatusPath, osReleasePath })],
    isShared: false,
  };
  if (options.locations.length > 0) {
    const steps = options.locations.map((location) =>
      location === PACKAGE_MIRROR ? mirror : namedStep(location, options.locations),
    );
    const ids = FEEDS.map((feed) => feed.descriptor.id).join(", ");
    return { steps, missing: [], mend: `Expected <Ecosystem>/all.zip or a folder of a feed there (${ids})` };
  }
  const urls = options.publicSources ?? PUBLIC_SOURCES;
  const [osvSilence, kevSilence, epssSilence] = await Promise.all([
    probe(`${urls.osv}/ecosystems.txt`, signal),
    probe(urls.kev, signal),
    probe(urls.epss, signal),
  ]);
  const steps: PlanStep[] = [
    osvSilence === null
      ? { location: urls.osv, feeds: [createOsvFeed({ ecosystems: COVERED_ECOSYSTEMS })], isShared: false }
      : mirror,
  ];
  const missing: SourceReport[] = [];
  const enrichment = [
    { feed: kevFeed, short: createKevFeed(SHORT_LIMITS), url: urls.kev, silence: kevSilence },
    { feed: epssFeed, short: createEpssFeed(SHORT_LIMITS), url: urls.epss, silence: epssSilence },
  ];
  for (const { feed, short, url, silence } of enrichment) {
    if (silence === null) steps.push({ location: url, feeds: [feed], isShared: false });
    else if (await hasCopy(options.cacheDir, feed, url)) steps.push({ location: url, feeds: [short], isShared: false });
    else missing.push(missingReport(feed, url, silence, now));
  }
  const mend =
    osvSilence === null
      ? MEND
      : `OSV's public bucket did not answer (${osvSilence}), and there is no package mirror. ${MEND}`;
  return { steps, missing, mend };
}

/** `nvd` is the feed at its public address, `nvd=<folder or URL>` the feed there; anything else is asked by every feed. */
const namedStep = (location: string, all: readonly string[]): PlanStep => {
  const [, id = "", own] = /^([a-z0-9-]+)(?:=(.+))?$/.exec(location) ?? [];
  const named = FEEDS.find((feed) => feed.descriptor.id === id);
  if (named !== undefined) return { location: own ?? named.publicLocation, feeds: [named], isShared: false };
  // A layout that is named itself is not read a second time with its parent.
  const osv = holdsAnother(location, all) ? createOsvFeed({ nested: false }) : osvFeed;
  const others = FEEDS.filter((feed) => feed !== osvFeed && feed.publicLocation !== "");
  return { location, feeds: [osv, ...others], isShared: true };
};

const holdsAnother = (location: string, all: readonly string[]): boolean =>
  !isUrl(location) && all.some((other) => !isUrl(other) && resolve(other).startsWith(`${resolve(location)}${sep}`));

/** Null when the address answers with success in time; else why not. */
async function probe(url: string, signal: AbortSignal): Promise<string | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(PROBE_TIMEOUT_MS)]) });
    await response.body?.cancel();
    return response.ok ? null : `it answered ${response.status}`;
  } catch (error) {
    signal.throwIfAborted();
    return requestFault(error);
  }
}

const hasCopy = (cacheDir: string, feed: Feed, url: string): Promise<boolean> =>
  access(join(cacheDir, feed.descriptor.id, url.slice(url.lastIndexOf("/") + 1))).then(
    () => true,
    () => false,
  );

const missingReport = (feed: Feed, url: string, silence: string, now: Date): SourceReport => ({
  feed: feed.descriptor.id,
  location: publicUrl(url),
  dataAt: null,
  readAt: now.toISOString(),
  recordCount: 0,
  badCount: 0,
  bad: [],
  covers: [],
  notCovered: [`All of it: it could not be reached (${silence}).`],
  origins: [],
});

/** What a step that found nothing says. */
export const nothingAt = (step: PlanStep, plan: Plan): AppError =>
  new AppError(
    "FEEDS_UNAVAILABLE",
    step.location === "" ? `${plan.mend}.` : `Nothing of use at ${shownLocation(step.location)}. ${plan.mend}.`,
    { field: "feeds" },
  );

const shownLocation = (location: string): string => (isUrl(location) ? publicUrl(location) : location);
