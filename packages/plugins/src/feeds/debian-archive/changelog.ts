import { gunzipSync } from "node:zlib";
import type { VersionScheme } from "@zerotrace/core";

const MAX_PLAIN_BYTES = 64 * 1024 * 1024;
const MAX_ENTRIES = 20_000;

/** One upload, as deb-changelog(5) describes it. */
export interface ChangelogEntry {
  readonly source: string;
  readonly version: string;
  readonly distribution: string;
  /** Lower case; empty when none. */
  readonly urgency: string;
  /** ISO; null when the date does not parse. */
  readonly at: string | null;
  /** Sorted, without repetition. */
  readonly cveIds: readonly string[];
}

/** What a changelog says of one CVE. */
export interface Fix {
  readonly cveId: string;
  /** The lowest version of the changelog at or above the entry that names it. */
  readonly fixedVersion: string;
  /** The oldest entry that names it. */
  readonly entry: ChangelogEntry;
}

/** Unpacks a changelog. Throws when it is no gzip or inflates to more than 64 MiB. */
export const unpackChangelog = (packed: Uint8Array): string =>
  gunzipSync(packed, { maxOutputLength: MAX_PLAIN_BYTES }).toString("utf8");

/** Entries as written, newest first. Lines that are no part of an entry are passed over. */
export function parseChangelog(text: string): ChangelogEntry[] {
  const entries: ChangelogEntry[] = [];
  let head: RegExpExecArray | null = null;
  let cveIds = new Set<string>();
  for (const line of text.split("\n")) {
    if (/^\S/.test(line)) {
      const match = /^(\S+) \(([^()\s]+)\)((?:\s+[-+0-9A-Za-z.]+)+);(.*)$/.exec(line);
      if (match) {
        head = match;
        cveIds = new Set();
      }
    } else if (line.startsWith(" -- ") && head) {
      entries.push(entryOf(head, line, cveIds));
      head = null;
      if (entries.length >= MAX_ENTRIES) break;
    } else if (head) {
      for (const match of line.matchAll(/\bCVE-(\d{4}-\d{4,7})(?!\d)/gi)) cveIds.add(`CVE-${match[1]}`);
    }
  }
  return entries;
}

function entryOf(head: RegExpExecArray, trailer: string, cveIds: Set<string>): ChangelogEntry {
  const at = Date.parse((/>\s+(.+)$/.exec(trailer)?.[1] ?? "").replace(/\s*\([^)]*\)\s*$/, ""));
  return {
    source: head[1] as string,
    version: head[2] as string,
    distribution: (head[3] as string).trim().split(/\s+/)[0] ?? "",
    urgency: (/urgency=([a-z]+)/i.exec(head[4] as string)?.[1] ?? "").toLowerCase(),
    at: Number.isNaN(at) ? null : new Date(at).toISOString(),
    cveIds: [...cveIds].sort(),
  };
}

/**
 * The CVEs that a changelog names, sorted, each with the version that fixed it. A rebuild (`2.0-1~deb12u1` above `2.0-1`)
 * sorts below the entry it was made from and has its fixes: so the lowest version at or above the entry counts.
 */
export function fixesOf(entries: readonly ChangelogEntry[], scheme: VersionScheme): Fix[] {
  const fixes = new Map<string, Fix>();
  let lowest: string | null = null;
  for (const entry of entries) {
    if (lowest === null || scheme.compare(entry.version, lowest) === -1) lowest = entry.version;
    for (const cveId of entry.cveIds) fixes.set(cveId, { cveId, fixedVersion: lowest, entry });
  }
  return [...fixes.values()].sort((a, b) => (a.cveId < b.cveId ? -1 : 1));
}
