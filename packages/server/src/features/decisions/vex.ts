import type { VexFormat, VexStatement } from "@zerotrace/core";
import { isAccepted } from "@zerotrace/core/decision/decision";
import { writeVex } from "@zerotrace/plugins/formats/vex-out";
import type { StatementRecord } from "./sql.ts";

const noteOf = ({ kind, reason, expiresAt }: StatementRecord): string => {
  if (!isAccepted(kind)) return kind === "false_positive" ? `False positive: ${reason}` : reason;
  const what = kind === "deferred" ? "Deferred" : "The risk is accepted";
  return `${what} until ${expiresAt.toISOString().slice(0, 10)}: ${reason}`;
};

/** How the writers call the formats that are read. */
const WRITERS = { openvex: "openvex", cyclonedx: "cyclonedx-vex", csaf: "csaf-vex" } as const;

/** Decisions as a VEX document. An accepted risk is a risk: it is affected, with what was decided as the action. */
export const vexOf = async (
  records: readonly StatementRecord[],
  about: { author: string; at: string; version: string },
  format: VexFormat,
): Promise<string> => {
  const statements = records.map((record): VexStatement => ({
    vulnerability: record.advisory,
    aliases: record.aliases,
    products: record.purls.map((purl) => ({ purl, versions: null, subcomponents: [] })),
    status: isAccepted(record.kind) ? "affected" : "not_affected",
    justification: "",
    note: noteOf(record),
    author: about.author,
    at: record.createdAt.toISOString(),
  }));
  const tool = { name: "zerotrace", version: about.version };
  const document = { id: "", author: about.author, at: about.at, statements, tool };
  return (await writeVex(document, WRITERS[format])).text;
};
