import { AppError } from "@zerotrace/core";
import {
  acceptBundle,
  type ChangeCounts,
  compareWithKept,
  generationsDirectory,
  type KeptGeneration,
  openKept,
  openGenerations,
  trustFile,
} from "@zerotrace/plugins";
import { bundleTitle } from "@zerotrace/plugins";
import { type Client, contract } from "@zerotrace/sdk";
import { openAsBlob } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Cli } from "../cli.ts";
import { connect } from "../local.ts";
import { createProgress } from "../output/progress.ts";
import { openScanIndex } from "../scan/scan-index.ts";
import { changesSentence, effectSentence } from "./changes-text.ts";
import { readImported, writeImported } from "./imported.ts";
import type { GenerationPlace } from "./named.ts";
import { orderAndWait } from "./wait.ts";

/** What `feeds import` was told about a bundle. */
export interface ImportOptions {
  readonly trust?: string;
  readonly dryRun?: boolean;
  readonly local?: boolean;
  readonly server?: string;
  readonly token?: string;
  readonly dataDir?: string;
  readonly format: string;
}

interface LocalResult {
  readonly hash: string;
  readonly title: string;
  readonly keyId: string;
  readonly changes: ChangeCounts;
  readonly warnings: readonly string[];
}

/** A key as it is written, or the file that holds it. */
const keyText = async (given: string | undefined): Promise<string | undefined> => {
  if (given === undefined || given.startsWith("ztk1-")) return given;
  const text = await readFile(given, "utf8").catch((cause: unknown) => {
    throw new AppError("BAD_REQUEST", `--trust ${given} is neither a public key (ztk1-…) nor a file with one.`, {
      cause,
    });
  });
  return text.trim();
};

/** What decides on this machine until now: the bundle that was imported last, else what was kept last; null: nothing. */
const decidingHere = async (place: GenerationPlace): Promise<KeptGeneration | null> => {
  const kept = await openGenerations(generationsDirectory(place.dataDir)).list();
  const imported = await readImported(place.dataDir);
  return kept.find(({ hash }) => hash === imported?.generation) ?? kept[0] ?? null;
};

/** Verifies, compares with what decided until now, and unless it is a dry run makes the index that scans use. */
const importHere = async (
  cli: Cli,
  path: string,
  place: GenerationPlace,
  options: { readonly pin: string | undefined; readonly look: boolean },
): Promise<LocalResult> => {
  const store = openGenerations(generationsDirectory(place.dataDir));
  const trust = { file: trustFile(place.dataDir), keys: place.feedKeys };
  const { pin, look } = options;
  const accepted = await acceptBundle(path, trust, { look, ...(pin === undefined ? {} : { pin }) });
  const { header } = accepted;
  const next = accepted.open((hash) => store.open(hash));
  const deciding = await decidingHere(place);
  const warnings: string[] = [];
  if (deciding !== null && Date.parse(header.builtAt) < Date.parse(deciding.builtAt)) {
    warnings.push(`It is older (${header.builtAt}) than what decided until now (${deciding.builtAt}).`);
  }
  const before = deciding && openKept(store, deciding.hash);
  const { counts: changes, isWhole } = await compareWithKept(before, next, { signal: cli.signal });
  if (deciding !== null && !isWhole) warnings.push("What decided until now cannot be read: everything counts as new.");
  if (!look) {
    const view = createProgress(cli.err);
    const say = (text: string): void => view.line(text);
    await openScanIndex({
      ...place,
      feeds: [path],
      force: true,
      signal: cli.signal,
      onProgress: (p) => view.update("feeds", p.label, p),
      warn: say,
    }).finally(() => view.close());
    await writeImported(place.dataDir, header.generation, header.builtAt);
  }
  return { hash: header.generation, title: bundleTitle(header), keyId: accepted.key.id, changes, warnings };
};

/** The server that is named, else the one on this machine when it answers, else null. */
const serverFor = async (cli: Cli, options: ImportOptions): Promise<{ call: Client; url: string } | null> => {
  if (options.local === true) return null;
  if (options.server !== undefined || cli.env.server !== undefined) return await connect(cli, options);
  try {
    const server = await connect(cli, options);
    await server.call(contract.feeds.getFeeds);
    return server;
  } catch {
    return null;
  }
};

/** `zerotrace feeds import BUNDLE`: into this machine's index, and into the server. */
export const importBundle = async (
  cli: Cli,
  path: string,
  place: GenerationPlace,
  options: ImportOptions,
): Promise<void> => {
  const pin = await keyText(options.trust);
  const look = options.dryRun === true;
  const here = await importHere(cli, path, place, { pin, look });
  const server = await serverFor(cli, options);
  const upload = async () =>
    await server?.call(contract.feeds.importBundle, {
      query: { dryRun: look ? "true" : "false", ...(pin === undefined ? {} : { trust: pin }) },
      body: await openAsBlob(path),
    });
  let there: Awaited<ReturnType<typeof upload>>;
  if (server !== null && look) there = await upload();
  else if (server !== null) {
    await orderAndWait(cli, server.call, async () => {
      there = await upload();
    });
  }
  if (options.format === "json") {
    const { title: _, ...local } = here;
    const answer = { schema: "zerotrace.feeds-bundle/1", dryRun: look, here: local, server: there ?? null };
    cli.out.write(`${JSON.stringify(answer)}\n`);
    return;
  }
  for (const warning of new Set([...here.warnings, ...(there?.warnings ?? [])])) cli.err.write(`warning: ${warning}\n`);
  const did = look ? "would change" : "imported";
  cli.out.write(`${here.title}, signed by ${here.keyId}\nOn this machine ${did}. ${changesSentence(here.changes)}\n`);
  if (server !== null && there) {
    cli.out.write(`On ${server.url} ${did}. ${changesSentence(there.changes)}\n`);
    if (there.effect !== null) cli.out.write(`${effectSentence(there.effect)}\n`);
  }
  cli.err.write(
    look
      ? "Nothing was changed: this was a dry run.\n"
      : "Commands that name no feeds judge by it from now on; `feeds sync --unpin` ends that.\n",
  );
};
