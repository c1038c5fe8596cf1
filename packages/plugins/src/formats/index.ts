import type { ReportFormat } from "./report.ts";

const format = (
  id: string,
  title: string,
  mediaType: string,
  ending: string,
  load: ReportFormat["load"],
): ReportFormat => ({ id, title, mediaType, ending, load });

/** Every way to write a scan, sorted by id; one folder and one line each. */
export const REPORT_FORMATS: readonly ReportFormat[] = [
  format("json", "zerotrace.scan/1", "application/json", ".json", () => import("./json/index.ts")),
];
