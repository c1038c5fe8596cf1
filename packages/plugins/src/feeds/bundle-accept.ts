import { type BundleKey, bundleKey } from "./bundle-keys.ts";
import { pinKey, pinnedKeys } from "./bundle-trust.ts";
import { type VerifiedBundle, verifyBundle } from "./bundle.ts";

/** Which keys a site believes. */
export interface Trust {
  /** The file of pinned keys. */
  readonly file: string;
  /** Keys that the configuration names (`feedKeys`). */
  readonly keys: readonly string[];
}

/** Every key that is believed. Throws BAD_CONFIG and BAD_REQUEST when one cannot be read. */
export const trustedKeys = async (trust: Trust): Promise<BundleKey[]> => [
  ...trust.keys.map(bundleKey),
  ...(await pinnedKeys(trust.file)),
];

/**
 * Verifies a bundle. A key given with `pin` is believed from now on, once a bundle of it holds; so is the next key that a
 * bundle names, unless `look` is set. Throws as `verifyBundle`.
 */
export const acceptBundle = async (
  path: string,
  trust: Trust,
  options: { readonly pin?: string; readonly look?: boolean; readonly now?: Date } = {},
): Promise<VerifiedBundle> => {
  const given = options.pin === undefined ? [] : [bundleKey(options.pin)];
  const bundle = verifyBundle(path, [...(await trustedKeys(trust)), ...given]);
  if (options.look === true) return bundle;
  const now = options.now ?? new Date();
  if (given.some(({ text }) => text === bundle.key.text)) await pinKey(trust.file, bundle.key, "operator", now);
  const { nextKey } = bundle.header;
  if (nextKey !== null) await pinKey(trust.file, bundleKey(nextKey), bundle.key.id, now);
  return bundle;
};
