import { openSbom, specVersionOf, type OpenedSbom } from "./sbom-read.ts";
import type { SbomFault } from "./sbom-schema-check.ts";
import { printable, SBOM_LIMITS, type SbomFormatId } from "./sbom.ts";

/** What validation says of a document. */
export interface SbomValidation {
  readonly format: SbomFormatId;
  /** The version of the specification that it names. */
  readonly version: string;
  /** Empty when it is valid; at most SBOM_LIMITS.problems, in the order of the document where the schema gives one. */
  readonly faults: readonly SbomFault[];
  /** How many there are; of a large document only the first one is looked for. */
  readonly faultCount: number;
}

/** Up to this size every fault is looked for; a larger document is read to its first one. */
const ALL_FAULTS_BYTES = 8 * 1024 ** 2;

const faultsIn = async ({ format, document }: OpenedSbom, isAll: boolean): Promise<SbomFault[]> => {
  if (format === "cyclonedx-json" || format === "cyclonedx-xml")
    return (await import("./cyclonedx-json/validate.ts")).validateCycloneDx(document, isAll);
  if (format === "spdx3-json") return (await import("./spdx3-json/validate.ts")).validateSpdx3(document, isAll);
  return (await import("./spdx-json/validate.ts")).validateSpdx2(document, isAll);
};

/** A fault that was seen before the schema, `place: what`. */
const placed = (text: string): SbomFault => {
  const colon = text.indexOf(": ");
  return colon < 0 ? { place: "/", says: text } : { place: text.slice(0, colon), says: text.slice(colon + 2) };
};

/**
 * Checks a document against the schema of its format and version, and what no schema says: names that are given once and
 * references that lead somewhere. CycloneDX by its own schemas, also in XML, where names and order of elements are checked too;
 * SPDX by rules written from its specification. Throws BAD_REQUEST for what cannot be opened at all.
 */
export const validateSbom = async (bytes: Uint8Array): Promise<SbomValidation> => {
  const opened = await openSbom(bytes);
  const faults = [...opened.faults.map(placed), ...(await faultsIn(opened, bytes.length <= ALL_FAULTS_BYTES))];
  const shown = faults
    .slice(0, SBOM_LIMITS.problems)
    .map(({ place, says }) => ({ place: printable(place), says: printable(says) }));
  return { format: opened.format, version: specVersionOf(opened), faults: shown, faultCount: faults.length };
};
