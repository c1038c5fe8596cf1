/** An image wherever it lies: its configuration and the bytes of its layers. */
export interface ImageSource {
  /** As it was named, or as it names itself: `nginx:1.27`. */
  readonly reference: string;
  /** The manifest's digest, `sha256:…`; empty when it has none. */
  readonly digest: string;
  readonly config: Uint8Array;
  /** The configuration's digest, `sha256:…`. */
  readonly configDigest: string;
  /** Bottom first. Each may be opened more than once; the bytes are checked against their digest where it is known. */
  readonly layers: readonly { readonly sizeBytes: number; readonly open: () => AsyncIterable<Buffer> }[];
  /** What is attached to it: SBOMs, signatures, attestations. */
  readonly attached: readonly { readonly type: string; readonly digest: string }[];
  /** Releases what it holds. */
  readonly close: () => Promise<void>;
}

/** Bytes of a manifest, an index or a configuration. */
export const MAX_MANIFEST_BYTES = 8 * 1024 * 1024;
