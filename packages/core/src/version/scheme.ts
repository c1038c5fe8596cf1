/** How the versions of an ecosystem order. */
export interface VersionScheme {
  readonly id: string;
  /** Bytes whose unsigned order is the scheme's order, or null when the version does not parse. Never throws. */
  key(version: string): Uint8Array | null;
  /** -1, 0 or 1; null when either does not parse. Never throws. The reference that `key` is tested against. */
  compare(a: string, b: string): -1 | 0 | 1 | null;
}
