import { stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError, isCwe, messageOf } from "@zerotrace/core";
import { DOWNLOAD_LIMITS, download, isUrl, publicUrl, urlUnder } from "../download.ts";
import type { DownloadLimits } from "../download.ts";
import type { Feed, FeedContext } from "../feed.ts";
import { parseJson } from "../json-text.ts";
import { ZIP_LIMITS, zipMembers } from "../osv/zip.ts";
import { plainBytes } from "../plain.ts";
import { Tally } from "../report.ts";
import { xmlTags } from "./xml.ts";

/** MITRE's list of weaknesses (https://cwe.mitre.org/data/downloads.html). */
export const CWE_URL = "https://cwe.mitre.org/data/xml/cwec_latest.xml.zip";

const FILE_NAMES = ["cwe-names.json.gz", "cwe-names.json", "cwec_latest.xml.zip"] as const;
const MAX_PACKED_BYTES = 64 * 1024 * 1024;
const MAX_PLAIN_BYTES = 128 * 1024 * 1024;
const MAX_WEAKNESSES = 100_000;
const NAME_MAX_CHARS = 300;
const WANTED: ReadonlySet<string> = new Set(["Weakness_Catalog", "Weakness", "Category"]);

/** What a file holds, whatever its form. */
interface Catalog {
  readonly date: string;
  /** Id and name as written, not checked. */
  readonly names: readonly (readonly [id: string, name: unknown])[];
}

/** Reads MITRE's archive or `cwe-names.json(.gz)`, at its own address or below `cwe/` of a shared place. */
export const createCweFeed = (limits: DownloadLimits = DOWNLOAD_LIMITS): Feed => ({
  descriptor: {
    id: "cwe",
    title: "CWE",
    summary: "Names of weaknesses, for the numbers that advisories cite.",
    source: CWE_URL,
    version: "1",
  },
  publicLocation: CWE_URL,
  async read(context, location, sink) {
    const found = await locate(context, location, limits);
    if (found === null) return null;
    const { date, names } = await readCatalog(context, found.path, shown(location));
    const tally = new Tally(context.clock());
    for (const [id, name] of names.slice(0, MAX_WEAKNESSES)) {
      if (!isCwe(id)) tally.bad(id, "it is no CWE id");
      else if (typeof name !== "string" || name.trim() === "") tally.bad(id, "it has no name");
      else {
        sink.cwe(id, name.slice(0, NAME_MAX_CHARS).replaceAll(/\s+/g, " ").trim().toWellFormed());
        tally.recordCount++;
      }
    }
    if (tally.recordCount === 0) throw new AppError("BAD_FEED", `${shown(location)} names no weakness.`);
    const at = new Date(date);
    return tally.report({
      feed: "cwe",
      location: shown(location),
      readAt: context.clock(),
      dataAt: Number.isNaN(at.getTime()) ? null : at.toISOString(),
      notCovered: found.stale === null ? [] : [`It could not be reached (${found.stale}); the last copy is used.`],
    });
  },
});

/** The feed with its defaults. */
export const cweFeed: Feed = createCweFeed();

const shown = (location: string): string => (isUrl(location) ? publicUrl(location) : location);

const isFile = (location: string): boolean => /\.(json|gz|zip)$/i.test(location);

async function locate(
  context: FeedContext,
  location: string,
  limits: DownloadLimits,
): Promise<{ path: string; stale: string | null } | null> {
  if (isFile(location) && context.isShared) return null;
  const folder = context.isShared ? ["cwe"] : [];
  if (!isUrl(location)) {
    const paths = isFile(location) ? [location] : FILE_NAMES.map((name) => join(location, ...folder, name));
    for (const path of paths) {
      const found = await stat(path).catch(() => null);
      if (found === null) continue;
      if (found.size > MAX_PACKED_BYTES) throw new AppError("BAD_FEED", `${path} is larger than allowed.`);
      return { path, stale: null };
    }
    return null;
  }
  const urls = isFile(location) ? [location] : FILE_NAMES.map((name) => urlUnder(location, ...folder, name));
  for (const url of urls) {
    const name = new URL(url).pathname.split("/").at(-1) as string;
    const isAlone = urls.length === 1;
    const found = await download(
      context,
      {
        url,
        path: join(context.cacheDir, encodeURIComponent(name)),
        maxBytes: MAX_PACKED_BYTES,
        label: "Downloading CWE",
        optional: !isAlone,
        allowStale: isAlone,
      },
      limits,
    );
    if (found !== null) return found;
  }
  return null;
}

async function readCatalog(context: FeedContext, path: string, place: string): Promise<Catalog> {
  try {
    if (!/\.zip$/i.test(path)) {
      return fromJson(await plainBytes(path, { maxBytes: MAX_PLAIN_BYTES, signal: context.signal }));
    }
    const zip = { ...ZIP_LIMITS, maxEntries: 100, maxEntryBytes: MAX_PLAIN_BYTES };
    for await (const member of zipMembers(path, zip, ".xml")) {
      if (member.bytes === null) throw new Error(`${member.name}: ${member.reason}`);
      return fromXml(member.bytes.toString("utf8"));
    }
    throw new Error("the archive holds no .xml file");
  } catch (error) {
    context.signal.throwIfAborted();
    throw new AppError("BAD_FEED", `${place} is no list of weaknesses: ${messageOf(error)}.`, { cause: error });
  }
}

function fromXml(text: string): Catalog {
  const names: [string, string][] = [];
  let date: string | null = null;
  for (const { name, attributes } of xmlTags(text, WANTED)) {
    if (name === "Weakness_Catalog") date = attributes.get("Date") ?? "";
    else names.push([`CWE-${attributes.get("ID") ?? ""}`, attributes.get("Name") ?? ""]);
    if (names.length > MAX_WEAKNESSES) break;
  }
  if (date === null) throw new Error("it is no Weakness_Catalog");
  return { date, names };
}

function fromJson(bytes: Buffer): Catalog {
  const json = parseJson(bytes) as { date?: unknown; cwes?: unknown } | null;
  const cwes = json?.cwes;
  if (typeof cwes !== "object" || cwes === null) throw new Error("it has no member `cwes`");
  const names = Object.entries(cwes).map(
    ([id, weakness]) => [id, (weakness as { name?: unknown } | null)?.name] as const,
  );
  return { date: String(json?.date), names };
}
