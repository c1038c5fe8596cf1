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
  format("github", "GitHub workflow commands", "text/plain", ".txt", () => import("./github/index.ts")),
  format("gitlab", "GitLab security report", "application/json", ".json", () => import("./gitlab/index.ts")),
  format("html", "HTML, one file", "text/html", ".html", () => import("./html/index.ts")),
  format("json", "zerotrace.scan/1", "application/json", ".json", () => import("./json/index.ts")),
  format("junit", "JUnit XML", "application/xml", ".xml", () => import("./junit/index.ts")),
  format("markdown", "Markdown", "text/markdown", ".md", () => import("./markdown/index.ts")),
  format("sarif", "SARIF 2.1.0", "application/sarif+json", ".sarif", () => import("./sarif/index.ts")),
];
