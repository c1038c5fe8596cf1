import type { SbomParty } from "../sbom.ts";

export const SPDX2_VERSIONS = ["2.2", "2.3"] as const;
export type Spdx2Version = (typeof SPDX2_VERSIONS)[number];

export const isSpdx2Version = (text: string): text is Spdx2Version =>
  (SPDX2_VERSIONS as readonly string[]).includes(text);

/** What SPDX writes where nothing is said. */
export const NOASSERTION = "NOASSERTION";

/** A text, empty where SPDX says that nothing is known or that there is none. */
export const asserted = (text: string): string => (text === NOASSERTION || text === "NONE" ? "" : text);

/** Algorithms of checksums: CycloneDX's spelling by SPDX's. */
export const HASH_OF: Readonly<Record<string, string>> = {
  MD2: "MD2",
  MD4: "MD4",
  MD5: "MD5",
  MD6: "MD6",
  ADLER32: "ADLER32",
  SHA1: "SHA-1",
  SHA224: "SHA-224",
  SHA256: "SHA-256",
  SHA384: "SHA-384",
  SHA512: "SHA-512",
  "SHA3-256": "SHA3-256",
  "SHA3-384": "SHA3-384",
  "SHA3-512": "SHA3-512",
  "BLAKE2b-256": "BLAKE2b-256",
  "BLAKE2b-384": "BLAKE2b-384",
  "BLAKE2b-512": "BLAKE2b-512",
  BLAKE3: "BLAKE3",
};
export const SPDX_OF_HASH: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(HASH_OF).map(([spdx, own]) => [own, spdx]),
);
/** Of these, what came with 2.3. */
export const HASHES_SINCE_23: ReadonlySet<string> = new Set([
  "ADLER32",
  "BLAKE2b-256",
  "BLAKE2b-384",
  "BLAKE2b-512",
  "BLAKE3",
  "SHA3-256",
  "SHA3-384",
  "SHA3-512",
]);

/** Types of components: CycloneDX's by SPDX's purpose. */
export const TYPE_OF_PURPOSE: Readonly<Record<string, string>> = {
  APPLICATION: "application",
  CONTAINER: "container",
  DEVICE: "device",
  FILE: "file",
  FIRMWARE: "firmware",
  FRAMEWORK: "framework",
  LIBRARY: "library",
  "OPERATING-SYSTEM": "operating-system",
  OPERATING_SYSTEM: "operating-system",
};
export const PURPOSE_OF_TYPE: Readonly<Record<string, string>> = {
  application: "APPLICATION",
  container: "CONTAINER",
  device: "DEVICE",
  file: "FILE",
  firmware: "FIRMWARE",
  framework: "FRAMEWORK",
  library: "LIBRARY",
  "operating-system": "OPERATING-SYSTEM",
};

const PARTY = /^(Organization|Person):\s*(.*)$/s;
const WITH_EMAIL = /^(.*?)\s*\(([^()]*)\)$/s;

/** `Organization: name (email)`; null for anything else. */
export const partyOf = (text: string): SbomParty | null => {
  const found = PARTY.exec(text.trim());
  if (found === null || asserted(found[2]!) === "") return null;
  const named = WITH_EMAIL.exec(found[2]!);
  return {
    kind: found[1] === "Person" ? "person" : "organization",
    name: named?.[1] ?? found[2]!,
    email: named?.[2] ?? "",
    url: "",
  };
};

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

/** A party as SPDX writes it, in one line. */
export const writeParty = ({ kind, name, email }: SbomParty): string =>
  `${kind === "person" ? "Person" : "Organization"}: ${oneLine(name)}${email === "" ? "" : ` (${oneLine(email)})`}`;

/** A time as SPDX wants it, to the second in UTC; empty when the text is none. */
export const spdxTime = (text: string): string => {
  const at = text === "" ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? "" : `${new Date(at).toISOString().slice(0, 19)}Z`;
};

/** The time that stands where none is known and SPDX wants one. */
export const NO_TIME = "1970-01-01T00:00:00Z";

const ANNOTATOR = "Tool: zerotrace";
const PROPERTY = "zerotrace-property ";

/** A property as the comment of an annotation. */
export const propertyComment = (name: string, value: string): string =>
  PROPERTY + JSON.stringify({ name, value }).replaceAll("<", "\\u003c");

/** The property that a comment holds; null for any other comment. */
export const propertyOfComment = (comment: string): { name: string; value: string } | null => {
  if (!comment.startsWith(PROPERTY)) return null;
  try {
    const { name, value } = JSON.parse(comment.slice(PROPERTY.length)) as { name?: unknown; value?: unknown };
    return typeof name === "string" && typeof value === "string" ? { name, value } : null;
  } catch {
    return null;
  }
};

/** Annotations that hold properties. */
export const annotationsOf = (properties: readonly { name: string; value: string }[], at: string) =>
  properties.map(({ name, value }) => ({
    annotationDate: at,
    annotationType: "OTHER",
    annotator: ANNOTATOR,
    comment: propertyComment(name, value),
  }));
