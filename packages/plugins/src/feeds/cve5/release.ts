import { readFile, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { AppError, messageOf } from "@zerotrace/core";
import { download, publicUrl } from "../download.ts";
import type { DownloadLimits } from "../download.ts";
import type { FeedContext } from "../feed.ts";
import { parseJson } from "../json-text.ts";
import { unwrapZip } from "./unwrap.ts";

const MAX_RELEASE_BYTES = 4 * 1024 * 1024;
const MAX_ASSETS = 100;
const DAY_MS = 86_400_000;
/** An archive of all records is used so long, with the changes of each day laid over it. */
const BASE_MAX_DAYS = 14;
const ALL = /_all_CVEs_at_midnight\.zip(\.zip)?$/;
const MAX_ARCHIVE_BYTES = 8 * 1024 ** 3;

/** The archives that together are the list, newest first. */
export interface Release {
  readonly paths: readonly string[];
  readonly publishedAt: string | null;
  /** Why an older copy is used; null when it is the present one. */
  readonly stale: string | null;
}

interface Asset {
  readonly name: string;
  readonly url: string;
  readonly sha256: string | undefined;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Brings the archives of the latest release into the cache: all records as of midnight (an archive in an archive, kept
 * unwrapped and used for two weeks with what changed on each day since) and those changed since midnight. Throws AppError FEEDS_UNAVAILABLE or BAD_FEED.
 */
export async function fetchRelease(context: FeedContext, url: string, limits: DownloadLimits): Promise<Release> {
  const found = await download(
    context,
    {
      url,
      path: join(context.cacheDir, "release.json"),
      maxBytes: MAX_RELEASE_BYTES,
      label: "Asking for the CVE list",
      allowStale: true,
    },
    limits,
  );
  if (found === null) throw new AppError("FEEDS_UNAVAILABLE", `${publicUrl(url)} has no release.`);
  const { assets, publishedAt } = await readRelease(found.path, url);
  const all = assets.find((asset) => ALL.test(asset.name));
  const changed = assets.find((asset) => /_delta_CVEs_at_\w+\.zip$/.test(asset.name));
  if (all === undefined) throw new AppError("BAD_FEED", `${publicUrl(url)} names no archive of all CVEs.`);
  const newest = changed === undefined ? [] : [await fetchAsset(context, changed, limits)];
  const paths = (await daysSince(context, all, limits)) ?? [await fetchAsset(context, all, limits)];
  const used = [...newest, ...paths].filter((one) => one !== null);
  await forgetOthers(context.cacheDir, new Set(used.map((one) => basename(one))));
  return { paths: used, publishedAt, stale: found.stale };
}

const dayOf = (name: string): string => /^\d{4}-\d\d-\d\d(?=_)/.exec(name)?.[0] ?? "";
const dayBefore = (day: string): string => new Date(Date.parse(day) - DAY_MS).toISOString().slice(0, 10);

/**
 * An archive of all records at hand that is a few days old, under the changes of each day since; newest first. Null when
 * there is none, it is the present one, or a day is missing: then the present one is used.
 */
async function daysSince(context: FeedContext, all: Asset, limits: DownloadLimits): Promise<string[] | null> {
  const names = (await readdir(context.cacheDir)).filter((name) => ALL.test(name)).sort();
  const base = names.at(-1);
  const root = /^(.+)\/cve_[^/]+\/[^/]+$/.exec(all.url)?.[1];
  const until = dayOf(all.name);
  if (base === undefined || base === all.name || root === undefined || until === "") return null;
  const from = dayOf(base);
  if (from >= until || Date.parse(until) - Date.parse(from) > BASE_MAX_DAYS * DAY_MS) return null;
  const paths: string[] = [];
  for (let day = dayBefore(until); day >= from; day = dayBefore(day)) {
    const name = `${day}_delta_CVEs_at_end_of_day.zip`;
    const url = `${root}/cve_${day}_at_end_of_day/${name}`;
    const path = await fetchAsset(context, { name, url, sha256: undefined }, limits, true);
    if (path === null) return null;
    paths.push(path);
  }
  return [...paths, join(context.cacheDir, base)];
}

async function readRelease(path: string, url: string): Promise<{ assets: Asset[]; publishedAt: string | null }> {
  let release: Json;
  try {
    release = parseJson(await readFile(path)) as Json;
    if (!Array.isArray(release["assets"])) throw new Error("it has no list `assets`");
  } catch (error) {
    for (const ending of ["", ".tag"]) await rm(path + ending, { force: true });
    throw new AppError("BAD_FEED", `${publicUrl(url)} is no release: ${messageOf(error)}.`, { cause: error });
  }
  const assets = (release["assets"] as unknown[]).slice(0, MAX_ASSETS).flatMap((value): Asset[] => {
    const { name, browser_download_url: address, digest } = (value ?? {}) as Json;
    const isUsable = typeof name === "string" && /^[\w.-]{1,120}$/.test(name) && typeof address === "string";
    if (!isUsable || !/^https?:\/\//.test(address)) return [];
    return [{ name, url: address, sha256: /^sha256:([0-9a-f]{64})$/i.exec(String(digest))?.[1] }];
  });
  const at = new Date(String(release["published_at"]));
  return { assets, publishedAt: Number.isNaN(at.getTime()) ? null : at.toISOString() };
}

/** The unwrapped archive of an asset. Its name holds date and hour: what stands under it does not change. */
async function fetchAsset(
  context: FeedContext,
  asset: Asset,
  limits: DownloadLimits,
  optional = false,
): Promise<string | null> {
  const path = join(context.cacheDir, asset.name);
  const known = await stat(path).catch(() => null);
  if (known?.isFile()) return path;
  const packed = `${path}.packed`;
  const found = await download(
    context,
    {
      url: asset.url,
      path: packed,
      maxBytes: MAX_ARCHIVE_BYTES,
      label: `Downloading ${asset.name}`,
      optional,
      ...(asset.sha256 !== undefined && { sha256: asset.sha256 }),
    },
    limits,
  );
  if (found === null && optional) return null;
  if (found === null) throw new AppError("FEEDS_UNAVAILABLE", `${publicUrl(asset.url)} is not there.`);
  try {
    const inner = await unwrapZip(packed, `${path}.inner`, context.signal);
    await rename(inner ?? packed, path);
  } finally {
    for (const ending of ["", ".tag"]) await rm(packed + ending, { force: true });
    await rm(`${path}.inner`, { force: true });
  }
  return path;
}

async function forgetOthers(folder: string, keep: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(folder)) {
    const asset = name.replace(/\.(packed|inner).*$/, "");
    if (/_CVEs_at_\w+\.zip(\.zip)?$/.test(asset) && !keep.has(asset)) await rm(join(folder, name), { force: true });
  }
}
