import type { Command } from "@commander-js/extra-typings";
import type { AdvisoryIndex, Verdict } from "@zerotrace/core";
import { compareGenerations, EPSS_THRESHOLD, type GenerationChange, shortHash } from "@zerotrace/plugins";
import type { Cli } from "../cli.ts";
import {
  configOf,
  configOption,
  dataDirOption,
  formatOption,
  limitOption,
  serverOption,
  tokenOption,
} from "../options.ts";
import { counted } from "../output/headline.ts";
import { createProgress, type ProgressView } from "../output/progress.ts";
import { printable } from "../output/style.ts";
import { table } from "../output/table.ts";
import { openScanIndex } from "../scan/scan-index.ts";
import { changesSentence, changeWord } from "./changes-text.ts";
import { inventoryOfAsset, inventoryOfFile, type Judgeable } from "./inventory.ts";
import { generationNamed, type GenerationPlace, type NamedGeneration } from "./named.ts";
import { rejudge, type Rejudged } from "./rejudge.ts";

interface DiffOptions {
  readonly inventory?: string;
  readonly asset?: string;
  readonly epss: number;
  readonly limit: number;
  readonly server?: string;
  readonly token?: string;
  readonly dataDir?: string;
  readonly config?: string;
  readonly format: string;
}

const COLUMNS = [{ title: "ADVISORY" }, { title: "WHY" }, { title: "FEED" }];
const INVENTORY_COLUMNS = [
  { title: "COMPONENT" },
  { title: "VERSION" },
  { title: "ADVISORY" },
  { title: "BEFORE" },
  { title: "AFTER" },
  { title: "WHY" },
];

const indexOf = async (
  cli: Cli,
  place: GenerationPlace,
  { name }: NamedGeneration,
  view: ProgressView,
): Promise<AdvisoryIndex> =>
  await openScanIndex({
    ...place,
    feeds: [],
    generation: name,
    signal: cli.signal,
    onProgress: (p) => view.update("index", `Building the index of ${shortHash(name)}`, p),
    warn: (text) => view.line(`warning: ${text}`),
  });

const whyText = ({ kinds, epss }: GenerationChange): string =>
  kinds
    .map((kind) => (kind === "epss" && epss !== null ? `EPSS ${epss.before} to ${epss.after}` : changeWord(kind)))
    .join(", ");

const verdictText = ({ verdict, reason }: Pick<Verdict, "verdict" | "reason">): string =>
  `${verdict.replace("_", " ")}${reason === undefined ? "" : ` (${reason.replace("_", " ")})`}`;

const writeInventory = (cli: Cli, rejudged: readonly Rejudged[], limit: number): void => {
  const lines = rejudged.flatMap((one) =>
    one.changes.map((change) => [
      one.name,
      one.version,
      change.id,
      change.before ?? verdictText(one.before),
      change.after ?? verdictText(one.after),
      change.why.map(changeWord).join(", "),
    ]),
  );
  cli.out.write(
    lines.length === 0
      ? "Nothing changes for this inventory\n"
      : `${counted(rejudged.length, "component")} judged otherwise\n`,
  );
  if (lines.length > 0) cli.out.write(`\n${table(INVENTORY_COLUMNS, lines.slice(0, limit))}`);
  if (lines.length > limit) cli.out.write(`... and ${lines.length - limit} more lines; --limit shows them\n`);
};

const diff = async (cli: Cli, from: string, to: string, options: DiffOptions): Promise<void> => {
  const { config } = configOf(cli, { dataDir: options.dataDir, config: options.config });
  const place = { dataDir: config.dataDir, feedKeys: config.feedKeys };
  const view = createProgress(cli.err);
  try {
    const [a, b] = [await generationNamed(place, from), await generationNamed(place, to)];
    const changes: GenerationChange[] = [];
    view.update("compare", "Comparing");
    const { signal } = cli;
    const onChange = (change: GenerationChange): void => void changes.push(change);
    const counts = await compareGenerations(a.generation, b.generation, {
      epssThreshold: options.epss,
      signal,
      onChange,
    });
    let inventory: readonly Judgeable[] | null = null;
    if (options.inventory !== undefined)
      inventory = await inventoryOfFile(options.inventory, (text) => view.line(text));
    else if (options.asset !== undefined) inventory = await inventoryOfAsset(cli, options.asset, options);
    const rejudged =
      inventory &&
      rejudge(inventory, await indexOf(cli, place, a, view), await indexOf(cli, place, b, view), {
        changes,
        epssThreshold: options.epss,
      });
    view.close();
    const head = { from: a.generation.meta.hash, to: b.generation.meta.hash, counts };
    if (options.format === "json") {
      const answer = {
        schema: "zerotrace.feeds-diff/1",
        ...head,
        ...(rejudged ? { components: rejudged } : { changes }),
      };
      cli.out.write(`${JSON.stringify(answer)}\n`);
      return;
    }
    cli.out.write(`${shortHash(head.from)} to ${shortHash(head.to)}. ${changesSentence(counts)}\n`);
    if (rejudged) writeInventory(cli, rejudged, options.limit);
    else if (changes.length > 0) {
      const cells = changes.slice(0, options.limit).map((one) => [printable(one.id), whyText(one), one.feed]);
      cli.out.write(`\n${table(COLUMNS, cells)}`);
      if (changes.length > options.limit)
        cli.out.write(`... and ${changes.length - options.limit} more; --limit shows them\n`);
    }
  } finally {
    view.close();
  }
};

/** `zerotrace feeds diff` */
export const registerDiff = (feeds: Command, cli: Cli): void => {
  feeds
    .command("diff")
    .description("what changed between two generations and why; with an inventory, what that changes for it")
    .argument("<from>", "a kept generation, a bundle or an index file")
    .argument("<to>", "another one")
    .option("--inventory <file>", "lines of ecosystem<TAB>name<TAB>version, or the JSON of `scan host`")
    .option("--asset <id>", "the components of an asset of the server")
    .option("--epss <step>", "smallest move of an EPSS score that is told", Number, EPSS_THRESHOLD)
    .addOption(limitOption(50))
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(configOption())
    .addOption(formatOption())
    .action((from, to, options) => diff(cli, from, to, options));
};
