import { createGathering, instantOf, isObject, type Json, lineOf, namesOf, objectOf, objectsOf } from "./read.ts";
import { VEX_LIMITS, VEX_STATUSES, type VexDocument, type VexProduct, type VexStatus } from "./vex.ts";

/** The package URL of a product: its `@id`, one of its identifiers, or the text that older versions wrote. */
const purlOf = (value: unknown): string | null => {
  const texts = isObject(value) ? [objectOf(value["identifiers"])["purl"], value["@id"]] : [value];
  return texts.map((one) => lineOf(one, VEX_LIMITS.refLength)).find((one) => one.startsWith("pkg:")) ?? null;
};

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const purlsOf = (value: unknown): string[] => listOf(value).flatMap((one) => purlOf(one) ?? []);

/**
 * The products of a statement. A product without a purl that has parts is left out: that its parts are not affected holds
 * inside it alone, and nothing says which software it is.
 */
const productsOf = (statement: Json, problem: (what: string) => void): VexProduct[] => {
  // Versions before 0.2 wrote the parts beside the products.
  const shared = purlsOf(statement["subcomponents"]);
  return listOf(statement["products"]).flatMap((value) => {
    const purl = purlOf(value);
    if (purl === null) {
      problem(`product ${lineOf(isObject(value) ? value["@id"] : value, 80) || "without a name"} has no purl`);
      return [];
    }
    const written = isObject(value) ? listOf(value["subcomponents"]) : [];
    const own = purlsOf(written);
    if (written.length > own.length) problem(`a part of ${purl} has no purl`);
    if (written.length > 0 && own.length === 0) return [];
    return [{ purl, versions: null, subcomponents: own.length > 0 ? own : shared }];
  });
};

const isStatus = (value: unknown): value is VexStatus => (VEX_STATUSES as readonly unknown[]).includes(value);

/** True for a document of OpenVEX, any version. */
export const isOpenVex = (document: Json): boolean =>
  lineOf(document["@context"]).startsWith("https://openvex.dev/ns") && Array.isArray(document["statements"]);

/** Reads OpenVEX 0.2 and what older versions wrote in other places (https://github.com/openvex/spec). */
export const parseOpenVex = (document: Json): VexDocument => {
  const gathering = createGathering();
  const author = lineOf(document["author"]);
  for (const [i, statement] of objectsOf(document["statements"]).entries()) {
    const where = `statement ${i + 1}`;
    const vulnerability = statement["vulnerability"];
    const named = isObject(vulnerability)
      ? [vulnerability["name"], vulnerability["@id"], ...listOf(vulnerability["aliases"])]
      : [vulnerability];
    const { status } = statement;
    if (!isStatus(status)) {
      gathering.problem(where, `has no status that OpenVEX knows`);
      continue;
    }
    const justification = lineOf(statement["justification"]);
    const note = lineOf(statement["impact_statement"] ?? statement["action_statement"], VEX_LIMITS.noteLength);
    if (status === "not_affected" && justification === "" && note === "")
      gathering.problem(where, "says not_affected without a justification; it is used all the same");
    gathering.add(where, namesOf(named), {
      products: productsOf(statement, (what) => gathering.problem(where, what)),
      status,
      justification,
      note: note || lineOf(statement["status_notes"], VEX_LIMITS.noteLength),
      author: lineOf(statement["supplier"]) || author,
      at: instantOf(statement["last_updated"], statement["timestamp"], document["timestamp"]),
    });
  }
  return gathering.done({
    format: "openvex",
    id: lineOf(document["@id"]),
    author,
    at: instantOf(document["last_updated"], document["timestamp"]),
  });
};
