import { AppError, messageOf } from "@zerotrace/core";
import { createHash } from "node:crypto";
import { z } from "zod";

/** Levels of indexes that name indexes (count). */
const MAX_LEVELS = 4;

const descriptor = z.object({
  mediaType: z.string().default(""),
  digest: z.string().regex(/^[a-z0-9]+:[a-f0-9]{32,128}$/),
  size: z.number().nonnegative().default(0),
  artifactType: z.string().optional(),
  platform: z
    .object({ os: z.string().default(""), architecture: z.string().default(""), variant: z.string().optional() })
    .optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
const imageManifest = z.object({ config: descriptor, layers: z.array(descriptor).max(1000) });
const imageIndex = z.object({ manifests: z.array(descriptor).max(10_000) });

export type Descriptor = z.infer<typeof descriptor>;
export type ImageManifest = z.infer<typeof imageManifest>;

const RESOURCES: Readonly<Record<string, string>> = {
  x64: "amd64",
  arm64: "arm64",
  arm: "arm",
  ia32: "386",
  ppc64: "ppc64le",
  s390x: "s390x",
};

export interface WantedPlatform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  /** No other will do. */
  readonly isAsked: boolean;
}

/** The platform that is read of an image of many: as asked (`linux/arm/v7`, `arm64`), else Linux on this machine's processor. */
export const wantedPlatform = (text?: string): WantedPlatform => {
  const own = RESOURCES[process.arch] ?? "amd64";
  if (text === undefined) return { os: "linux", architecture: own, isAsked: false };
  if (!text.includes("/")) return { os: "linux", architecture: text, isAsked: true };
  const [os = "linux", architecture = own, variant] = text.split("/");
  return { os, architecture, ...(variant === undefined ? {} : { variant }), isAsked: true };
};

/** A JSON object of an image; the first of a list. Throws AppError UNREADABLE. */
export const manifestOf = (bytes: Uint8Array): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const one: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof one === "object" && one !== null) return one as Record<string, unknown>;
  } catch (cause) {
    throw new AppError("UNREADABLE", `The image's manifest is no JSON: ${messageOf(cause)}.`, { cause });
  }
  throw new AppError("UNREADABLE", "The image's manifest is no object.");
};

/** The manifest of a referrers list or an index. Throws AppError UNREADABLE. */
export const descriptorsOf = (bytes: Uint8Array): readonly Descriptor[] => {
  const read = imageIndex.safeParse(manifestOf(bytes));
  if (!read.success) throw new AppError("UNREADABLE", "A list of manifests is not valid.");
  return read.data.manifests;
};

/**
 * The manifest of one image: of an index that of the wanted platform, attestations never. `readBlob` gives what a digest names.
 * Throws AppError UNREADABLE.
 */
export const chosenManifest = async (
  bytes: Uint8Array,
  readBlob: (digest: string) => Promise<Uint8Array>,
  platform = wantedPlatform(),
): Promise<{ readonly manifest: ImageManifest; readonly digest: string; readonly name: string | null }> => {
  let at = bytes;
  let digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  let name: string | null = null;
  for (let level = 0; level < MAX_LEVELS; level++) {
    const value = manifestOf(at);
    if (value["manifests"] === undefined) {
      const read = imageManifest.safeParse(value);
      if (read.success) return { manifest: read.data, digest, name };
      const [issue] = read.error.issues;
      throw new AppError(
        "UNREADABLE",
        `The image's manifest is not valid: ${issue?.path.map(String).join(".")} ${issue?.message}.`,
      );
    }
    const chosen = chosenOf(descriptorsOf(at), platform);
    digest = chosen.digest;
    name ??=
      chosen.annotations?.["io.containerd.image.name"] ??
      chosen.annotations?.["org.opencontainers.image.ref.name"] ??
      null;
    at = await readBlob(chosen.digest);
  }
  throw new AppError("UNREADABLE", `The image's index has more than ${MAX_LEVELS} levels.`);
};

const chosenOf = (all: readonly Descriptor[], wanted: WantedPlatform): Descriptor => {
  const images = all.filter(
    (one) => one.annotations?.["vnd.docker.reference.type"] === undefined && one.platform?.os !== "unknown",
  );
  const [first] = images;
  if (first === undefined) throw new AppError("UNREADABLE", "The image's index names no image.");
  const fits = images.find(
    ({ platform }) =>
      platform?.os === wanted.os &&
      platform.architecture === wanted.architecture &&
      (wanted.variant === undefined || platform.variant === wanted.variant),
  );
  // A list that names no platforms has nothing to choose by.
  if (fits !== undefined || !wanted.isAsked || images.every(({ platform }) => platform === undefined))
    return fits ?? first;
  const there = [...new Set(images.map(platformText))].sort().join(", ");
  const asked = [wanted.os, wanted.architecture, ...(wanted.variant === undefined ? [] : [wanted.variant])].join("/");
  throw new AppError("NOT_FOUND", `The image is not there for ${asked}; it is for ${there}.`, { field: "platform" });
};

const platformText = ({ platform }: Descriptor): string =>
  [platform?.os, platform?.architecture, platform?.variant].filter((part) => part).join("/");
