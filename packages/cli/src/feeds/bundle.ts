import type { Command } from "@commander-js/extra-typings";
import { AppError, messageOf } from "@zerotrace/core";
import {
  bundleKey,
  bundleTitle,
  compileInWorker,
  createBundleKey,
  type Generation,
  generationsDirectory,
  openGenerations,
  pour,
  readBundleKey,
  trustFile,
  writeBundle,
  writeDelta,
} from "@zerotrace/plugins";
import { access, constants, mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Cli } from "../cli.ts";
import { configOf, configOption, dataDirOption, feedsOption, formatOption, generationOption } from "../options.ts";
import { counted } from "../output/headline.ts";
import { createProgress, type ProgressView } from "../output/progress.ts";
import { megabytes } from "./changes-text.ts";
import { removeLeftovers } from "./leftovers.ts";
import { generationNamed, type GenerationPlace } from "./named.ts";

interface BundleOptions {
  readonly out: string;
  readonly key: string;
  readonly feeds?: string[];
  readonly generation?: string;
  readonly since?: string;
  readonly nextKey?: string;
  readonly dataDir?: string;
  readonly config?: string;
  readonly format: string;
}

/** Reads the feeds once more, and answers what they said. */
const readFeeds = async (
  cli: Cli,
  place: GenerationPlace & { readonly feeds: readonly string[] },
  view: ProgressView,
  outDir: string,
): Promise<Generation> => {
  const generationsDir = generationsDirectory(place.dataDir);
  const { meta } = await compileInWorker({
    locations: place.feeds,
    cacheDir: join(place.dataDir, "feeds", "cache"),
    outDir,
    generationsDir,
    trust: { file: trustFile(place.dataDir), keys: place.feedKeys },
    signal: cli.signal,
    onProgress: (p) => view.update("feeds", p.label, p),
  });
  const generation = openGenerations(generationsDir).open(meta.generation as string);
  if (generation === null) throw new AppError("INTERNAL", "What was just read is not kept.");
  return generation;
};

/** The file that goes into the bundle: a kept one where it is whole, else one in `folder`. */
const payloadOf = async (
  cli: Cli,
  place: GenerationPlace,
  generation: Generation,
  options: { readonly since: string | undefined; readonly folder: string },
): Promise<string> => {
  const path = join(options.folder, "payload.ztg");
  if (options.since !== undefined) {
    await writeDelta(path, (await generationNamed(place, options.since)).generation, generation);
    return path;
  }
  const kept = await openGenerations(generationsDirectory(place.dataDir)).list();
  const whole = kept.find(({ hash, kind }) => hash === generation.meta.hash && kind === "full");
  if (whole !== undefined) return whole.path;
  await pour(generation, { path, signal: cli.signal });
  return path;
};

/** Tells at once what else would be told after minutes of reading. Throws UNREADABLE, and as `generationNamed`. */
const checkFirst = async (place: GenerationPlace, { out, since }: BundleOptions): Promise<void> => {
  try {
    await access(dirname(out), constants.W_OK);
  } catch (cause) {
    throw new AppError("UNREADABLE", `${out} cannot be written: ${messageOf(cause)}.`, { field: "out", cause });
  }
  if (since !== undefined) await generationNamed(place, since);
};

/** Where a bundle is packed. */
const BUNDLING = "bundling-";

const bundle = async (cli: Cli, options: BundleOptions): Promise<void> => {
  const { out, dataDir, feeds, config: file } = options;
  const { config } = configOf(cli, { dataDir, feeds, config: file });
  const privateKey = await readBundleKey(options.key);
  const nextKey = options.nextKey === undefined ? undefined : bundleKey(options.nextKey);
  await checkFirst(config, options);
  await mkdir(join(config.dataDir, "feeds"), { recursive: true });
  await removeLeftovers(join(config.dataDir, "feeds"), BUNDLING);
  const folder = await mkdtemp(join(config.dataDir, "feeds", BUNDLING));
  const view = createProgress(cli.err);
  try {
    const generation =
      options.generation === undefined
        ? await readFeeds(cli, config, view, folder)
        : (await generationNamed(config, options.generation)).generation;
    view.update("bundle", "Packing");
    const generationPath = await payloadOf(cli, config, generation, { since: options.since, folder });
    const header = writeBundle({ out, generationPath, privateKey, now: new Date(), ...(nextKey && { nextKey }) });
    view.close();
    const { size } = await stat(out);
    if (options.format === "json") {
      cli.out.write(`${JSON.stringify({ ...header, sizeBytes: size })}\n`);
      return;
    }
    const { records, kev, epss } = header.counts;
    const holds = `${counted(records, "record")}, ${counted(kev, "known exploited CVE")}, ${counted(epss, "EPSS score")}`;
    cli.out.write(
      `${out}: ${bundleTitle(header)}\n${holds}; ${megabytes(size)}, signed by ${bundleKey(header.key).id}\n`,
    );
    cli.err.write(
      `On the other side: zerotrace feeds import ${out} --trust ${header.key}   (--trust the first time only)\n`,
    );
  } finally {
    view.close();
    await rm(folder, { recursive: true, force: true });
  }
};

/** `zerotrace feeds keygen|bundle` */
export const registerBundle = (feeds: Command, cli: Cli): void => {
  feeds
    .command("keygen")
    .description("make the key that signs bundles; prints the public key that other sites pin")
    .requiredOption("--out <file>", "new file for the private key, readable by its owner alone")
    .action(async ({ out }) => {
      const key = await createBundleKey(out);
      cli.out.write(`${key.text}\n`);
      cli.err.write(`Private key in ${out}: keep it here. The public key above has the id ${key.id}.\n`);
    });
  feeds
    .command("bundle")
    .description("write one signed file with everything that a site without internet needs")
    .requiredOption("--out <file>", "the bundle, such as feeds.ztb")
    .requiredOption("--key <file>", "private key of `feeds keygen`")
    .option("--since <generation>", "only what changed since this kept generation, bundle or index file")
    .option("--next-key <key>", "public key that will sign later bundles: who imports this one pins it")
    .addOption(feedsOption())
    .addOption(generationOption())
    .addOption(dataDirOption())
    .addOption(configOption())
    .addOption(formatOption())
    .action((options) => bundle(cli, options));
};
