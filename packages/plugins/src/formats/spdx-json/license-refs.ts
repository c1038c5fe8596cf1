import { licenseKind, licenseReference } from "../sbom-license.ts";
import { NOASSERTION } from "./words.ts";

/** The `LicenseRef-`s of a document while it is written. */
export interface LicenseRefs {
  /** One expression for licenses that all hold; NOASSERTION without any. */
  readonly expressionOf: (licenses: readonly string[]) => string;
  /** What was given a reference until now: names by reference. */
  readonly names: ReadonlyMap<string, string>;
  /** The entries of `hasExtractedLicensingInfos`, sorted. */
  readonly entries: () => { licenseId: string; extractedText: string; name?: string }[];
}

const REFERENCES = /\bLicenseRef-[A-Za-z0-9.-]+/g;

/** A new list for one document. The same names in the same order get the same references. */
export const newLicenseRefs = (): LicenseRefs => {
  const names = new Map<string, string>();
  const byName = new Map<string, string>();
  const foreign = new Set<string>();
  const referenceOf = (name: string): string => {
    const known = byName.get(name);
    if (known !== undefined) return known;
    const base = licenseReference(name);
    let reference = base;
    for (let number = 2; names.has(reference) || foreign.has(reference); number += 1) reference = `${base}-${number}`;
    names.set(reference, name);
    byName.set(name, reference);
    return reference;
  };
  const partOf = (license: string, isAlone: boolean): string => {
    const kind = licenseKind(license);
    if (kind === "id") return license;
    if (kind === "name") return referenceOf(license);
    for (const [reference] of license.matchAll(REFERENCES)) if (!names.has(reference)) foreign.add(reference);
    return isAlone || !/\s(?:OR|or)\s/.test(license) ? license : `(${license})`;
  };
  return {
    names,
    expressionOf: (licenses) => {
      const told = licenses.filter((license) => license !== "");
      return told.length === 0 ? NOASSERTION : told.map((one) => partOf(one, told.length === 1)).join(" AND ");
    },
    entries: () =>
      [
        ...[...names].map(([licenseId, name]) => ({ licenseId, extractedText: name, name })),
        ...[...foreign].map((licenseId) => ({ licenseId, extractedText: licenseId })),
      ].sort((a, b) => (a.licenseId < b.licenseId ? -1 : 1)),
  };
};
