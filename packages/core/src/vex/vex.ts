/** What a supplier says of a weakness in a product; the four words of the CSAF profile and of OpenVEX. */
export const VEX_STATUSES = ["not_affected", "affected", "fixed", "under_investigation"] as const;
export type VexStatus = (typeof VEX_STATUSES)[number];

export const VEX_FORMATS = ["openvex", "cyclonedx", "csaf"] as const;
export type VexFormat = (typeof VEX_FORMATS)[number];

/** What a statement speaks of. */
export interface VexProduct {
  /** A package URL; without a version it means every version. */
  readonly purl: string;
  /** Versions in the notation `vers:npm/>=1.0|<2.0`, where the statement names a range; else null. */
  readonly versions: string | null;
  /** Package URLs of the parts of the product that are meant; empty: the product itself. */
  readonly subcomponents: readonly string[];
}

/** One thing said of one weakness. */
export interface VexStatement {
  /** The name under which the supplier speaks of it, such as a CVE id. */
  readonly vulnerability: string;
  /** Its other names, as given. */
  readonly aliases: readonly string[];
  readonly products: readonly VexProduct[];
  readonly status: VexStatus;
  /** The format's own word, such as `vulnerable_code_not_present`; empty when none. */
  readonly justification: string;
  /** What the supplier adds in prose, in one line; empty when nothing. */
  readonly note: string;
  readonly author: string;
  /** When it was said, ISO; empty when the document does not say. */
  readonly at: string;
}

/** A document as it was read: what can be used, and what cannot with the reason. */
export interface VexDocument {
  readonly format: VexFormat;
  /** The document's own id; empty when it has none. */
  readonly id: string;
  readonly author: string;
  readonly at: string;
  readonly statements: readonly VexStatement[];
  readonly problemCount: number;
  /** The first problems, each naming the statement. */
  readonly problems: readonly string[];
}

/** Bounds of one document: bytes, counts, and lengths in UTF-16 units. */
export const VEX_LIMITS = {
  sizeBytes: 16 * 1024 ** 2,
  statements: 50_000,
  productsOfStatement: 20_000,
  products: 200_000,
  aliases: 100,
  branchDepth: 30,
  treeNodes: 200_000,
  /** Elements of a document in XML that statements are made of. */
  xmlNodes: 1_000_000,
  idLength: 256,
  /** Of a package URL or a reference. */
  refLength: 4_096,
  noteLength: 2_000,
  problems: 50,
} as const;

/** Whether what was said means that there is nothing to do: the finding stays, and is not counted as open. */
export const isClosedBy = (status: VexStatus): boolean => status === "not_affected" || status === "fixed";
