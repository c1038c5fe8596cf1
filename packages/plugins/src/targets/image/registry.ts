import { AppError } from "@zerotrace/core";
import { verified } from "./archive.ts";
import { chosenManifest, descriptorsOf, type ImageManifest, wantedPlatform } from "./manifest.ts";
import type { ImageReference } from "./reference.ts";
import { MANIFEST_TYPES, RegistryClient, type RegistryOptions } from "./registry-client.ts";
import type { ImageSource } from "./source.ts";

/**
 * An image in a registry (OCI distribution specification): its manifest for one platform, its layers as they are asked for, and
 * what is attached to it. Throws AppError NOT_FOUND, UNAUTHENTICATED and UNREADABLE, each with what to do.
 */
export const openRegistryImage = async (reference: ImageReference, options: RegistryOptions): Promise<ImageSource> => {
  const registry = new RegistryClient(reference, options);
  const first = await registry.read(`manifests/${reference.version}`, { accept: MANIFEST_TYPES });
  const readManifest = async (digest: string): Promise<Uint8Array> =>
    registry.read(`manifests/${digest}`, { accept: MANIFEST_TYPES });
  const { manifest, digest } = await chosenManifest(first, readManifest, wantedPlatform(options.platform));
  return {
    reference: reference.text,
    digest,
    config: await registry.read(`blobs/${manifest.config.digest}`, { digest: manifest.config.digest }),
    configDigest: manifest.config.digest,
    layers: layersOf(registry, manifest),
    attached: await attachedTo(registry, digest),
    close: () => Promise.resolve(),
  };
};

const layersOf = (registry: RegistryClient, { layers }: ImageManifest): ImageSource["layers"] =>
  layers.map(({ digest, size }) => ({
    sizeBytes: size,
    open: () => verified(registry.stream(`blobs/${digest}`), digest),
  }));

/** The referrers API, or the tag that stands for it in registries without. None of it is a fault. */
const attachedTo = async (registry: RegistryClient, digest: string): Promise<ImageSource["attached"]> => {
  for (const path of [`referrers/${digest}`, `manifests/${digest.replace(":", "-")}`]) {
    try {
      const all = descriptorsOf(await registry.read(path, { accept: MANIFEST_TYPES }));
      return all.map((one) => ({ type: one.artifactType || one.mediaType, digest: one.digest }));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }
  return [];
};
