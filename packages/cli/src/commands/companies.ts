import type { Command } from "@commander-js/extra-typings";
import { AppError } from "@zerotrace/core";
import { type Answer, type Client, contract } from "@zerotrace/sdk";
import type { Cli } from "../cli.ts";
import { registerExport } from "../companies/export.ts";
import { connect } from "../local.ts";
import { dataDirOption, formatOption, limitOption, serverOption, tokenOption } from "../options.ts";
import { counted } from "../output/headline.ts";
import { printable } from "../output/style.ts";
import { table } from "../output/table.ts";
import { pagesOf } from "../pages.ts";

type Company = Answer<typeof contract.companies.listCompanies>["rows"][number];

const LOOKED_AT_MAX = 100_000;
const COLUMNS = [
  { title: "NUMBER", align: "right" },
  { title: "COMPANY" },
  { title: "STATE" },
  { title: "AGENTS", align: "right" },
  { title: "ASSETS", align: "right" },
  { title: "FINDINGS", align: "right" },
  { title: "PEOPLE", align: "right" },
  { title: "LAST ACTIVITY" },
] as const;

const all = (call: Client, limit: number) =>
  pagesOf((page) => call(contract.companies.listCompanies, { query: page }), limit);

/** The company of a number or a name. Throws NOT_FOUND. */
const companyOf = async (call: Client, asked: string): Promise<Company> => {
  if (/^\d{1,10}$/.test(asked)) {
    return call(contract.companies.getCompany, { params: { companyId: Number(asked) } });
  }
  const found = (await all(call, LOOKED_AT_MAX)).rows.find(({ name }) => name === asked);
  if (found !== undefined) return found;
  throw new AppError("NOT_FOUND", `There is no company named ${asked}: zerotrace companies list shows them.`);
};

const stateOf = (company: Company): string =>
  company.deleteAt === null ? company.state : `deleting, gone after ${company.deleteAt.slice(0, 10)}`;

const registerList = (companies: Command, cli: Cli): void => {
  companies
    .command("list")
    .description("the companies of the platform with their counts")
    .addOption(limitOption(100))
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async ({ format, limit, ...options }) => {
      const { call } = await connect(cli, options);
      const { rows, count } = await all(call, limit);
      if (format === "json") {
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.companies/1", count, companies: rows })}\n`);
        return;
      }
      const lines = rows.map((c) => [
        String(c.id),
        printable(c.name),
        stateOf(c),
        String(c.agentCount),
        String(c.assetCount),
        String(c.findingCount),
        String(c.personCount),
        c.lastActivityAt?.slice(0, 19) ?? "never",
      ]);
      cli.out.write(table(COLUMNS, lines));
      cli.err.write(`${counted(rows.length, "company", "companies")} of ${count}\n`);
    });
};

const registerCreate = (companies: Command, cli: Cli): void => {
  companies
    .command("create")
    .description("make a company and print the link that invites its first administrator")
    .argument("<name>")
    .requiredOption("--admin <email>", "who is invited as its first administrator")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async (name, { format, admin, ...options }) => {
      const { call } = await connect(cli, options);
      const made = await call(contract.companies.createCompany, { body: { name, adminEmail: admin } });
      if (format === "json") {
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.company/1", ...made })}\n`);
        return;
      }
      cli.err.write(`Made company ${made.id}. Hand this link to ${printable(admin)}; it works until `);
      cli.err.write(`${made.invitationExpiresAt.slice(0, 10)} and is shown this once:\n`);
      cli.out.write(`${made.invitationUrl}\n`);
    });
};

const registerSuspend = (companies: Command, cli: Cli): void => {
  companies
    .command("suspend")
    .description("stop all credentials of a company at once; nothing is deleted")
    .argument("<company>", "its number or name")
    .requiredOption("--reason <text>", "why, at least 10 characters; the company reads it in its audit trail")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .action(async (asked, { reason, ...options }) => {
      const { call } = await connect(cli, options);
      const { id, name } = await companyOf(call, asked);
      await call(contract.companies.suspendCompany, { params: { companyId: id }, body: { reason } });
      cli.err.write(`Suspended ${printable(name)}: nobody signs in, and its agents keep what they see\n`);
    });
};

const registerResume = (companies: Command, cli: Cli): void => {
  companies
    .command("resume")
    .description("put the credentials of a suspended company in force again")
    .argument("<company>", "its number or name")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .action(async (asked, options) => {
      const { call } = await connect(cli, options);
      const { id, name } = await companyOf(call, asked);
      await call(contract.companies.resumeCompany, { params: { companyId: id } });
      cli.err.write(`Resumed ${printable(name)}\n`);
    });
};

const registerDelete = (companies: Command, cli: Cli): void => {
  companies
    .command("delete")
    .description("ask for the deletion of a company, or undo that while its grace time lasts")
    .argument("<company>", "its number or name")
    .option("--name <name>", "the name of the company, typed once more")
    .option("--reason <text>", "why, at least 10 characters")
    .option("--undo", "keep the company after all")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .action(async (asked, { name: typed, reason, undo, ...options }) => {
      const { call } = await connect(cli, options);
      const { id, name } = await companyOf(call, asked);
      if (undo === true) {
        await call(contract.companies.undoDeletion, { params: { companyId: id } });
        cli.err.write(`Kept ${printable(name)}: its credentials are in force again\n`);
        return;
      }
      if (typed === undefined || reason === undefined) {
        const field = typed === undefined ? "name" : "reason";
        throw new AppError("BAD_REQUEST", "A deletion needs --name with the company's name and --reason.", { field });
      }
      const body = { name: typed, reason };
      const { deleteAt } = await call(contract.companies.deleteCompany, { params: { companyId: id }, body });
      cli.err.write(`${printable(name)} is closed, and everything of it is deleted after ${deleteAt.slice(0, 16)}Z. `);
      cli.err.write(`Until then: zerotrace companies delete ${id} --undo\n`);
    });
};

const registerCertificate = (companies: Command, cli: Cli): void => {
  companies
    .command("certificate")
    .description("print the signed certificate of a company's deletion as JSON")
    .argument("<number>", "the number of the company that was deleted", Number)
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .action(async (companyId, options) => {
      const { call } = await connect(cli, options);
      const certificate = await call(contract.companies.getCertificate, { params: { companyId } });
      cli.out.write(`${JSON.stringify(certificate, null, 2)}\n`);
    });
};

/** `zerotrace companies list|create|suspend|resume|delete|certificate|export` */
export const register = (program: Command, cli: Cli): void => {
  const companies = program
    .command("companies")
    .description("companies of the platform; and everything of the own one");
  registerList(companies, cli);
  registerCreate(companies, cli);
  registerSuspend(companies, cli);
  registerResume(companies, cli);
  registerExport(companies, cli);
  registerDelete(companies, cli);
  registerCertificate(companies, cli);
};
