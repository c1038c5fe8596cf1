import { AppError, messageOf, VEX_LIMITS } from "@zerotrace/core";
import type { Command } from "@commander-js/extra-typings";
import { type Answer, contract } from "@zerotrace/sdk";
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import type { Cli } from "../cli.ts";
import { connect } from "../local.ts";
import { dataDirOption, formatOption, limitOption, serverOption, tokenOption } from "../options.ts";
import { counted } from "../output/headline.ts";
import { printable } from "../output/style.ts";
import { table } from "../output/table.ts";
import { pagesOf } from "../pages.ts";

type Document = Answer<typeof contract.vex.listVex>["rows"][number];

const PROBLEMS_SHOWN = 5;

const readDocument = async (path: string): Promise<string> => {
  try {
    const { size } = await stat(path);
    if (size <= VEX_LIMITS.sizeBytes) return await readFile(path, "utf8");
  } catch (cause) {
    throw new AppError("UNREADABLE", `${path} cannot be read: ${messageOf(cause)}.`, { field: "file", cause });
  }
  throw new AppError("UNREADABLE", `${path} is larger than ${VEX_LIMITS.sizeBytes / 1024 ** 2} MiB: split it.`, {
    field: "file",
  });
};

const effectOf = ({ findingCount, closedCount }: Document): string =>
  findingCount === 0
    ? "decides on no open finding yet"
    : `decides on ${counted(findingCount, "finding")} and closes ${closedCount}`;

const addOne = async (cli: Cli, file: string, options: { name?: string; format: string; server?: string }) => {
  const { name, format, ...target } = options;
  const text = await readDocument(file);
  const { call } = await connect(cli, target);
  const added = await call(contract.vex.addVex, { body: { name: name ?? basename(file), document: text } });
  const shown = added.problems.slice(0, PROBLEMS_SHOWN);
  for (const problem of shown) cli.err.write(`warning: ${printable(problem)}\n`);
  if (added.problemCount > shown.length)
    cli.err.write(`warning: ${counted(added.problemCount - shown.length, "more problem")}\n`);
  if (format === "json") {
    cli.out.write(`${JSON.stringify({ schema: "zerotrace.vex/1", ...added })}\n`);
    return;
  }
  const by = added.author === "" ? "" : ` by ${added.author}`;
  const statements = counted(added.statementCount, "statement");
  cli.out.write(`${printable(`Added ${added.id}: ${added.name}${by}, ${statements}; it ${effectOf(added)}`)}\n`);
};

const registerAdd = (vex: Command, cli: Cli): void => {
  vex
    .command("add")
    .description("add an OpenVEX, CycloneDX or CSAF document; the newest statement on a package decides")
    .argument("<file>", "the document, JSON; of CycloneDX also XML")
    .option("--name <name>", "how it is called (the file's name)")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action((file, options) => addOne(cli, file, options));
};

const COLUMNS = [
  { title: "ID" },
  { title: "NAME" },
  { title: "FORMAT" },
  { title: "AUTHOR" },
  { title: "SAID" },
  { title: "STATEMENTS", align: "right" },
  { title: "FINDINGS", align: "right" },
  { title: "CLOSED", align: "right" },
] as const;

const registerList = (vex: Command, cli: Cli): void => {
  vex
    .command("list")
    .description("the documents, newest first, and what they decide")
    .addOption(limitOption(50))
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async ({ format, limit, ...options }) => {
      const { call } = await connect(cli, options);
      const { rows, count } = await pagesOf((page) => call(contract.vex.listVex, { query: page }), limit);
      if (format === "json") {
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.vex-list/1", count, documents: rows })}\n`);
        return;
      }
      if (rows.length === 0) cli.err.write("No VEX document was added yet: zerotrace vex add FILE\n");
      else {
        const cells = rows.map((d) => [
          d.id,
          printable(d.name),
          d.format,
          printable(d.author),
          d.at?.slice(0, 10) ?? "",
          String(d.statementCount),
          String(d.findingCount),
          String(d.closedCount),
        ]);
        cli.out.write(table(COLUMNS, cells));
      }
    });
};

/** `3 findings (1 critical, 2 high)` */
const removalText = ({ openedCount, opened, closedCount }: Answer<typeof contract.vex.removeVex>): string => {
  const parts = Object.entries(opened).flatMap(([severity, count]) => (count > 0 ? [`${count} ${severity}`] : []));
  const told = parts.length === 0 ? "" : ` (${parts.join(", ")})`;
  const closed = closedCount === 0 ? "" : `; older statements close ${counted(closedCount, "finding")} instead`;
  return `${counted(openedCount, "finding")}${told}${closed}`;
};

const registerRemove = (vex: Command, cli: Cli): void => {
  vex
    .command("remove")
    .description("remove a document; what it closed is open again")
    .argument("<id>", "its id, as `vex list` shows it")
    .option("--dry-run", "only say how many findings that opens")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .action(async (id, { dryRun, ...options }) => {
      const { call } = await connect(cli, options);
      const query = dryRun === true ? { dryRun: "true" as const } : {};
      const removal = await call(contract.vex.removeVex, { params: { id }, query });
      const did = dryRun === true ? `Removing ${printable(id)} would open` : `Removed ${printable(id)}, which opened`;
      cli.out.write(`${did} ${removalText(removal)}\n`);
    });
};

/** `zerotrace vex add|list|remove` */
export const register = (program: Command, cli: Cli): void => {
  const vex = program.command("vex").description("statements of suppliers about what affects their products");
  registerAdd(vex, cli);
  registerList(vex, cli);
  registerRemove(vex, cli);
};
