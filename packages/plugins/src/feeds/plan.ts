import { readdir } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { AppError, requestFault } from "@zerotrace/core";
import type { SourceReport } from "@zerotrace/core";
import { createCweFeed, CWE_URL } from "./cwe/index.ts";
import { createDebianArchiveFeed } from "./debian-archive/index.ts";
import { DOWNLOAD_LIMITS, isUrl, publicUrl } from "./download.ts";
import { createEolFeed, EOL_URL } from "./eol/index.ts";
import { createEpssFeed, EPSS_URL } from "./epss/index.ts";
import { createExploitsFeed, EXPLOIT_DB_URL } from "./exploits/index.ts";
import type { Feed } from "./feed.ts";
import { createKevFeed, KEV_URL } from "./kev/index.ts";
import { COVERED_ECOSYSTEMS, OSV_BUCKET } from "./osv/ecosystems.ts";
import { createOsvFeed, osvFeed, type OsvOptions } from "./osv/index.ts";
import { publicEcosystems } from "./public-ecosystems.ts";
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
  /** Those that are left out are not read. */
  readonly cwe?: string;
  readonly eol?: string;
  readonly exploits?: string;
}

export const PUBLIC_SOURCES: PublicSources = {
  osv: OSV_BUCKET,
  kev: KEV_URL,
  epss: EPSS_URL,
  cwe: CWE_URL,
  eol: EOL_URL,
  exploits: EXPLOIT_DB_URL,
};

/** What enriches, in the order of the report; one that fails keeps nobody from judging. */
const ENRICHMENT = [
  { id: "kev", create: createKevFeed },
  { id: "epss", create: createEpssFeed },
  { id: "cwe", create: createCweFeed },
  { id: "eol", create: createEolFeed },
  { id: "exploits", create: createExploitsFeed },
] as const;

/** One reading: the feeds are tried in order, at least one must have something at the location. */
export interface PlanStep {
  readonly location: string;
  readonly feeds: readonly Feed[];
  /** See `FeedContext.isShared`. */
  readonly isShared: boolean;
  /** True: when it cannot be read it is reported as missing, and the rest is used. */
  readonly isOptional?: true;
  /** The same feed with one short try, for the copy at hand when the source was too slow. */
  readonly short?: Feed;
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
  /** Of the public sources only these ecosystems are read, named without a release; all that inventories can hold when absent. */
  readonly ecosystems?: readonly string[];
  readonly publicSources?: PublicSources;
  readonly dpkgStatusPath?: string;
  readonly osReleasePath?: string;
  readonly cacheDir: string;
}

/**
 * Decides what is read. Named locations: all of them. None: OSV's bucket when it answers within 5 seconds, else the host's package
 * mirror; with either KEV, EPSS, CWE, endoflife.date and exploit references, where these answer or an earlier copy is at hand.
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
  const wanted = ENRICHMENT.flatMap(({ id, create }) => {
    const url = urls[id];
    return url === undefined ? [] : [{ url, feed: create(), short: create(SHORT_LIMITS) }];
  });
  const [osvSilence, ...silences] = await Promise.all([
    probe(`${urls.osv}/ecosystems.txt`, signal),
    ...wanted.map(({ url }) => probe(url, signal)),
  ]);
  const steps: PlanStep[] = [
    osvSilence === null ? { location: urls.osv, feeds: [createOsvFeed(partOf(options))], isShared: false } : mirror,
  ];
  const missing: SourceReport[] = [];
  for (const [i, { url, feed, short }] of wanted.entries()) {
    const silence = silences[i] ?? null;
    const step = { location: url, isShared: false, isOptional: true } as const;
    if (silence === null) steps.push({ ...step, feeds: [feed], short });
    else if (await hasCopy(options.cacheDir, feed)) steps.push({ ...step, feeds: [short] });
    else missing.push(missingReport(feed, url, `it could not be reached (${silence})`, now));
  }
  const mend =
    osvSilence === null
      ? MEND
      : `OSV's public bucket did not answer (${osvSilence}), and there is no package mirror. ${MEND}`;
  return { steps, missing, mend };
}

const partOf = ({ ecosystems }: PlanOptions): OsvOptions =>
  ecosystems === undefined
    ? { ecosystems: COVERED_ECOSYSTEMS }
    : { ecosystems: publicEcosystems(ecosystems), isPart: true };

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

/** Whether an earlier reading left anything whole. */
const hasCopy = (cacheDir: string, feed: Feed): Promise<boolean> =>
  readdir(join(cacheDir, feed.descriptor.id)).then(
    (names) => names.some((name) => !/\.(?:part|tag)$/.test(name)),
    () => false,
  );

/** The report of a source of which nothing is at hand; `why` is a clause. */
export const missingReport = (feed: Feed, url: string, why: string, now: Date): SourceReport => ({
  feed: feed.descriptor.id,
  location: publicUrl(url),
  dataAt: null,
  readAt: now.toISOString(),
  recordCount: 0,
  badCount: 0,
  bad: [],
  covers: [],
  notCovered: [`All of it: ${why}.`],
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
