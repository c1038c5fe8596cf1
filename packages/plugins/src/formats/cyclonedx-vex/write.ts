import { parsePurl, type VexProduct, type VexStatement, type VexStatus } from "@zerotrace/core";
import { said } from "../sbom-json.ts";
import { cycloneDxJustification, digestOf, timeOf, type VexOut, type WrittenVex } from "../vex-out.ts";

const STATE_OF: Readonly<Record<VexStatus, string>> = {
  affected: "exploitable",
  fixed: "resolved",
  not_affected: "not_affected",
  under_investigation: "in_triage",
};

const SERIAL = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const serialOf = (vex: VexOut): string => {
  if (SERIAL.test(vex.id)) return vex.id;
  const hex = digestOf(vex);
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

const componentOf = (purl: string): Record<string, unknown> => {
  const { namespace, name, version } = parsePurl(purl, "lenient");
  return { type: "library", "bom-ref": purl, ...said({ group: namespace }), name, ...said({ version }), purl };
};

/** A range applies to the status of the statement; CycloneDX calls versions affected, unaffected or unknown. */
const versionsOf = ({ versions }: VexProduct, status: VexStatus): Record<string, unknown>[] => {
  if (versions === null) return [];
  const word = status === "not_affected" ? "unaffected" : status === "under_investigation" ? "unknown" : "affected";
  return [{ range: versions, status: word }];
};

const isParsed = (purl: string): boolean => {
  try {
    return parsePurl(purl, "lenient").name !== "";
  } catch {
    return false;
  }
};

const vulnerabilityOf = (
  statement: VexStatement,
  products: readonly VexProduct[],
  at: string,
): Record<string, unknown> => {
  const { vulnerability, aliases, status, justification, note } = statement;
  const reason = status === "not_affected" ? cycloneDxJustification(justification) : "";
  const spokenAt = statement.at || at;
  return {
    id: vulnerability,
    ...said({ references: aliases.map((id) => ({ id, source: { name: "unknown" } })) }),
    analysis: {
      state: STATE_OF[status],
      ...said({ justification: reason, detail: note }),
      firstIssued: spokenAt,
      lastUpdated: spokenAt,
    },
    affects: products.map((product) => ({ ref: product.purl, ...said({ versions: versionsOf(product, status) }) })),
  };
};

/**
 * Statements as a CycloneDX 1.6 document of vulnerabilities. It cannot say that a part is not affected inside one product alone:
 * such products are left out and named.
 */
export const writeCycloneDxVex = (vex: VexOut): WrittenVex => {
  const problems: string[] = [];
  const at = timeOf(vex);
  const purls = new Set<string>();
  const vulnerabilities = vex.statements.flatMap((statement) => {
    const products = statement.products.filter(({ purl, subcomponents }) => {
      if (subcomponents.length === 0 && isParsed(purl)) return true;
      const why = subcomponents.length > 0 ? "parts of" : "the package URL";
      problems.push(`${statement.vulnerability}: ${why} ${purl} cannot be told`);
      return false;
    });
    for (const { purl } of products) purls.add(purl);
    return products.length === 0 ? [] : [vulnerabilityOf(statement, products, at)];
  });
  const document = {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: serialOf(vex),
    version: 1,
    metadata: {
      timestamp: at,
      tools: { components: [{ type: "application", name: vex.tool.name, ...said({ version: vex.tool.version }) }] },
      ...said({ authors: vex.author === "" ? [] : [{ name: vex.author }] }),
    },
    components: [...purls].sort().map(componentOf),
    vulnerabilities,
  };
  return { text: `${JSON.stringify(document, null, 2)}\n`, problems };
};
