import { type Command, Option } from "@commander-js/extra-typings";
import { AppError } from "@zerotrace/core";
import { FIX_STATES } from "@zerotrace/core/fix/work";
import { type Answer, type Client, contract } from "@zerotrace/sdk";
import type { Cli } from "../cli.ts";
import { connect } from "../local.ts";
import { dataDirOption, formatOption, limitOption, serverOption, tokenOption } from "../options.ts";
import { counted } from "../output/headline.ts";
import { printable, printableLines } from "../output/style.ts";
import { table } from "../output/table.ts";
import { pagesOf } from "../pages.ts";

type Fix = Answer<typeof contract.fixes.listFixes>["rows"][number];
type FixDetail = Answer<typeof contract.fixes.getFix>;

const COLUMNS = [
  { title: "FIX" },
  { title: "TO" },
  { title: "ECOSYSTEM" },
  { title: "FINDINGS", align: "right" },
  { title: "ASSETS", align: "right" },
  { title: "RISK", align: "right" },
  { title: "DUE" },
  { title: "STATE" },
  { title: "WHO" },
] as const;
/** Fixes of one package that are looked at (count). */
const SAME_NAME_MAX = 20;

const shareOf = (share: number): string => `${(share * 100).toFixed(1)} %`;

const dueOf = ({ dueInDays, isOverdue }: Pick<Fix, "dueInDays" | "isOverdue">): string => {
  if (dueInDays === null) return "-";
  return isOverdue ? `overdue ${counted(Math.max(1, -dueInDays), "day")}` : `in ${counted(dueInDays, "day")}`;
};

const VERIFIED = {
  waiting: "done, waiting for inventories",
  verified: "verified",
  not_fixed: "not fixed",
  came_back: "came back",
} as const;

const stateOf = ({ work }: Pick<Fix, "work">): string => {
  if (work === null) return "open";
  return work.verification === null ? work.state.replace("_", " ") : VERIFIED[work.verification];
};

/** The fix that a person names by its id or by its package. Throws NOT_FOUND, or BAD_REQUEST where several have the name. */
const fixNamed = async (call: Client, name: string): Promise<string> => {
  const { rows } = await call(contract.fixes.listFixes, { query: { package: name, limit: SAME_NAME_MAX } });
  const [only, ...others] = rows;
  if (only === undefined) return name;
  if (others.length === 0) return only.id;
  const all = rows.map((one) => `  ${one.id}  ${one.ecosystem} to ${one.fixedIn ?? "no fixed version"}`).join("\n");
  throw new AppError("BAD_REQUEST", `${rows.length} fixes are named ${name}; name one by its id:\n${all}`, {
    field: "fix",
  });
};

const registerList = (fixes: Command, cli: Cli): void => {
  fixes
    .command("list", { isDefault: true })
    .description("findings by the action that closes them, most risk removed first")
    .argument("[query]", "in the language of queries, such as 'severity>=high label:prod'")
    .addOption(limitOption(30))
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async (query, { format, limit, ...options }) => {
      const { call } = await connect(cli, options);
      const { rows, count } = await pagesOf(
        (page) => call(contract.fixes.listFixes, { query: { ...page, query } }),
        limit,
        cli,
      );
      if (format === "json") {
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.fixes/1", count, fixes: rows })}\n`);
        return;
      }
      const cells = rows.map((fix) => [
        printable(fix.package),
        fix.fixedIn === null ? "no fix exists" : printable(fix.fixedIn),
        printable(fix.ecosystem),
        String(fix.findingCount),
        String(fix.assetCount),
        shareOf(fix.riskShare),
        dueOf(fix),
        stateOf(fix),
        printable(fix.work?.assignee?.name ?? ""),
      ]);
      if (rows.length === 0) cli.err.write("Nothing to fix in what is covered\n");
      else cli.out.write(table(COLUMNS, cells));
      if (rows.length < count) cli.err.write(`${counted(rows.length, "line")} of ${count}; --limit shows more\n`);
    });
};

const WORK_COLUMNS = [
  { title: "FIX" },
  { title: "TO" },
  { title: "ECOSYSTEM" },
  { title: "FINDINGS", align: "right" },
  { title: "ASSETS", align: "right" },
  { title: "DUE" },
  { title: "STATE" },
  { title: "WHO" },
] as const;

const registerWork = (fixes: Command, cli: Cli): void => {
  fixes
    .command("work")
    .description("fixes that somebody works on or has called done, what changed last first")
    .addOption(new Option("--state <state>", "only those in this state").choices(FIX_STATES))
    .addOption(limitOption(30))
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async ({ state, format, limit, ...options }) => {
      const { call } = await connect(cli, options);
      const query = state === undefined ? {} : { state };
      const { rows, count } = await pagesOf(
        (page) => call(contract.fixes.listFixWork, { query: { ...page, ...query } }),
        limit,
        cli,
      );
      if (format === "json") {
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.fix-work/1", count, fixes: rows })}\n`);
        return;
      }
      const cells = rows.map((work) => [
        printable(work.package),
        work.fixedIn === null ? "no fix exists" : printable(work.fixedIn),
        printable(work.ecosystem),
        String(work.findingCount),
        String(work.assetCount),
        dueOf(work),
        stateOf({ work }),
        printable(work.assignee?.name ?? ""),
      ]);
      if (rows.length === 0) cli.err.write("Nobody works on a fix\n");
      else cli.out.write(table(WORK_COLUMNS, cells));
      if (rows.length < count) cli.err.write(`${counted(rows.length, "line")} of ${count}; --limit shows more\n`);
    });
};

const write = (cli: Cli, fix: FixDetail, format: string): void => {
  if (format === "json") {
    cli.out.write(`${JSON.stringify({ schema: "zerotrace.fix/1", ...fix })}\n`);
    return;
  }
  const { work } = fix;
  const what =
    fix.fixedIn === null ? `${fix.package}: no fixed version exists` : `Upgrade ${fix.package} to ${fix.fixedIn}`;
  const closes = `closes ${counted(fix.findingCount, "finding")} of ${counted(fix.advisoryCount, "advisory", "advisories")} on ${counted(fix.assetCount, "asset")}`;
  const says = [
    `${what} (${fix.ecosystem})`,
    `It ${closes}, ${shareOf(fix.riskShare)} of the risk; due ${dueOf(fix)}; ${stateOf(fix)}`,
    ...(work?.assignee ? [`Assigned to ${work.assignee.name} (${work.assignee.email})`] : []),
    ...(work?.note ? [work.note] : []),
    ...(work?.verification
      ? [
          `Called done by ${work.claimedBy}: ${VERIFIED[work.verification]}; ${counted(work.notFixedCount, "asset")} not fixed, ` +
            `${work.waitingCount} not heard of since`,
        ]
      : []),
    ...fix.commands.flatMap(({ title, text }) => ["", `${title}:`, ...text.split("\n").map((line) => `  ${line}`)]),
    ...fix.alternatives.map((line) => `- ${line}`),
  ];
  cli.out.write(`${printableLines(says.join("\n"))}\n`);
};

const registerShow = (fixes: Command, cli: Cli): void => {
  fixes
    .command("show")
    .description("one fix: its commands, who works on it and what inventories say")
    .argument("<fix>", "a package or the id of a fix")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async (name, { format, ...options }) => {
      const { call } = await connect(cli, options);
      write(cli, await call(contract.fixes.getFix, { params: { id: await fixNamed(call, name) } }), format);
    });
};

const personNamed = async (call: Client, name: string): Promise<string | null> => {
  if (name === "nobody") return null;
  const { rows } = await call(contract.fixes.listFixMembers);
  const found = rows.find((one) => one.email === name.toLowerCase() || one.id === name);
  if (found) return found.id;
  throw new AppError("BAD_REQUEST", `Nobody in the company has the email ${name}.`, { field: "person" });
};

const dayOf = (text: string): string | null => {
  if (text === "none") return null;
  const at = new Date(`${text}T00:00:00.000Z`);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at.getTime())) return text;
  throw new AppError("BAD_REQUEST", `A day is written as 2026-12-31, or none: "${text}" is none.`, { field: "day" });
};

const registerChanges = (fixes: Command, cli: Cli): void => {
  fixes
    .command("assign")
    .description("give a fix to a member of the company, or to nobody")
    .argument("<fix>", "a package or the id of a fix")
    .argument("<person>", "an email, or nobody")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async (name, person, { format, ...options }) => {
      const { call } = await connect(cli, options);
      const body = { assigneeId: await personNamed(call, person) };
      write(cli, await call(contract.fixes.changeFix, { params: { id: await fixNamed(call, name) }, body }), format);
    });
  fixes
    .command("due")
    .description("say until when a fix is to be done; none goes back to the company's times")
    .argument("<fix>", "a package or the id of a fix")
    .argument("<day>", "a day such as 2026-12-31, or none")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async (name, day, { format, ...options }) => {
      const body = { dueOn: dayOf(day) };
      const { call } = await connect(cli, options);
      write(cli, await call(contract.fixes.changeFix, { params: { id: await fixNamed(call, name) }, body }), format);
    });
  fixes
    .command("close")
    .description("say that a fix is done; the next inventories say whether it is")
    .argument("<fix>", "a package or the id of a fix")
    .option("--note <text>", "what was done")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async (name, { format, note, ...options }) => {
      const { call } = await connect(cli, options);
      const body = { state: "done" as const, ...(note === undefined ? {} : { note }) };
      write(cli, await call(contract.fixes.changeFix, { params: { id: await fixNamed(call, name) }, body }), format);
    });
};

/** `zerotrace fixes`: what to do first, who does it until when, and whether it was done. */
export const register = (program: Command, cli: Cli): void => {
  const fixes = program.command("fixes").description("what closes most risk: list, show, work, assign, due, close");
  registerList(fixes, cli);
  registerShow(fixes, cli);
  registerWork(fixes, cli);
  registerChanges(fixes, cli);
};
