import { parseOsvRecord } from "@zerotrace/core";
import type { FeedSink } from "../feed.ts";
import type { Tally } from "../report.ts";
import type { Fix } from "./changelog.ts";
import type { Release } from "./release.ts";

/** The fixes that one source package's changelog names. */
export interface SourceFixes {
  readonly source: string;
  readonly fixes: readonly Fix[];
}

/**
 * Turns changelog fixes into OSV records, one for each CVE with every source package that names it, sorted by id. The
 * urgency is the upload's, not a judgement of the weakness, so it stands where no reader takes it for a severity.
 */
export function emitRecords(
  all: readonly SourceFixes[],
  release: Release,
  origin: string,
  sink: FeedSink,
  tally: Tally,
): void {
  const byCve = new Map<string, { source: string; fix: Fix }[]>();
  for (const { source, fixes } of all) {
    for (const fix of fixes) {
      const list = byCve.get(fix.cveId);
      if (list) list.push({ source, fix });
      else byCve.set(fix.cveId, [{ source, fix }]);
    }
  }
  if (byCve.size > 0) tally.covers.add(release.ecosystem);
  tally.origins.add(origin);
  for (const cveId of [...byCve.keys()].sort()) {
    const affected = (byCve.get(cveId) ?? []).sort((a, b) => (a.source < b.source ? -1 : 1));
    const raw = JSON.stringify(recordOf(cveId, affected, release, origin));
    sink.record(parseOsvRecord(JSON.parse(raw)), raw);
    tally.recordCount++;
  }
}

function recordOf(cveId: string, affected: readonly { source: string; fix: Fix }[], release: Release, origin: string) {
  const dates = affected.map(({ fix }) => fix.entry.at).filter((at) => at !== null);
  return {
    schema_version: "1.7.0",
    id: `${release.id.toUpperCase()}-${cveId}`,
    // An entry without a date is rare; the epoch says "long ago" and keeps the record stable between runs.
    modified: dates.reduce((a, b) => (a > b ? a : b), new Date(0).toISOString()),
    ...(dates.length > 0 && { published: dates.reduce((a, b) => (a < b ? a : b)) }),
    upstream: [cveId],
    affected: affected.map(({ source, fix }) => ({
      package: { ecosystem: release.ecosystem, name: source },
      ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed: fix.fixedVersion }] }],
      database_specific: {
        urgency: fix.entry.urgency,
        distribution: fix.entry.distribution,
        named_in: fix.entry.version,
      },
    })),
    database_specific: { derived_from: origin },
  };
}
