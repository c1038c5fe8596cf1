import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError, messageOf, parseOsvRecord } from "@zerotrace/core";
import { lastModifiedOf } from "../data-date.ts";
import { DOWNLOAD_LIMITS, download, isUrl, publicUrl, urlUnder } from "../download.ts";
import type { DownloadLimits } from "../download.ts";
import type { Feed, FeedContext, FeedSink } from "../feed.ts";
import { plainChunks } from "../plain.ts";
import { Tally } from "../report.ts";
import { Issues } from "./issues.ts";
import { JsonMembers } from "./members.ts";
import type { Member } from "./members.ts";

/** Everything that Debian's security tracker knows, as one document (https://security-tracker.debian.org). */
export const DEBIAN_TRACKER_URL = "https://security-tracker.debian.org/tracker/data/json";

const FILE_NAMES = ["debian.json", "debian.json.gz"] as const;
const COPY_NAME = "tracker.json";
const MAX_FILE_BYTES = 1024 ** 3;
const MAX_PLAIN_BYTES = 2 * 1024 ** 3;
const ORIGIN = `Debian security tracker (${DEBIAN_TRACKER_URL})`;
const ISSUES_PER_PROGRESS = 1000;

/** Reads the tracker's document, at its own address or as `debian-tracker/debian.json(.gz)` of a shared place. */
export const createDebianTrackerFeed = (limits: DownloadLimits = DOWNLOAD_LIMITS): Feed => ({
  descriptor: {
    id: "debian-tracker",
    title: "Debian security tracker",
    summary: "Which version of Debian's packages fixes what, and what is not fixed.",
    source: DEBIAN_TRACKER_URL,
    version: "1",
  },
  publicLocation: DEBIAN_TRACKER_URL,
  async read(context, location, sink) {
    const found = await locate(context, location, limits);
    if (found === null) return null;
    const shown = isUrl(location) ? publicUrl(location) : location;
    const tally = new Tally(context.clock());
    const issues = new Issues();
    await readIssues(context, { path: found.path, shown, isCopy: isUrl(location) }, issues, tally);
    tell(context, issues, sink, tally);
    if (tally.recordCount === 0) throw new AppError("BAD_FEED", `${shown} has no issue that can be used.`);
    const unknown = [...issues.unknownReleases].sort().slice(0, 20);
    return tally.report({
      feed: "debian-tracker",
      location: shown,
      readAt: context.clock(),
      dataAt: await lastModifiedOf(found.path),
      notCovered: [
        "Releases that the tracker no longer follows, and packages of other archives (backports, third parties).",
        ...(issues.undeterminedCount > 0
          ? [
              `${issues.undeterminedCount} times Debian has not determined whether a package is affected: it counts as affected.`,
            ]
          : []),
        ...(unknown.length > 0 ? [`Releases whose number is not known: ${unknown.join(", ")}.`] : []),
        ...(found.stale === null ? [] : [`It could not be reached (${found.stale}); the last copy is used.`]),
      ],
    });
  },
});

/** The feed with its defaults. */
export const debianTrackerFeed: Feed = createDebianTrackerFeed();

async function locate(
  context: FeedContext,
  location: string,
  limits: DownloadLimits,
): Promise<{ path: string; stale: string | null } | null> {
  const isFile = /(\/json|\.json|\.gz)$/i.test(location);
  if (context.isShared && (isFile || /\.(csv|zip|xml)$/i.test(location))) return null;
  const folder = context.isShared ? ["debian-tracker"] : [];
  if (!isUrl(location)) {
    for (const path of isFile ? [location] : FILE_NAMES.map((name) => join(location, ...folder, name))) {
      const found = await stat(path).catch(() => null);
      if (found === null) continue;
      if (found.size > MAX_FILE_BYTES)
        throw new AppError("BAD_FEED", `${path} is larger than ${MAX_FILE_BYTES} bytes.`);
      return { path, stale: null };
    }
    return null;
  }
  for (const url of isFile ? [location] : FILE_NAMES.map((name) => urlUnder(location, ...folder, name))) {
    const request = {
      url,
      path: join(context.cacheDir, COPY_NAME),
      maxBytes: MAX_FILE_BYTES,
      label: "Downloading Debian's security tracker",
      optional: !isFile,
      allowStale: isFile,
    };
    const found = await download(context, request, limits);
    if (found !== null) return found;
  }
  return null;
}

async function readIssues(
  context: FeedContext,
  { path, shown, isCopy }: { readonly path: string; readonly shown: string; readonly isCopy: boolean },
  issues: Issues,
  tally: Tally,
): Promise<void> {
  const members = new JsonMembers();
  try {
    for await (const chunk of plainChunks(path, { maxBytes: MAX_PLAIN_BYTES, signal: context.signal })) {
      for (const member of members.push(chunk)) readMember(member, issues, tally);
      const label = "Reading Debian's security tracker";
      context.onProgress({ label, doneBytes: 0, totalBytes: null, recordCount: issues.count });
    }
    members.finish();
  } catch (error) {
    context.signal.throwIfAborted();
    if (isCopy) await rm(path, { force: true });
    throw new AppError("BAD_FEED", `${shown} is not the tracker's document: ${messageOf(error)}.`, { cause: error });
  }
}

function readMember({ outer, inner, value }: Member, issues: Issues, tally: Tally): void {
  const place = `${outer} ${inner}`;
  if (value === null) return tally.bad(place, "it is too large");
  try {
    issues.add(outer, inner, JSON.parse(value.toString("utf8")));
  } catch (error) {
    // A broken limit ends the reading.
    if (error instanceof RangeError) throw error;
    tally.bad(place, messageOf(error));
  }
}

function tell(context: FeedContext, issues: Issues, sink: FeedSink, tally: Tally): void {
  for (const raw of issues.records(ORIGIN)) {
    try {
      const record = parseOsvRecord(raw);
      sink.record(record, JSON.stringify(raw));
      for (const affected of record.affected) tally.covers.add(affected.ecosystem);
      tally.recordCount++;
    } catch (error) {
      tally.bad(raw.id, messageOf(error));
    }
    if (tally.recordCount % ISSUES_PER_PROGRESS === 0) context.signal.throwIfAborted();
  }
  tally.origins.add(ORIGIN);
}
