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
  format(
    "cyclonedx",
    "CycloneDX 1.6",
    "application/vnd.cyclonedx+json",
    ".cdx.json",
    () => import("./cyclonedx/index.ts"),
  ),
  format("github", "GitHub workflow commands", "text/plain", ".txt", () => import("./github/index.ts")),
  format("gitlab", "GitLab security report", "application/json", ".json", () => import("./gitlab/index.ts")),
  format("html", "HTML, one file", "text/html", ".html", () => import("./html/index.ts")),
  format("json", "zerotrace.scan/1", "application/json", ".json", () => import("./json/index.ts")),
  format("junit", "JUnit XML", "application/xml", ".xml", () => import("./junit/index.ts")),
  format("markdown", "Markdown", "text/markdown", ".md", () => import("./markdown/index.ts")),
  format(
    "notices",
    "Third-party notices in Markdown",
    "text/markdown",
    ".notices.md",
    () => import("./notices/index.ts"),
  ),
  format("openvex", "OpenVEX 0.2.0", "application/json", ".openvex.json", () => import("./openvex/index.ts")),
  format("sarif", "SARIF 2.1.0", "application/sarif+json", ".sarif", () => import("./sarif/index.ts")),
  format(
    "sarif-github",
    "SARIF 2.1.0 for GitHub's code scanning",
    "application/sarif+json",
    ".github.sarif",
    () => import("./sarif-github/index.ts"),
  ),
  format("spdx", "SPDX 2.3", "application/spdx+json", ".spdx.json", () => import("./spdx/index.ts")),
];
