import { readFile, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError, messageOf } from "@zerotrace/core";
import { download, publicUrl } from "../download.ts";
import type { DownloadLimits } from "../download.ts";
import type { FeedContext } from "../feed.ts";
import { parseJson } from "../json-text.ts";
import { unwrapZip } from "./unwrap.ts";

const MAX_RELEASE_BYTES = 4 * 1024 * 1024;
const MAX_ASSETS = 100;
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
 * unwrapped and not fetched again while its name stays) and those changed since. Throws AppError FEEDS_UNAVAILABLE or BAD_FEED.
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
  const all = assets.find((asset) => /_all_CVEs_at_midnight\.zip(\.zip)?$/.test(asset.name));
  const changed = assets.find((asset) => /_delta_CVEs_at_\w+\.zip$/.test(asset.name));
  if (all === undefined) throw new AppError("BAD_FEED", `${publicUrl(url)} names no archive of all CVEs.`);
  const paths: string[] = [];
  const keep = new Set<string>();
  for (const asset of changed === undefined ? [all] : [changed, all]) {
    keep.add(asset.name);
    paths.push(await fetchAsset(context, asset, limits));
  }
  await forgetOthers(context.cacheDir, keep);
  return { paths, publishedAt, stale: found.stale };
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
async function fetchAsset(context: FeedContext, asset: Asset, limits: DownloadLimits): Promise<string> {
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
      ...(asset.sha256 !== undefined && { sha256: asset.sha256 }),
    },
    limits,
  );
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
