import type { OsRelease } from "../extractors/extractor.ts";
import type { FoundPackage } from "../extractors/file-extractor.ts";

export const TARGET_KINDS = ["folder", "file", "root", "image", "sbom", "host"] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

/** Everything found in one target. */
export interface TargetInventory {
  /** As it was asked for, or what the target calls itself. */
  readonly name: string;
  readonly kind: TargetKind;
  /** The folder on this machine that paths of places begin at; absent when there is none. */
  readonly root?: string;
  /** Its fields are empty when the target has no operating system. */
  readonly os: OsRelease;
  /** Sorted by path, then reader. */
  readonly places: readonly Place[];
  /** What was left out as a whole, in words: limits that were met. Never empty when something was not looked at. */
  readonly problems: readonly string[];
  readonly image?: ImageFacts;
}

/** One file or database that lists packages. */
export interface Place {
  /** Within the target, with `/` and without a leading one. */
  readonly path: string;
  /** The reader's id. */
  readonly reader: string;
  /** `unreadable` is said, never shown as empty. */
  readonly status: "ok" | "unreadable";
  /** Why, when unreadable. */
  readonly error?: string;
  readonly packages: readonly FoundPackage[];
  readonly problems: readonly string[];
  /** The position in `ImageFacts.layers` of the layer that brought the file. */
  readonly layer?: number;
}

/** What an image says of itself. */
export interface ImageFacts {
  /** The digest of its configuration, `sha256:…`. */
  readonly id: string;
  /** Where it was named or found: `docker.io/library/nginx:1.27`. */
  readonly reference: string;
  /** The manifest's digest; empty when the source has none. */
  readonly digest: string;
  readonly architecture: string;
  readonly os: string;
  readonly createdAt: string | null;
  readonly layers: readonly ImageLayer[];
  /** The image below, where it was recognized. */
  readonly base: { readonly reference: string; readonly layerCount: number } | null;
  /** Faults of the configuration. */
  readonly faults: readonly ImageFault[];
  /** What its registry says is attached to it: SBOMs, signatures, attestations. */
  readonly attached: readonly { readonly type: string; readonly digest: string }[];
}

export interface ImageLayer {
  /** The digest of the unpacked layer, `sha256:…`. */
  readonly diffId: string;
  readonly sizeBytes: number;
  /** The build step that made it, as the history has it; empty when unknown. */
  readonly createdBy: string;
  readonly isBase: boolean;
}

export interface ImageFault {
  /** A stable name: `root-user`, `secret-in-env`. */
  readonly id: string;
  readonly severity: "high" | "medium" | "low";
  readonly says: string;
  readonly fix: string;
}
