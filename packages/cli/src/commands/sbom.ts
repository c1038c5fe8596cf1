import { AppError } from "@zerotrace/core";
import { type Command, Option } from "@commander-js/extra-typings";
import { SBOM_FORMATS, type SbomFormatId } from "@zerotrace/plugins/formats/sbom";
import { writeFile } from "node:fs/promises";
import { type Cli, EXIT } from "../cli.ts";
import { formatOption } from "../options.ts";
import { counted } from "../output/headline.ts";
import { printable } from "../output/style.ts";
import { readSbomBytes, readSbomFile } from "../sbom/files.ts";
import { completenessText, diffText, hasChanges } from "../sbom/text.ts";
import { CLI_VERSION } from "../version.ts";

const RULES = ["ntia", "bsi"] as const;

const toOption = () =>
  new Option("--to <format>", "what is written").choices(SBOM_FORMATS).default("cyclonedx-json" satisfies SbomFormatId);
const specOption = () =>
  new Option("--spec <version>", "version of the specification (the newest that most tools read)");
const outputOption = () => new Option("--output <file>", "where it is written (stdout)");

/** Writes a document's pieces to a file, or to stdout as fast as that takes them. */
const writeOut = async (cli: Cli, pieces: Iterable<string>, file: string | undefined): Promise<void> => {
  if (file !== undefined) {
    await writeFile(file, pieces);
    return;
  }
  for (const piece of pieces) {
    cli.out.write(piece);
    await cli.out.drained?.();
  }
};

const registerValidate = (sbom: Command, cli: Cli): void => {
  sbom
    .command("validate")
    .description("check a document by the schema of its format and version, and where its references lead")
    .argument("<file>", "CycloneDX 1.2-1.7 (JSON, XML), SPDX 2.2-2.3 (JSON, tag-value) or 3.0 (JSON); - for stdin")
    .addOption(formatOption())
    .addHelpText("after", "\nExit codes: 0 valid, 1 invalid, 2 cannot be read.")
    .action(async (file, { format }) => {
      const { validateSbom } = await import("@zerotrace/plugins/formats/sbom-validate");
      const result = await validateSbom(await readSbomBytes(cli, file));
      const isValid = result.faultCount === 0;
      if (!isValid) cli.exitCode = EXIT.overPolicy;
      if (format === "json") {
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.sbom-validate/1", isValid, ...result })}\n`);
        return;
      }
      for (const { place, says } of result.faults) cli.out.write(`${printable(`${place}: ${says}`)}\n`);
      const more = result.faultCount - result.faults.length;
      if (more > 0) cli.err.write(`${counted(more, "more fault")}\n`);
      const what = `${result.format} ${result.version}`;
      cli.out.write(`${printable(file)} is ${isValid ? "" : "not "}valid ${what}\n`);
    });
};

const registerDiff = (sbom: Command, cli: Cli): void => {
  sbom
    .command("diff")
    .description("what the second document has otherwise than the first: components, versions, licenses")
    .argument("<a>", "the older document")
    .argument("<b>", "the newer document, in any format")
    .option("--exit-code", "end with 1 when there is a difference")
    .addOption(formatOption())
    .action(async (a, b, { format, exitCode }) => {
      const { diffSboms } = await import("@zerotrace/plugins/formats/sbom-diff");
      const diff = diffSboms(await readSbomFile(cli, a), await readSbomFile(cli, b));
      if (exitCode === true && hasChanges(diff)) cli.exitCode = EXIT.overPolicy;
      if (format === "json") {
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.sbom-diff/1", ...diff })}\n`);
        return;
      }
      const { rows, headline } = diffText(diff);
      cli.out.write(rows);
      cli.err.write(`${headline}\n`);
    });
};

const newest = (times: readonly string[]): string =>
  times.reduce((a, b) => (Date.parse(b) > (Date.parse(a) || 0) ? b : a), "");

const registerMerge = (sbom: Command, cli: Cli): void => {
  sbom
    .command("merge")
    .description("several documents as one: each component once, by its package URL; the graphs are joined")
    .argument("<files...>", "documents in any format; the first one's words win")
    .option("--name <name>", "the name of what they make together", "merged")
    .option("--release <version>", "its version")
    .addOption(toOption())
    .addOption(specOption())
    .addOption(outputOption())
    .action(async (files, { name, release, to, spec, output }) => {
      const { mergeSboms } = await import("@zerotrace/plugins/formats/sbom-merge");
      const { writeSbom } = await import("@zerotrace/plugins/formats/sbom-formats");
      const sboms = [];
      for (const file of files) sboms.push(await readSbomFile(cli, file));
      const merged = mergeSboms(sboms, {
        name,
        ...(release === undefined ? {} : { version: release }),
        // of the documents, not of the clock: the same documents give the same bytes
        createdAt: newest(sboms.map(({ createdAt }) => createdAt)),
        tool: { vendor: "", name: "zerotrace", version: CLI_VERSION },
      });
      await writeOut(cli, await writeSbom(merged, to, spec), output);
      cli.err.write(`${counted(merged.components.length - 1, "component")} of ${counted(files.length, "document")}\n`);
    });
};

const registerConvert = (sbom: Command, cli: Cli): void => {
  sbom
    .command("convert")
    .description("write a document in another format or version; nothing that we model is lost")
    .argument("<file>", "the document; - for stdin")
    .addOption(toOption())
    .addOption(specOption())
    .addOption(outputOption())
    .action(async (file, { to, spec, output }) => {
      const { writeSbom } = await import("@zerotrace/plugins/formats/sbom-formats");
      const read = await readSbomFile(cli, file);
      await writeOut(cli, await writeSbom(read, to, spec), output);
      if (read.passedOver.length > 0) cli.err.write(`Not kept: ${printable(read.passedOver.join(", "))}\n`);
    });
};

const registerComplete = (sbom: Command, cli: Cli): void => {
  sbom
    .command("complete")
    .description("which of the elements that NTIA and BSI TR-03183-2 demand a document has, and where they are missing")
    .argument("<file>", "the document; - for stdin")
    .addOption(new Option("--require <rule>", "end with 1 when this rule is not met").choices(RULES))
    .addOption(formatOption())
    .action(async (file, { format, require }) => {
      const { completenessOf, COMPLETENESS_RULES } = await import("@zerotrace/plugins/formats/sbom-complete");
      const read = await readSbomFile(cli, file);
      if (read.components.length === 0)
        throw new AppError("BAD_REQUEST", `${file} lists no components.`, { field: "file" });
      const reports = COMPLETENESS_RULES.map((rule) => completenessOf(read, rule));
      if (reports.some(({ rule, isMet }) => rule === require && !isMet)) cli.exitCode = EXIT.overPolicy;
      if (format === "json") cli.out.write(`${JSON.stringify({ schema: "zerotrace.sbom-complete/1", reports })}\n`);
      else cli.out.write(reports.map(completenessText).join("\n"));
    });
};

const registerTarget = (sbom: Command, cli: Cli): void => {
  sbom
    .argument("[targets...]", "folder, lockfile, archive, image, host, or another bill of materials", ["."])
    .addOption(toOption())
    .addOption(specOption())
    .addOption(outputOption())
    .option("--no-dev", "leave out what is needed only to develop")
    .action(async (targets, { to, spec, output, dev }) => {
      const { writeSbom } = await import("@zerotrace/plugins/formats/sbom-formats");
      const { sbomOfTargets } = await import("../sbom/of-target.ts");
      const { readTargets, withoutDev } = await import("../scan/run.ts");
      const { registryOf } = await import("../scan/registry-env.ts");
      const read = await readTargets(cli, targets, { isOffline: false, registry: registryOf(cli.env.variables) });
      const inventories = dev ? read : read.map(withoutDev);
      const sourceDateEpoch = cli.env.variables["SOURCE_DATE_EPOCH"];
      const document = (path: string) => readSbomFile(cli, path);
      const made = await sbomOfTargets(inventories, {
        now: new Date(),
        sourceDateEpoch,
        isDevKept: dev,
        read: document,
      });
      await writeOut(cli, await writeSbom(made, to, spec), output);
      for (const { path, error } of inventories.flatMap(({ places }) => places)) {
        if (error !== undefined) cli.err.write(`warning: ${printable(`${path} cannot be read: ${error}`)}\n`);
      }
      const count = made.components.filter(({ ref }) => ref !== made.subject).length;
      cli.err.write(`${counted(count, "component")}\n`);
      if (count === 0) cli.exitCode = EXIT.nothingScanned;
    });
};

/** `zerotrace sbom <target>`, `sbom validate|diff|merge|convert|complete` */
export const register = (program: Command, cli: Cli): void => {
  const sbom = program.command("sbom").description("bills of materials: make, check, compare, merge, convert");
  // options after a word below belong to that word: `merge --to` is not the `--to` of a target
  program.enablePositionalOptions();
  sbom.enablePositionalOptions();
  registerTarget(sbom, cli);
  registerValidate(sbom, cli);
  registerDiff(sbom, cli);
  registerMerge(sbom, cli);
  registerConvert(sbom, cli);
  registerComplete(sbom, cli);
};
