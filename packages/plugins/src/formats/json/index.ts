import type { WriteReport } from "../report.ts";

/** The report as one line of JSON (`zerotrace.scan/1`). */
export const write: WriteReport = ({ report }) => [`${JSON.stringify(report)}\n`];
