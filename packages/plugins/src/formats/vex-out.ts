import type { VexProduct, VexStatement } from "@zerotrace/core";
import { createHash } from "node:crypto";

export const VEX_OUT_FORMATS = ["openvex", "cyclonedx-vex", "csaf-vex"] as const;
export type VexOutFormat = (typeof VEX_OUT_FORMATS)[number];

/** Statements to be written, as `parseVex` of core gives them. */
export interface VexOut {
  /** The document's own id, in the words of its format; empty: it is made of the content. */
  readonly id: string;
  readonly author: string;
  /** An address that the author holds, for CSAF. */
  readonly namespace?: string;
  /** ISO; where it is empty the newest statement's time stands, else the first moment of 1970. */
  readonly at: string;
  readonly statements: readonly VexStatement[];
  readonly tool: { readonly name: string; readonly version: string };
}

/** A written document and what its format could not hold. */
export interface WrittenVex {
  readonly text: string;
  /** Statements or parts of them that are left out, in words: nothing that is not affected is made wider than it was said. */
  readonly problems: readonly string[];
}

export const NO_TIME = "1970-01-01T00:00:00.000Z";

/** The time of a document. */
export const timeOf = ({ at, statements }: VexOut): string => {
  if (at !== "") return at;
  return statements.reduce((newest, one) => (one.at > newest ? one.at : newest), "") || NO_TIME;
};

/** The hash of what a document says, as hex. */
export const digestOf = (vex: VexOut): string =>
  createHash("sha256")
    .update(JSON.stringify([vex.author, vex.at, vex.statements]))
    .digest("hex");

const EXACT = /^vers:[^/]+\/(.+)$/;

/** The exact versions of a range that lists nothing else; null for a span of versions. */
const exactVersions = (versions: string): string[] | null => {
  const listed = EXACT.exec(versions)?.[1]?.split("|") ?? [];
  if (listed.length === 0 || listed.some((one) => !/^=?[^<>=!*]+$/.test(one.trim()))) return null;
  try {
    return listed.map((one) => decodeURIComponent(one.trim().replace(/^=/, "")));
  } catch {
    return null;
  }
};

const withVersion = (purl: string, version: string): string => {
  const end = purl.search(/[?#]/);
  const [path, rest] = end < 0 ? [purl, ""] : [purl.slice(0, end), purl.slice(end)];
  return `${path}@${encodeURIComponent(version).replaceAll("%3A", ":")}${rest}`;
};

/** Products without ranges, for formats that have none: exact versions one by one; a span of versions is a problem. */
export const withoutRanges = (statement: VexStatement, problem: (text: string) => void): VexProduct[] =>
  statement.products.flatMap((product) => {
    if (product.versions === null) return [product];
    const exact = product.versions.endsWith("/*") ? null : exactVersions(product.versions);
    if (exact !== null)
      return exact.map((version) => ({ ...product, purl: withVersion(product.purl, version), versions: null }));
    problem(`${statement.vulnerability}: the versions ${product.versions} of ${product.purl} cannot be told`);
    return [];
  });

/** Justifications of OpenVEX and CSAF. */
export const JUSTIFICATIONS: ReadonlySet<string> = new Set([
  "component_not_present",
  "vulnerable_code_not_present",
  "vulnerable_code_not_in_execute_path",
  "vulnerable_code_cannot_be_controlled_by_adversary",
  "inline_mitigations_already_exist",
]);

const OF_CYCLONEDX: Readonly<Record<string, string>> = {
  code_not_present: "vulnerable_code_not_present",
  code_not_reachable: "vulnerable_code_not_in_execute_path",
  requires_configuration: "vulnerable_code_cannot_be_controlled_by_adversary",
  requires_dependency: "vulnerable_code_cannot_be_controlled_by_adversary",
  requires_environment: "vulnerable_code_cannot_be_controlled_by_adversary",
  protected_by_compiler: "inline_mitigations_already_exist",
  protected_at_runtime: "inline_mitigations_already_exist",
  protected_at_perimeter: "inline_mitigations_already_exist",
  protected_by_mitigating_control: "inline_mitigations_already_exist",
};

const TO_CYCLONEDX: Readonly<Record<string, string>> = {
  component_not_present: "code_not_present",
  vulnerable_code_not_present: "code_not_present",
  vulnerable_code_not_in_execute_path: "code_not_reachable",
  vulnerable_code_cannot_be_controlled_by_adversary: "requires_environment",
  inline_mitigations_already_exist: "protected_by_mitigating_control",
};

/** The justification in the words of OpenVEX and CSAF; empty when none fits. */
export const justificationOf = (text: string): string =>
  JUSTIFICATIONS.has(text) ? text : Object.hasOwn(OF_CYCLONEDX, text) ? OF_CYCLONEDX[text]! : "";

/** The justification in CycloneDX's words; empty when none fits. */
export const cycloneDxJustification = (text: string): string =>
  Object.hasOwn(OF_CYCLONEDX, text) ? text : Object.hasOwn(TO_CYCLONEDX, text) ? TO_CYCLONEDX[text]! : "";

/** Writes statements in a format. Never throws for what a statement says: what cannot be held is named among the problems. */
export const writeVex = async (vex: VexOut, format: VexOutFormat): Promise<WrittenVex> => {
  if (format === "openvex") return (await import("./openvex/write.ts")).writeOpenVex(vex);
  if (format === "csaf-vex") return (await import("./csaf-vex/write.ts")).writeCsafVex(vex);
  return (await import("./cyclonedx-vex/write.ts")).writeCycloneDxVex(vex);
};
