import { stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError, messageOf } from "@zerotrace/core";
import { DOWNLOAD_LIMITS, download, isUrl, publicUrl, urlUnder } from "../download.ts";
import type { DownloadLimits } from "../download.ts";
import type { Feed, FeedContext } from "../feed.ts";
import { parseJson } from "../json-text.ts";
import { plainBytes } from "../plain.ts";
import { Tally } from "../report.ts";
import { productOf, productsOf } from "./products.ts";

/** All products of endoflife.date (https://endoflife.date/docs/api/v1/). */
export const EOL_URL = "https://endoflife.date/api/v1/products/full";

const FILE_NAMES = ["endoflife-products.json.gz", "endoflife-products.json"] as const;
const MAX_BYTES = 128 * 1024 * 1024;
const MAX_PRODUCTS = 10_000;
const COPY_NAME = "products-full.json";

/** Reads endoflife.date's API, or `endoflife-products.json(.gz)` in a folder or at an address. */
export const createEolFeed = (limits: DownloadLimits = DOWNLOAD_LIMITS): Feed => ({
  descriptor: {
    id: "eol",
    title: "endoflife.date",
    summary: "Until when systems and products are supported.",
    source: EOL_URL,
    version: "1",
  },
  publicLocation: EOL_URL,
  async read(context, location, sink) {
    const found = await locate(context, location, limits);
    if (found === null) return null;
    const { at, products } = await readProducts(context, found.path, shown(location));
    const tally = new Tally(context.clock());
    for (const [name, value] of products.slice(0, MAX_PRODUCTS)) {
      try {
        sink.lifeCycle(productOf(name, value));
        tally.recordCount++;
      } catch (error) {
        tally.bad(name, messageOf(error));
      }
    }
    if (tally.recordCount === 0) throw new AppError("BAD_FEED", `${shown(location)} has no product that can be used.`);
    return tally.report({
      feed: "eol",
      location: shown(location),
      readAt: context.clock(),
      dataAt: at,
      notCovered: [
        "Products that endoflife.date does not follow.",
        ...(found.stale === null ? [] : [`It could not be reached (${found.stale}); the last copy is used.`]),
      ],
    });
  },
});

/** The feed with its defaults. */
export const eolFeed: Feed = createEolFeed();

const shown = (location: string): string => (isUrl(location) ? publicUrl(location) : location);

async function locate(
  context: FeedContext,
  location: string,
  limits: DownloadLimits,
): Promise<{ path: string; stale: string | null } | null> {
  const isFile = /\.(json|gz)$/i.test(location) || /\/api\/v\d/.test(location);
  if (context.isShared && (isFile || /\.(csv|zip)$/i.test(location))) return null;
  const folder = context.isShared ? ["eol"] : [];
  if (!isUrl(location)) {
    for (const path of isFile ? [location] : FILE_NAMES.map((name) => join(location, ...folder, name))) {
      const found = await stat(path).catch(() => null);
      if (found === null) continue;
      if (found.size > MAX_BYTES) throw new AppError("BAD_FEED", `${path} is larger than ${MAX_BYTES} bytes.`);
      return { path, stale: null };
    }
    return null;
  }
  const names: readonly string[] = isFile ? [""] : FILE_NAMES;
  for (const name of names) {
    const request = {
      url: isFile ? location : urlUnder(location, ...folder, name),
      path: join(context.cacheDir, name || COPY_NAME),
      maxBytes: MAX_BYTES,
      label: "Downloading endoflife.date",
      optional: !isFile,
      allowStale: isFile,
    };
    const found = await download(context, request, limits);
    if (found !== null) return found;
  }
  return null;
}

async function readProducts(context: FeedContext, path: string, place: string): Promise<ReturnType<typeof productsOf>> {
  try {
    return productsOf(parseJson(await plainBytes(path, { maxBytes: MAX_BYTES, signal: context.signal })));
  } catch (error) {
    context.signal.throwIfAborted();
    throw new AppError("BAD_FEED", `${place} is no list of products: ${messageOf(error)}.`, { cause: error });
  }
}
