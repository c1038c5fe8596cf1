import { type Command, Option } from "@commander-js/extra-typings";
import { AppError } from "@zerotrace/core";
import { type Client, contract } from "@zerotrace/sdk";
import type { Cli } from "../cli.ts";
import { connect } from "../local.ts";
import { dataDirOption, formatOption, serverOption, tokenOption } from "../options.ts";
import { counted } from "../output/headline.ts";
import { printable } from "../output/style.ts";

type Action =
  | { kind: "state"; state: "open" | "acknowledged" | "in_work" }
  | { kind: "assign"; assigneeId: string | null }
  | { kind: "comment"; text: string };

/** The id of the one colleague that a name, a handle or `nobody` means. Throws BAD_REQUEST. */
export const assigneeOf = async (call: Client, who: string): Promise<string | null> => {
  if (who === "nobody") return null;
  const asked = who.replace(/^@/, "").toLowerCase();
  const { rows } = await call(contract.work.listColleagues, { query: { q: asked } });
  const exact = rows.filter(({ name, handle }) => [name.toLowerCase(), handle].includes(asked));
  const [one, ...others] = exact.length > 0 ? exact : rows;
  if (one !== undefined && others.length === 0) return one.id;
  const known = rows.map(({ handle }) => handle).join(", ");
  const says = one === undefined ? `Nobody here is called ${who}.` : `${who} may be ${known}: say which.`;
  throw new AppError("BAD_REQUEST", says, { field: "who" });
};

interface Asked {
  readonly format: string | undefined;
  readonly dryRun?: true | undefined;
}

const perform = async (cli: Cli, call: Client, query: string, action: Action, asked: Asked): Promise<void> => {
  const preview = await call(contract.work.previewBulkAction, { body: { query, action } });
  if (asked.dryRun) {
    if (asked.format === "json") {
      cli.out.write(`${JSON.stringify({ schema: "zerotrace.bulk-preview/1", ...preview })}\n`);
      return;
    }
    const { changedCount, findingCount, takenCount } = preview;
    cli.out.write(`Would change ${counted(changedCount, "finding")} of ${findingCount}\n`);
    if (takenCount > 0) cli.out.write(`Somebody has or works on ${counted(takenCount, "finding")} of them\n`);
    return;
  }
  const { findingCount } = preview;
  const done = await call(contract.work.createBulkAction, { body: { query, action, findingCount } });
  if (asked.format === "json") {
    cli.out.write(`${JSON.stringify({ schema: "zerotrace.bulk-action/1", ...done })}\n`);
    return;
  }
  cli.out.write(`Changed ${counted(done.changedCount, "finding")} of ${done.findingCount}\n`);
  cli.err.write(`Within the hour, zerotrace findings undo ${done.id} puts that back\n`);
};

const QUERY = "in the language of queries, such as 'kev:true label:prod'; open findings alone";
const dryRun = () => new Option("--dry-run", "say what would change; nothing is changed");

const registerSet = (findings: Command, cli: Cli): void => {
  for (const [name, state, says] of [
    ["acknowledge", "acknowledged", "say that somebody knows of them"],
    ["begin", "in_work", "say that somebody works on them"],
    ["reset", "open", "say that nobody has taken them up"],
  ] as const) {
    findings
      .command(name)
      .description(says)
      .argument("<query>", QUERY)
      .addOption(dryRun())
      .addOption(serverOption())
      .addOption(tokenOption())
      .addOption(dataDirOption())
      .addOption(formatOption())
      .action(async (query, { format, dryRun: isDry, ...options }) => {
        const { call } = await connect(cli, options);
        await perform(cli, call, query, { kind: "state", state }, { format, dryRun: isDry });
      });
  }
};

const registerAssign = (findings: Command, cli: Cli): void => {
  findings
    .command("assign")
    .description("give them to a colleague, or to nobody")
    .argument("<who>", "a name, what stands before the @ of an email, or nobody")
    .argument("<query>", QUERY)
    .addOption(dryRun())
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async (who, query, { format, dryRun: isDry, ...options }) => {
      const { call } = await connect(cli, options);
      const action = { kind: "assign", assigneeId: await assigneeOf(call, who) } as const;
      await perform(cli, call, query, action, { format, dryRun: isDry });
    });
};

const registerComment = (findings: Command, cli: Cli): void => {
  findings
    .command("comment")
    .description("write the same comment on each of them")
    .argument("<text>", "code in backticks, links, @names")
    .argument("<query>", QUERY)
    .addOption(dryRun())
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async (text, query, { format, dryRun: isDry, ...options }) => {
      const { call } = await connect(cli, options);
      await perform(cli, call, query, { kind: "comment", text }, { format, dryRun: isDry });
    });
};

const registerUndo = (findings: Command, cli: Cli): void => {
  findings
    .command("undo")
    .description("put back what a change of many findings did, but for what somebody changed since")
    .argument("<id>")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async (id, { format, ...options }) => {
      const { call } = await connect(cli, options);
      const undone = await call(contract.work.undoBulkAction, { params: { id } });
      if (format === "json") {
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.bulk-undo/1", ...undone })}\n`);
        return;
      }
      cli.out.write(`Put back ${counted(undone.restoredCount, "finding")}\n`);
      for (const one of undone.kept) {
        cli.out.write(`  ${printable(`${one.advisory} in ${one.package}`)} stays: ${one.why}\n`);
      }
    });
};

/** The verbs of `zerotrace findings` that change many at once, each with its way back. */
export const registerWork = (findings: Command, cli: Cli): void => {
  registerSet(findings, cli);
  registerAssign(findings, cli);
  registerComment(findings, cli);
  registerUndo(findings, cli);
};
