import type { VexProduct, VexStatement, VexStatus } from "@zerotrace/core";
import { said } from "../sbom-json.ts";
import { digestOf, justificationOf, timeOf, type VexOut, withoutRanges, type WrittenVex } from "../vex-out.ts";

const STATE_OF: Readonly<Record<VexStatus, string>> = {
  affected: "known_affected",
  fixed: "fixed",
  not_affected: "known_not_affected",
  under_investigation: "under_investigation",
};

/** The products of a document and the ids under which its statements name them. */
class Products {
  readonly #ids = new Map<string, string>();
  readonly names: Record<string, unknown>[] = [];
  readonly relationships: Record<string, unknown>[] = [];

  /** The ids of a product, or of its parts inside it. */
  idsOf({ purl, subcomponents }: VexProduct): string[] {
    const whole = this.#name(purl);
    return subcomponents.length === 0 ? [whole] : subcomponents.map((part) => this.#part(part, purl, whole));
  }

  #name(purl: string): string {
    const known = this.#ids.get(purl);
    if (known !== undefined) return known;
    const id = `CSAFPID-${String(this.#ids.size + 1).padStart(4, "0")}`;
    this.#ids.set(purl, id);
    this.names.push({ product_id: id, name: purl, product_identification_helper: { purl } });
    return id;
  }

  #part(part: string, whole: string, wholeId: string): string {
    const key = JSON.stringify([part, whole]);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const partId = this.#name(part);
    const id = `CSAFPID-${String(this.#ids.size + 1).padStart(4, "0")}`;
    this.#ids.set(key, id);
    this.relationships.push({
      category: "default_component_of",
      full_product_name: { product_id: id, name: `${part} in ${whole}` },
      product_reference: partId,
      relates_to_product_reference: wholeId,
    });
    return id;
  }
}

const CVE = /^CVE-\d{4}-\d{4,}$/;

const idsOf = (name: string, aliases: readonly string[]): Record<string, unknown> => {
  const cve = [name, ...aliases].find((one) => CVE.test(one));
  const others = [name, ...aliases].filter((one) => one !== cve);
  return said({ cve, ids: others.map((text) => ({ system_name: "vulnerability id", text })) });
};

/** What holds of each product: of two statements the newer one, of the same age the later one. CSAF allows one status each. */
const inForce = (
  statements: readonly VexStatement[],
  idsByStatement: ReadonlyMap<VexStatement, readonly string[]>,
): Map<VexStatement, string[]> => {
  const byProduct = new Map<string, VexStatement>();
  for (const statement of [...statements].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)))
    for (const id of idsByStatement.get(statement) ?? []) byProduct.set(id, statement);
  const held = new Map<VexStatement, string[]>();
  for (const [id, statement] of byProduct) held.set(statement, [...(held.get(statement) ?? []), id]);
  return held;
};

/** One weakness with what statements say of products, as CSAF has it. */
const vulnerabilityOf = (
  statements: readonly VexStatement[],
  idsByStatement: ReadonlyMap<VexStatement, readonly string[]>,
) => {
  const status: Record<string, string[]> = {};
  const flags: Record<string, unknown>[] = [];
  const threats: Record<string, unknown>[] = [];
  const remediations: Record<string, unknown>[] = [];
  for (const [statement, ids] of inForce(statements, idsByStatement)) {
    const state = STATE_OF[statement.status];
    status[state] = [...(status[state] ?? []), ...ids].sort();
    const { note } = statement;
    if (statement.status === "not_affected") {
      const label = justificationOf(statement.justification);
      if (label !== "") flags.push({ label, product_ids: ids });
      // CSAF wants a reason for each
      if (note !== "" || label === "")
        threats.push({ category: "impact", details: note || "No reason is told.", product_ids: ids });
    } else if (statement.status === "affected") {
      remediations.push({ category: "none_available", details: note || "No action is told.", product_ids: ids });
    } else if (note !== "") threats.push({ category: "impact", details: note, product_ids: ids });
  }
  const [first] = statements;
  const notes = [{ category: "summary", text: first!.vulnerability, title: "Name" }];
  return {
    ...idsOf(first!.vulnerability, first!.aliases),
    notes,
    product_status: Object.fromEntries(Object.entries(status).sort(([a], [b]) => (a < b ? -1 : 1))),
    ...said({ flags, threats, remediations }),
  };
};

/** Statements on one weakness stand together; those of one name with other aliases apart. */
const groupsOf = (statements: readonly VexStatement[]): VexStatement[][] => {
  const groups = new Map<string, VexStatement[]>();
  for (const statement of statements) {
    const key = JSON.stringify([statement.vulnerability, statement.aliases]);
    groups.set(key, [...(groups.get(key) ?? []), statement]);
  }
  return [...groups.values()];
};

const headOf = (vex: VexOut, at: string): Record<string, unknown> => {
  const author = vex.author || "unknown";
  const id = vex.id || `VEX-${digestOf(vex).slice(0, 16)}`;
  return {
    category: "csaf_vex",
    csaf_version: "2.0",
    title: `VEX of ${author}`,
    publisher: { category: "other", name: author, namespace: vex.namespace ?? "https://zerotrace.invalid" },
    tracking: {
      id,
      status: "final",
      version: "1",
      initial_release_date: at,
      current_release_date: at,
      revision_history: [{ number: "1", date: at, summary: "First version" }],
      generator: { engine: { name: vex.tool.name, ...said({ version: vex.tool.version }) } },
    },
  };
};

/** Statements as a document of CSAF 2.0, profile VEX. All of them have the document's author and time; it has no ranges. */
export const writeCsafVex = (vex: VexOut): WrittenVex => {
  const problems: string[] = [];
  const products = new Products();
  const ids = new Map(
    vex.statements.map((statement) => {
      const told = withoutRanges(statement, (text) => problems.push(text));
      return [statement, [...new Set(told.flatMap((product) => products.idsOf(product)))]] as const;
    }),
  );
  const told = vex.statements.filter((statement) => (ids.get(statement) ?? []).length > 0);
  const document = {
    document: headOf(vex, timeOf(vex)),
    product_tree: said({ full_product_names: products.names, relationships: products.relationships }),
    vulnerabilities: groupsOf(told).map((group) => vulnerabilityOf(group, ids)),
  };
  return { text: `${JSON.stringify(document, null, 2)}\n`, problems };
};
