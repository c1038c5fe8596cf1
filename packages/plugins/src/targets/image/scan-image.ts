import { mkdtemp, rm } from "node:fs/promises";
import type { Component } from "@zerotrace/core";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HostFs } from "../../plugin.ts";
import { extractAll } from "../../extractors/collect.ts";
import { readOsRelease } from "../../extractors/host-facts.ts";
import { chooserOf } from "../choose.ts";
import { INSTALLED_READERS, readSystem, SYSTEM_READERS } from "../root.ts";
import type { ImageFacts, Place, TargetInventory } from "../target.ts";
import { baseOf, faultsOf, type ImageConfig, parseConfig, stepsOf } from "./config.ts";
import type { Reading } from "../read-files.ts";
import { readLayer, readMissed } from "./layer.ts";
import type { ImageSource } from "./source.ts";
import { Spool, type Spooled } from "./spool.ts";
import { scannedFile, treeFs } from "./tree-fs.ts";
import { LayerTree } from "./tree.ts";
import { wantedIn } from "./wanted.ts";

const SYSTEM_IDS: ReadonlySet<string> = new Set(SYSTEM_READERS.map(({ descriptor }) => descriptor.id));

export interface ImageOptions {
  readonly onProgress?: (progress: {
    readonly says: string;
    readonly doneBytes: number;
    readonly totalBytes: number;
  }) => void;
  readonly signal: AbortSignal;
}

/**
 * What is installed in an image, with the layer and the build step that brought each component. Layers are read as they come; only
 * package files are kept, in a temporary folder that is removed. Throws AppError UNREADABLE when the image cannot be read.
 */
export const scanImage = async (source: ImageSource, options: ImageOptions): Promise<TargetInventory> => {
  const config = parseConfig(source.config);
  const folder = await mkdtemp(join(tmpdir(), "zerotrace-image-"));
  const spool = new Spool(folder);
  try {
    const read = await readLayers(source, spool, options);
    const { os, places } = await readTree(read.tree, spool, options);
    const facts = factsOf(source, config, { sizes: read.sizes, tree: read.tree, system: os.prettyName });
    const layers = new Map([...read.tree.files()].map(({ path, node }) => [path, node.layer]));
    const placed = places.map((place) => withLayers(place, layers, read.firstSeen));
    return { name: source.reference, kind: "image", os, places: placed, problems: read.problems, image: facts };
  } finally {
    spool.close();
    await rm(folder, { recursive: true, force: true });
  }
};

/** Everything that is installed in the files of an image. */
const readTree = async (
  tree: LayerTree,
  spool: Spool,
  { signal, onProgress }: ImageOptions,
): Promise<Awaited<ReturnType<typeof readSystem>>> => {
  const chooser = chooserOf(INSTALLED_READERS);
  const readings: Reading[] = [];
  const files = new Map<string, Spooled>();
  for (const { path, node } of tree.files()) {
    if (node.kind !== "file") continue;
    const chosen = chooser.of(path, path.slice(path.lastIndexOf("/") + 1));
    const readers = chosen.length > 0 ? chosen : node.isProgram ? chooser.programs : [];
    if (readers.length === 0) continue;
    files.set(`/${path}`, node.spooled);
    const file = scannedFile(path, node, spool);
    for (const extractor of readers) readings.push({ file, extractor });
  }
  const onRead = (doneCount: number): void =>
    onProgress?.({
      says: `package file ${doneCount} of ${readings.length}`,
      doneBytes: 0,
      totalBytes: 0,
    });
  const digestOf = async (path: string, algorithm: string): Promise<string> =>
    spool.digest(files.get(path)!, algorithm);
  return readSystem({ fs: treeFs(tree, spool), readings, digestOf, onRead, signal });
};

interface ReadLayers {
  readonly tree: LayerTree;
  readonly sizes: readonly number[];
  /** The layer in which a package of the system came, by its texts. */
  readonly firstSeen: ReadonlyMap<string, number>;
  readonly problems: readonly string[];
}

const readLayers = async (source: ImageSource, spool: Spool, options: ImageOptions): Promise<ReadLayers> => {
  const tree = new LayerTree();
  const wanted = wantedIn(chooserOf(INSTALLED_READERS));
  const totalBytes = source.layers.reduce((sum, layer) => sum + layer.sizeBytes, 0);
  const sizes: number[] = [];
  const problems: string[] = [];
  let firstSeen: ReadonlyMap<string, number> = new Map();
  let doneBytes = 0;
  for (const [layer, { open }] of source.layers.entries()) {
    const says = `layer ${layer + 1} of ${source.layers.length}`;
    const told = async function* (): AsyncGenerator<Buffer> {
      for await (const chunk of open()) {
        doneBytes += chunk.length;
        options.onProgress?.({ says, doneBytes, totalBytes });
        yield chunk;
      }
    };
    const reading = { tree, spool, layer, wanted, signal: options.signal };
    const result = await readLayer(told(), reading);
    if (result.missed.size > 0) await readMissed(open(), result.missed, reading);
    sizes.push(result.sizeBytes);
    problems.push(...result.problems.map((text) => `Layer ${layer + 1}: ${text}`));
    if (result.hasDatabase)
      firstSeen = await systemPackages(treeFs(tree, spool), { layer, known: firstSeen, signal: options.signal });
  }
  return { tree, sizes, firstSeen, problems };
};

/** The packages of the system as they are after a layer, each with the layer since which it is there. */
const systemPackages = async (
  fs: HostFs,
  {
    layer,
    known,
    signal,
  }: { readonly layer: number; readonly known: ReadonlyMap<string, number>; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, number>> => {
  const sources = await extractAll(SYSTEM_READERS, { fs, os: await readOsRelease(fs), signal });
  const seen = new Map<string, number>();
  for (const { components } of sources) {
    for (const component of components) {
      const key = keyOf(component);
      seen.set(key, known.get(key) ?? layer);
    }
  }
  return seen;
};

/** Without the ecosystem: a lower layer may not say yet which system it is. */
const keyOf = ({ name, version, arch }: Component): string => `${name}\0${version}\0${arch ?? ""}`;

const withLayers = (
  place: Place,
  layers: ReadonlyMap<string, number>,
  firstSeen: ReadonlyMap<string, number>,
): Place => {
  const own = layers.get(place.path);
  const isOfSystem = SYSTEM_IDS.has(place.reader);
  const packages = place.packages.map((found) => {
    if (!isOfSystem) return found;
    const layer = firstSeen.get(keyOf(found.component));
    return layer === undefined ? found : { ...found, layer };
  });
  return { ...place, packages, ...(own === undefined ? {} : { layer: own }) };
};

const factsOf = (
  source: ImageSource,
  config: ImageConfig,
  read: { readonly sizes: readonly number[]; readonly tree: LayerTree; readonly system: string },
): ImageFacts => {
  const steps = stepsOf(config);
  const base = baseOf(config, read.system);
  const baseLayers = base?.layerCount ?? 0;
  // What the base brings is the base's to mend.
  const setuid = [...read.tree.setuid()].filter(({ layer }) => layer >= baseLayers).map(({ path }) => `/${path}`);
  return {
    id: source.configDigest,
    reference: source.reference,
    digest: source.digest,
    architecture: config.architecture,
    os: config.os,
    createdAt: config.created ?? null,
    layers: read.sizes.map((sizeBytes, at) => ({
      diffId: config.rootfs.diff_ids[at] ?? "",
      sizeBytes,
      createdBy: steps[at] ?? "",
      isBase: at < baseLayers,
    })),
    base,
    faults: faultsOf(config, setuid.sort()),
    attached: source.attached,
  };
};
