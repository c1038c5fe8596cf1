/** Purposes of SPDX 3 by CycloneDX's types of components. */
export const PURPOSE_OF: Readonly<Record<string, string>> = {
  application: "application",
  container: "container",
  data: "data",
  device: "device",
  "device-driver": "deviceDriver",
  file: "file",
  firmware: "firmware",
  framework: "framework",
  library: "library",
  "machine-learning-model": "model",
  "operating-system": "operatingSystem",
  platform: "platform",
};

/** Types of external references of SPDX 3 by CycloneDX's. */
export const REFERENCE_OF: Readonly<Record<string, string>> = {
  advisories: "securityAdvisory",
  "build-meta": "buildMeta",
  "build-system": "buildSystem",
  chat: "chat",
  documentation: "documentation",
  "issue-tracker": "issueTracker",
  license: "license",
  "mailing-list": "mailingList",
  other: "other",
  "release-notes": "releaseNotes",
  social: "socialMedia",
  "source-distribution": "sourceArtifact",
  support: "support",
  vcs: "vcs",
};

/** Algorithms of hashes of SPDX 3 by CycloneDX's. */
export const HASH_OF: Readonly<Record<string, string>> = {
  ADLER32: "adler32",
  "BLAKE2b-256": "blake2b256",
  "BLAKE2b-384": "blake2b384",
  "BLAKE2b-512": "blake2b512",
  BLAKE3: "blake3",
  MD2: "md2",
  MD4: "md4",
  MD5: "md5",
  MD6: "md6",
  "SHA-1": "sha1",
  "SHA-224": "sha224",
  "SHA-256": "sha256",
  "SHA-384": "sha384",
  "SHA-512": "sha512",
  "SHA3-256": "sha3_256",
  "SHA3-384": "sha3_384",
  "SHA3-512": "sha3_512",
};

const turned = (words: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(words).map(([own, spdx]) => [spdx, own]));

export const TYPE_OF_PURPOSE = turned(PURPOSE_OF);
export const TYPE_OF_REFERENCE = turned(REFERENCE_OF);
export const ALGORITHM_OF_HASH = turned(HASH_OF);

/** Says that there is none: what a component without dependencies depends on. */
export const NONE = "https://spdx.org/rdf/3.0.1/terms/Core/NoneElement";
export const isNone = (id: string): boolean => id === "NoneElement" || id.endsWith("/Core/NoneElement");

export const CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld";
export const SPEC_VERSION = "3.0.1";
/** The element that stands for whoever made a document that names nobody. */
export const NOBODY = "zerotrace";
