import { AppError } from "@zerotrace/core";
import { acceptBundle, type Trust } from "./bundle-accept.ts";
import { isBundleLocation } from "./bundle-location.ts";
import type { Generation } from "./generation-format.ts";
import { openGenerations } from "./generation-store.ts";

/** What decides whether a generation that is at hand is compiled instead of feeds. */
export interface SourceOptions {
  readonly locations: readonly string[];
  readonly generationsDir?: string;
  readonly generation?: string;
  readonly trust?: Trust;
}

/**
 * The kept generation or the bundle that is asked for; null when feeds are to be read. Throws NOT_FOUND, BAD_FEED,
 * FORBIDDEN (unknown key), CONFLICT (the base of a delta is not kept), BAD_REQUEST.
 */
export const generationAskedFor = async (options: SourceOptions): Promise<Generation | null> => {
  const store = options.generationsDir === undefined ? null : openGenerations(options.generationsDir);
  if (options.generation !== undefined) {
    const { hash } = (await store?.find(options.generation)) ?? { hash: "" };
    const generation = store?.open(hash) ?? null;
    if (generation !== null) return generation;
    throw new AppError("NOT_FOUND", `There is no generation ${options.generation}.`, { field: "generation" });
  }
  const bundles = options.locations.filter(isBundleLocation);
  const [path] = bundles;
  if (path === undefined) return null;
  if (options.locations.length > 1) {
    throw new AppError("BAD_REQUEST", `${path} is a bundle and holds all of its feeds: name it alone.`, {
      field: "feeds",
    });
  }
  if (options.trust === undefined) throw new AppError("BAD_REQUEST", `${path} is a bundle, which is not taken here.`);
  const bundle = await acceptBundle(path, options.trust);
  return bundle.open((hash) => store?.open(hash) ?? null);
};
