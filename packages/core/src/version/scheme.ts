import { keyWriter } from "./key.ts";

/** How the versions of an ecosystem order. */
export interface VersionScheme {
  readonly id: string;
  /**
   * False where the order of the scheme is not transitive, so that no key can hold all of it. Then a version may parse
   * and yet have no key: only `compare` places it, and whoever works with keys asks `compare` for such versions.
   * Between versions with keys the order is total, and the keys begin with a byte that no other such scheme uses.
   */
  readonly isTotal?: false;
  /**
   * Bytes whose unsigned order is the scheme's order; null when the version does not parse, or when its place cannot be
   * held by a key (see `isTotal`). Never throws.
   */
  key(version: string): Uint8Array | null;
  /** -1, 0 or 1; null when either does not parse. Never throws. The reference that `key` is tested against. */
  compare(a: string, b: string): -1 | 0 | 1 | null;
}

/** What a scheme does with versions that parse. */
interface Parsed<T> {
  /** Null when it does not parse. */
  readonly parse: (version: string) => T | null;
  /** Writes the key to `keyWriter`. */
  readonly write: (parsed: T) => void;
  readonly compare: (left: T, right: T) => -1 | 0 | 1;
}

/** A scheme whose every version that parses has a key. */
export const parsedScheme = <T>(id: string, { parse, write, compare }: Parsed<T>): VersionScheme => ({
  id,
  key(version) {
    const parsed = parse(version);
    if (parsed === null) return null;
    keyWriter.start();
    write(parsed);
    return keyWriter.finish();
  },
  compare(a, b) {
    const left = parse(a);
    const right = parse(b);
    return left === null || right === null ? null : compare(left, right);
  },
});

/** True when the scheme can place the version, with a key or without. */
export function parsesVersion(scheme: VersionScheme, version: string): boolean {
  return scheme.compare(version, version) !== null;
}
