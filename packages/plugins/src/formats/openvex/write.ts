import type { VexProduct, VexStatement } from "@zerotrace/core";
import { said } from "../sbom-json.ts";
import { digestOf, justificationOf, timeOf, type VexOut, withoutRanges, type WrittenVex } from "../vex-out.ts";

const named = (purl: string): Record<string, unknown> => ({ "@id": purl, identifiers: { purl } });

const productOf = ({ purl, subcomponents }: VexProduct): Record<string, unknown> => ({
  ...named(purl),
  ...said({ subcomponents: subcomponents.map(named) }),
});

/** What OpenVEX asks of each status: a reason why not, or what to do. */
const wordsOf = ({ status, note, justification }: VexStatement): Record<string, unknown> => {
  if (status === "affected") return { action_statement: note === "" ? "No action is told." : note };
  if (status !== "not_affected") return said({ status_notes: note });
  const reason = justificationOf(justification);
  const isBare = reason === "" && note === "";
  return said({ justification: reason, impact_statement: isBare ? "No reason is told." : note });
};

/** Statements as a document of OpenVEX 0.2.0 (https://github.com/openvex/spec). It has no ranges of versions. */
export const writeOpenVex = (vex: VexOut): WrittenVex => {
  const problems: string[] = [];
  const at = timeOf(vex);
  const statements = vex.statements.flatMap((statement) => {
    const products = withoutRanges(statement, (text) => problems.push(text));
    if (products.length === 0) return [];
    const { vulnerability, aliases, status, author } = statement;
    return {
      vulnerability: { name: vulnerability, ...said({ aliases }) },
      timestamp: statement.at || at,
      products: products.map(productOf),
      status,
      ...said({ supplier: author === vex.author ? "" : author }),
      ...wordsOf(statement),
    };
  });
  const document = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": vex.id || `https://openvex.dev/docs/public/vex-${digestOf(vex)}`,
    author: vex.author || "unknown",
    timestamp: at,
    version: 1,
    tooling: `${vex.tool.name} ${vex.tool.version}`.trim(),
    statements,
  };
  return { text: `${JSON.stringify(document, null, 2)}\n`, problems };
};
