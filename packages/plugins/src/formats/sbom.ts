/** The formats that are read and written. */
export const SBOM_FORMATS = ["cyclonedx-json", "cyclonedx-xml", "spdx-json", "spdx-tag-value", "spdx3-json"] as const;
export type SbomFormatId = (typeof SBOM_FORMATS)[number];

/** What one document may cost. Sizes in bytes of the unpacked document, lengths in UTF-16 units, the rest counts. */
export const SBOM_LIMITS = {
  sizeBytes: 256 * 1024 ** 2,
  /** Levels of nested objects, lists and elements. */
  depth: 128,
  components: 500_000,
  dependencies: 5_000_000,
  vulnerabilities: 200_000,
  /** Elements of a list inside a component: licenses, hashes, places, properties. */
  listLength: 10_000,
  xmlElements: 20_000_000,
  problems: 50,
  problemChars: 300,
} as const;

/** A software bill of materials, whatever it was written in. Lists keep their order; empty texts were not said. */
export interface Sbom {
  /** What it was read from; what made it when it was not read. */
  readonly source: { readonly format: SbomFormatId | "scan"; readonly version: string };
  /** CycloneDX's serial number, SPDX's namespace. */
  readonly id: string;
  /** The revision under that id; 1 where the format has none. */
  readonly revision: number;
  readonly name: string;
  /** ISO. */
  readonly createdAt: string;
  readonly tools: readonly SbomTool[];
  readonly authors: readonly SbomParty[];
  readonly supplier: SbomParty | null;
  /** The ref of the component that the document is about. */
  readonly subject: string | null;
  /** The subject is one of them. */
  readonly components: readonly SbomComponent[];
  /** One for each component whose dependencies are known; an empty list says that it has none. */
  readonly dependencies: readonly SbomDependency[];
  readonly vulnerabilities: readonly SbomVulnerability[];
  readonly properties: readonly SbomProperty[];
  /** What could not be used, in words; the rest was read. */
  readonly problems: readonly string[];
  /** What the document holds beside components and is not kept, in words: `812 files`. */
  readonly passedOver: readonly string[];
}

export interface SbomTool {
  readonly vendor: string;
  readonly name: string;
  readonly version: string;
}

export interface SbomParty {
  readonly kind: "organization" | "person";
  readonly name: string;
  readonly email: string;
  readonly url: string;
}

export interface SbomComponent {
  /** Names it within the document; unique. */
  readonly ref: string;
  /** In CycloneDX's words: `library`, `application`, `container`. */
  readonly type: string;
  readonly group: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly cpes: readonly string[];
  readonly description: string;
  readonly copyright: string;
  readonly publisher: string;
  readonly supplier: SbomParty | null;
  readonly author: SbomParty | null;
  /** SPDX expressions, or names of licenses; all of them hold. */
  readonly declaredLicenses: readonly string[];
  readonly concludedLicenses: readonly string[];
  readonly hashes: readonly SbomHash[];
  /** `required`, `optional` or `excluded`. */
  readonly scope: string;
  readonly downloadUrl: string;
  readonly references: readonly SbomReference[];
  /** The ref of the component that it is a part of; empty at the top. */
  readonly parent: string;
  /** Where it was found. */
  readonly places: readonly SbomPlace[];
  /** Asked for by the project itself; null when nothing tells. */
  readonly isDirect: boolean | null;
  /** Needed only to develop; null when nothing tells. */
  readonly isDev: boolean | null;
  /** The purl of the operating-system package whose files it lies in. */
  readonly ownedBy: string;
  readonly properties: readonly SbomProperty[];
}

export interface SbomHash {
  /** In CycloneDX's spelling: `SHA-256`. */
  readonly algorithm: string;
  readonly value: string;
}

/** An external reference, its type in CycloneDX's words. */
export interface SbomReference {
  readonly type: string;
  readonly url: string;
}

export interface SbomProperty {
  readonly name: string;
  readonly value: string;
}

export interface SbomPlace {
  readonly path: string;
  /** From 1; 0 when unknown. */
  readonly line: number;
  /** The place inside an archive. */
  readonly inside: string;
  /** The digest of the image's layer. */
  readonly layer: string;
}

export interface SbomDependency {
  readonly ref: string;
  readonly dependsOn: readonly string[];
}

/** A weakness and what the document says of it; only CycloneDX carries them. */
export interface SbomVulnerability {
  readonly ref: string;
  readonly id: string;
  readonly source: { readonly name: string; readonly url: string };
  /** Other names. */
  readonly aliases: readonly string[];
  readonly ratings: readonly {
    readonly method: string;
    readonly score: number | null;
    readonly severity: string;
    readonly vector: string;
  }[];
  readonly cwes: readonly number[];
  readonly description: string;
  readonly recommendation: string;
  readonly publishedAt: string;
  readonly updatedAt: string;
  readonly affects: readonly {
    readonly ref: string;
    readonly versions: readonly { readonly version: string; readonly range: string; readonly status: string }[];
  }[];
  readonly analysis: {
    readonly state: string;
    readonly justification: string;
    readonly response: readonly string[];
    readonly detail: string;
    readonly firstIssuedAt: string;
    readonly lastUpdatedAt: string;
  } | null;
}

const NONE: readonly never[] = Object.freeze([]);

/** A component of which nothing but its ref and name is said. */
export const newComponent = (ref: string, name: string): SbomComponent => ({
  ref,
  type: "library",
  group: "",
  name,
  version: "",
  purl: "",
  cpes: NONE,
  description: "",
  copyright: "",
  publisher: "",
  supplier: null,
  author: null,
  declaredLicenses: NONE,
  concludedLicenses: NONE,
  hashes: NONE,
  scope: "",
  downloadUrl: "",
  references: NONE,
  parent: "",
  places: NONE,
  isDirect: null,
  isDev: null,
  ownedBy: "",
  properties: NONE,
});

/** A document that says nothing. */
export const newSbom = (source: Sbom["source"]): Sbom => ({
  source,
  id: "",
  revision: 1,
  name: "",
  createdAt: "",
  tools: [],
  authors: [],
  supplier: null,
  subject: null,
  components: [],
  dependencies: [],
  vulnerabilities: [],
  properties: [],
  problems: [],
  passedOver: [],
});

/** Gathers what cannot be used, bounded; `list` ends with how many more there were. */
export const newProblems = (): { readonly add: (text: string) => void; readonly list: () => string[] } => {
  const kept: string[] = [];
  let count = 0;
  return {
    add: (text) => {
      count += 1;
      if (kept.length < SBOM_LIMITS.problems) kept.push(printable(text));
    },
    list: () => (count > kept.length ? [...kept, `${count - kept.length} more problems`] : [...kept]),
  };
};

/** A text in one line without control characters, cut where it is too long. */
export const printable = (text: string): string => {
  // oxlint-disable-next-line no-control-regex -- they are what is taken out
  const line = text.replaceAll(/[\u0000-\u001F\u007F-\u009F\u2028\u2029]+/g, " ").trim();
  return line.length > SBOM_LIMITS.problemChars ? `${line.slice(0, SBOM_LIMITS.problemChars)}…` : line;
};
