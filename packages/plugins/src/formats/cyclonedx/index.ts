import { writeCycloneDxJson } from "../cyclonedx-json/write.ts";
import type { WriteReport } from "../report.ts";
import { sbomOfScan } from "../sbom-scan.ts";

/** The scan as CycloneDX 1.6 in JSON: components with their graph, findings as vulnerabilities. */
export const write: WriteReport = (scan) => writeCycloneDxJson(sbomOfScan(scan), "1.6");
