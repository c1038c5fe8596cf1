import type { z } from "zod";
import type { Database } from "../../platform/db/index.ts";
import { type ExportColumn, everyPage } from "../../platform/export/index.ts";
import type { findingRow } from "./contract.ts";
import { type FindingFilter, toFindingRow } from "./rules.ts";
import { type FindingRecord, type FindingSort, findingsPage } from "./sql.ts";

/** Rows read at a time. */
const EXPORT_PAGE = 1_000;

type FindingRow = z.output<typeof findingRow>;

/** What an export tells of a finding, but for JSON, which has all. */
export const EXPORT_COLUMNS: readonly ExportColumn<FindingRow>[] = [
  ["advisory", (f) => f.advisory],
  ["aliases", (f) => f.aliases.join(" ")],
  ["severity", (f) => f.severity],
  ["cvss", (f) => f.cvss],
  ["epss", (f) => f.epss],
  ["kev_added_at", (f) => f.kevAddedAt],
  ["risk", (f) => f.risk],
  ["ecosystem", (f) => f.ecosystem],
  ["package", (f) => f.package],
  ["source", (f) => f.source],
  ["version", (f) => f.version],
  ["fixed_in", (f) => f.fixedIn],
  ["status", (f) => f.status],
  ["state", (f) => f.state],
  ["assignee", (f) => f.assignee?.name ?? null],
  ["asset_count", (f) => f.assetCount],
  ["first_seen_at", (f) => f.firstSeenAt],
  ["fixed_at", (f) => f.fixedAt],
  ["purl", (f) => f.purl],
];

/**
 * Every finding of a filter in the order of its list, a page at a time, each page as the database has it then. `points`: what the one asset
 * adds to each risk that the filter asks for.
 */
export const exportedFindings = async function* (
  db: Database,
  companyId: number,
  filter: FindingFilter,
  { sort, points }: { sort: FindingSort; points: number },
): AsyncGenerator<FindingRow> {
  const rows = everyPage<FindingRecord & { sortValue: unknown }>(EXPORT_PAGE, (last) =>
    db.withCompany(companyId, (tx) =>
      findingsPage(tx, companyId, filter, {
        sort,
        limit: EXPORT_PAGE,
        after: last === null ? null : [last.sortValue, last.id],
      }),
    ),
  );
  for await (const { sortValue: _, ...record } of rows) yield toFindingRow({ ...record, risk: record.risk + points });
};
