import { createHash } from "node:crypto";
import type { Sbom } from "./sbom.ts";

/** A UUID made of what the document holds: the same content has the same one. Version 8 of RFC 9562. */
export const derivedId = (sbom: Sbom): string => {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([sbom.name, sbom.revision, sbom.createdAt, sbom.subject, sbom.tools]));
  for (const component of sbom.components) hash.update(JSON.stringify(component));
  for (const dependency of sbom.dependencies) hash.update(JSON.stringify(dependency));
  for (const vulnerability of sbom.vulnerabilities) hash.update(JSON.stringify(vulnerability));
  const hex = hash.digest("hex");
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};
