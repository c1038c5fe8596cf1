import { AppError, openIndex } from "@zerotrace/core";
import {
  acceptBundle,
  type Generation,
  generationsDirectory,
  isBundleLocation,
  openGenerations,
  trustFile,
} from "@zerotrace/plugins";
import { readFile } from "node:fs/promises";

/** Where generations and keys of this machine lie. */
export interface GenerationPlace {
  readonly dataDir: string;
  readonly feedKeys: readonly string[];
}

/** A generation that a person named. */
export interface NamedGeneration {
  readonly generation: Generation;
  /** What `openScanIndex` takes as its generation: the hash of a kept one, or the bundle's path. */
  readonly name: string;
}

const kept = async (place: GenerationPlace, name: string): Promise<NamedGeneration> => {
  const store = openGenerations(generationsDirectory(place.dataDir));
  const { hash } = await store.find(name);
  const generation = store.open(hash);
  if (generation === null) throw new AppError("NOT_FOUND", `Generation ${name} is gone.`, { field: "generation" });
  return { generation, name: hash };
};

/**
 * A kept generation by the beginning of its hash, a bundle by its path, or the generation that an index file was built
 * from. Throws NOT_FOUND, FORBIDDEN for a bundle of an unknown key, BAD_FEED.
 */
export const generationNamed = async (place: GenerationPlace, name: string): Promise<NamedGeneration> => {
  if (isBundleLocation(name)) {
    const trust = { file: trustFile(place.dataDir), keys: place.feedKeys };
    const store = openGenerations(generationsDirectory(place.dataDir));
    const bundle = await acceptBundle(name, trust, { look: true });
    return { generation: bundle.open((hash) => store.open(hash)), name };
  }
  if (!name.endsWith(".ztx")) return await kept(place, name);
  const { meta } = openIndex(await readFile(name));
  if (meta.generation !== undefined) return await kept(place, meta.generation);
  throw new AppError("NOT_FOUND", `${name} does not say which generation it was built from: import its feeds again.`, {
    field: "generation",
  });
};
