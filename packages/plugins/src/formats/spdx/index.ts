import type { WriteReport } from "../report.ts";
import { sbomOfScan } from "../sbom-scan.ts";
import { writeSpdxJson } from "../spdx-json/write.ts";

/** The components of the scan as SPDX 2.3 in JSON, which has no place for findings. */
export const write: WriteReport = (scan) => writeSpdxJson(sbomOfScan(scan), "2.3");
