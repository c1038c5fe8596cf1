import type { VexStatement } from "@zerotrace/core";
import type { FinishedScan, ScanFinding, WriteReport } from "../report.ts";
import { fixOf } from "../sentences.ts";
import { writeOpenVex } from "./write.ts";

/** The scan as OpenVEX: a statement for each finding, affected with what to do, or as VEX and the policy decided. */
export const write: WriteReport = (scan) => {
  const { notAffected = [], ignored = [], findings } = scan.report;
  const statements = [
    ...findings.map((finding) => statementOf(finding, finding.vex?.status ?? "affected", fixOf(finding), scan)),
    ...notAffected.map((finding) => statementOf(finding, finding.vex.status, finding.vex.note, scan)),
    // An accepted risk is a risk: leaving it out of a list does not make it go away.
    ...ignored.map((finding) => statementOf(finding, "affected", `Left out: ${finding.ignored.reason}`, scan)),
  ];
  const tool = { name: "zerotrace", version: scan.toolVersion };
  return [writeOpenVex({ id: "", author: "ZeroTrace", at: scan.at, statements, tool }).text];
};

const statementOf = (
  { id, aliases, purl, vex }: ScanFinding,
  status: VexStatement["status"],
  note: string,
  { at }: FinishedScan,
): VexStatement => ({
  vulnerability: id,
  aliases,
  products: [{ purl, versions: null, subcomponents: [] }],
  status,
  justification: vex?.justification ?? "",
  note,
  author: vex?.author ?? "ZeroTrace",
  at: vex?.at || at,
});
