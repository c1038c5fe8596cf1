import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError, messageOf } from "@zerotrace/core";
import { download, publicUrl, urlUnder } from "./download.ts";
import type { Downloaded, DownloadLimits } from "./download.ts";
import type { FeedContext } from "./feed.ts";
import { XmlReader } from "@zerotrace/core/xml";

const MAX_REPOMD_BYTES = 4 * 1024 * 1024;
const MAX_UPDATEINFO_BYTES = 1024 ** 3;

/** Where a repository keeps one of its lists. */
export interface RepositoryList {
  readonly href: string;
  /** Null: the repository names another kind of sum. */
  readonly sha256: string | null;
}

/** Finds a list in a repomd.xml; null when the repository has none. Throws Error when it is no repomd.xml. */
export function listOfRepomd(xml: string, type: string): RepositoryList | null {
  let isWanted = false;
  let sumType = "";
  let href = "";
  let sum = "";
  const path: string[] = [];
  const reader = new XmlReader({
    open(name, attributes) {
      path.push(name);
      if (path.length === 1 && name !== "repomd") throw new Error("its element is not `repomd`");
      if (path.length === 2) isWanted = name === "data" && attributes.get("type") === type && href === "";
      if (!isWanted || path.length !== 3) return;
      if (name === "location") href = attributes.get("href") ?? "";
      if (name === "checksum") sumType = attributes.get("type") ?? "";
    },
    text(text) {
      if (isWanted && path.length === 3 && path[2] === "checksum" && sum.length < 200) sum += text;
    },
    close() {
      path.pop();
    },
  });
  reader.push(xml);
  reader.finish();
  if (href === "") return null;
  // Only a file below the repository itself: no other host, no way up.
  if (!/^[\w+~-][\w.+~-]*(\/[\w+~-][\w.+~-]*){0,9}$/.test(href)) throw new Error("its list lies at a strange place");
  const sha256 = sum.trim().toLowerCase();
  return { href, sha256: sumType === "sha256" && /^[0-9a-f]{64}$/.test(sha256) ? sha256 : null };
}

/**
 * Downloads the updateinfo.xml of the rpm repository at `base`, checked against its repomd.xml. Null when there is no repository
 * or it publishes no updates. Copies are kept in the folder `name` of the cache. Throws AppError FEEDS_UNAVAILABLE or BAD_FEED.
 */
export async function fetchUpdateInfo(
  context: FeedContext,
  base: string,
  name: string,
  limits: DownloadLimits,
): Promise<Downloaded | null> {
  const folder = join(context.cacheDir, encodeURIComponent(name));
  const repomd = await download(
    context,
    {
      url: urlUnder(base, "repodata", "repomd.xml"),
      path: join(folder, "repomd.xml"),
      maxBytes: MAX_REPOMD_BYTES,
      label: `Asking ${name} for its updates`,
      optional: true,
      allowStale: true,
    },
    limits,
  );
  if (repomd === null) return null;
  let list: RepositoryList | null;
  try {
    list = listOfRepomd(await readFile(repomd.path, "utf8"), "updateinfo");
  } catch (error) {
    await rm(repomd.path, { force: true });
    throw new AppError("BAD_FEED", `${publicUrl(base)} has no usable repodata/repomd.xml: ${messageOf(error)}.`, {
      cause: error,
    });
  }
  if (list === null) return null;
  const found = await download(
    context,
    {
      url: urlUnder(base, ...list.href.split("/")),
      path: join(folder, "updateinfo.xml"),
      maxBytes: MAX_UPDATEINFO_BYTES,
      label: `Downloading the updates of ${name}`,
      ...(list.sha256 !== null && { sha256: list.sha256 }),
    },
    limits,
  );
  return found && { ...found, stale: found.stale ?? repomd.stale };
}
