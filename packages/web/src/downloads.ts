import { contract, urlOf } from "@zerotrace/sdk";
import type { FindingFilter, Sort } from "./api.ts";

/** Where a file on a finding is downloaded. */
export const attachmentUrl = (id: string): string => urlOf("", contract.work.getAttachment, { params: { id } });

/** Where the archive of an export is downloaded. */
export const exportArchiveUrl = (id: string): string =>
  urlOf("", contract.companies.downloadExport, { params: { id } });

export type ExportFormat = "csv" | "json" | "xlsx";

/** Where the findings of a filter are downloaded. */
export const findingsExport =
  (filter: FindingFilter, sort: Sort) =>
  (format: ExportFormat): string =>
    urlOf("", contract.findings.exportFindings, { query: { ...filter, sort, format } });

/** Where the assets of a search are downloaded. */
export const assetsExport =
  (search: { q?: string; sort?: "risk" | "name" | "seen"; label?: string | undefined }) =>
  (format: ExportFormat): string =>
    urlOf("", contract.assets.exportAssets, { query: { ...search, format } });

/** Where what is decided is downloaded as VEX. */
export const decisionsExport = (format: "openvex" | "cyclonedx" | "csaf"): string =>
  urlOf("", contract.decisions.exportDecisions, { query: { format } });

/** Where the components of a search are downloaded. */
export const componentsExport =
  (q: string) =>
  (format: ExportFormat): string =>
    urlOf("", contract.assets.exportComponents, { query: { q, format } });
