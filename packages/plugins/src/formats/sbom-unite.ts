import type { SbomComponent, SbomPlace } from "./sbom.ts";

const distinct = <T>(...lists: readonly (readonly T[])[]): T[] => {
  const [first = [], ...others] = lists.filter((list) => list.length > 0);
  if (others.length === 0) return [...first];
  return [...new Map([first, ...others].flat().map((one) => [JSON.stringify(one), one])).values()];
};

/** Something is for development when nobody needs it otherwise, and direct when anybody asks for it. */
const both = (a: boolean | null, b: boolean | null, join: (a: boolean, b: boolean) => boolean): boolean | null =>
  a === null || b === null ? (a ?? b) : join(a, b);

/**
 * What two entries of one component say together: lists are joined, of single values the first one that says something counts.
 * Direct is what one of them asks for, for development what both need so. The ref and the parent are the first one's.
 */
export const unitedComponent = (a: SbomComponent, b: SbomComponent): SbomComponent => ({
  ...a,
  group: a.group || b.group,
  version: a.version || b.version,
  purl: a.purl || b.purl,
  cpes: distinct(a.cpes, b.cpes),
  description: a.description || b.description,
  copyright: a.copyright || b.copyright,
  publisher: a.publisher || b.publisher,
  supplier: a.supplier ?? b.supplier,
  author: a.author ?? b.author,
  declaredLicenses: distinct(a.declaredLicenses, b.declaredLicenses),
  concludedLicenses: distinct(a.concludedLicenses, b.concludedLicenses),
  hashes: distinct(a.hashes, b.hashes),
  scope: a.scope || b.scope,
  downloadUrl: a.downloadUrl || b.downloadUrl,
  references: distinct(a.references, b.references),
  places: distinct<SbomPlace>(a.places, b.places),
  isDirect: both(a.isDirect, b.isDirect, (x, y) => x || y),
  isDev: both(a.isDev, b.isDev, (x, y) => x && y),
  ownedBy: a.ownedBy || b.ownedBy,
  properties: distinct(a.properties, b.properties),
});
