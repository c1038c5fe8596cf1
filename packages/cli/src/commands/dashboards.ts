import { type Command, Option } from "@commander-js/extra-typings";
import { AppError, messageOf } from "@zerotrace/core";
import { DASHBOARD_FILE, type DashboardFile, parseDashboardFile } from "@zerotrace/core/dashboard/file";
import type { Widget } from "@zerotrace/core/dashboard/widget";
import { type Answer, type Client, contract } from "@zerotrace/sdk";
import { readFile } from "node:fs/promises";
import type { Cli } from "../cli.ts";
import { connect } from "../local.ts";
import { dataDirOption, formatOption, serverOption, tokenOption } from "../options.ts";
import { counted } from "../output/headline.ts";
import { printable } from "../output/style.ts";
import { table } from "../output/table.ts";

const FILE_BYTES_MAX = 1024 * 1024;

const COLUMNS = [
  { title: "ID" },
  { title: "WIDGETS", align: "right" },
  { title: "WHOSE" },
  { title: "CHANGED" },
  { title: "NAME" },
] as const;
const WIDGET_COLUMNS = [
  { title: "FORM" },
  { title: "BY" },
  { title: "ROWS", align: "right" },
  { title: "VALUE", align: "right" },
  { title: "RISK", align: "right" },
  { title: "QUERY" },
  { title: "TITLE" },
] as const;

/** What a widget shows as the route of figures is asked for it. */
const SHAPES = {
  number: "total",
  trend: "course",
  table: "groups",
  bar: "groups",
  heat: "cells",
  map: "groups",
} as const satisfies Readonly<Record<Widget["kind"], string>>;

const figuresOf = (call: Client, { kind, query, viewId, measure, group, across, rows, days }: Widget) =>
  call(contract.dashboards.getFigures, {
    query: { query, viewId, measure, group, across, rows, days, shape: SHAPES[kind] },
  });

const registerList = (dashboards: Command, cli: Cli): void => {
  dashboards
    .command("list")
    .description("your dashboards and those that are shared, by name")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async ({ format, ...options }) => {
      const { call } = await connect(cli, options);
      const { rows } = await call(contract.dashboards.listDashboards);
      if (format === "json") {
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.dashboards/1", dashboards: rows })}\n`);
        return;
      }
      if (rows.length === 0)
        cli.err.write("There is none: make one in the dashboard, or zerotrace dashboards import\n");
      else {
        const cells = rows.map((row) => [
          row.id,
          String(row.widgetCount),
          row.shared ? "shared" : "yours",
          row.changedAt.slice(0, 10),
          printable(row.name),
        ]);
        cli.out.write(table(COLUMNS, cells));
      }
    });
};

const registerShow = (dashboards: Command, cli: Cli): void => {
  dashboards
    .command("show")
    .description("the widgets of a dashboard with what each counts now")
    .argument("<id>")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async (id, { format, ...options }) => {
      const { call, url } = await connect(cli, options);
      const dashboard = await call(contract.dashboards.getDashboard, { params: { id } });
      const figures: Answer<typeof contract.dashboards.getFigures>[] = [];
      // one after the other: a dashboard of forty must not push others aside
      for (const one of dashboard.widgets) figures.push(await figuresOf(call, one));
      if (format === "json") {
        const widgetsNow = dashboard.widgets.map((one, i) => ({ ...one, figures: figures[i] }));
        cli.out.write(
          `${JSON.stringify({ schema: "zerotrace.dashboard-show/1", ...dashboard, widgets: widgetsNow })}\n`,
        );
        return;
      }
      const cells = dashboard.widgets.map((one, i) => {
        const { total = 0, risk = 0, groupCount = 0, query = "", unknown = [] } = figures[i] ?? {};
        // a source that was never read is no zero
        const value = unknown.length > 0 ? `unknown (${unknown.join(", ")})` : String(Math.round(total * 10) / 10);
        const by = one.kind === "number" ? "" : one.kind === "trend" ? `${one.days} days` : one.group;
        const rows = one.kind === "number" ? "" : String(groupCount);
        return [one.kind, by, rows, value, String(Math.round(risk)), printable(query), printable(one.title)];
      });
      cli.out.write(`${printable(dashboard.name)}, by ${printable(dashboard.createdBy)}\n`);
      cli.out.write(cells.length === 0 ? "It has no widgets\n" : table(WIDGET_COLUMNS, cells));
      cli.err.write(`${url.replace(/\/+$/, "")}/dashboards/${dashboard.id}\n`);
    });
};

const registerExport = (dashboards: Command, cli: Cli): void => {
  dashboards
    .command("export")
    .description("a dashboard as JSON, to be imported elsewhere or kept under version control")
    .argument("<id>")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .action(async (id, options) => {
      const { call } = await connect(cli, options);
      const { name, widgets: shown } = await call(contract.dashboards.getDashboard, { params: { id } });
      // what a view asks is kept by its company: elsewhere it is a query
      const own: Widget[] = [];
      for (const one of shown) {
        if (one.viewId === "") own.push(one);
        else own.push({ ...one, viewId: "", query: (await figuresOf(call, one)).query });
      }
      cli.out.write(`${JSON.stringify({ schema: DASHBOARD_FILE, name, widgets: own }, null, 2)}\n`);
    });
};

const readDashboard = async (file: string): Promise<DashboardFile> => {
  const bytes = await readFile(file).catch((thrown: unknown) => {
    throw new AppError("UNREADABLE", `${file} cannot be read: ${messageOf(thrown)}.`);
  });
  if (bytes.length > FILE_BYTES_MAX) {
    throw new AppError("BAD_REQUEST", `${file} is larger than ${FILE_BYTES_MAX} bytes.`, { field: "file" });
  }
  return parseDashboardFile(bytes.toString("utf8"));
};

const registerImport = (dashboards: Command, cli: Cli): void => {
  dashboards
    .command("import")
    .description("make a dashboard of a file that export wrote, or bring one up to it")
    .argument("<file>")
    .option("--name <name>", "call it otherwise")
    .option("--id <id>", "change this dashboard instead of making one")
    .addOption(new Option("--shared", "for everybody of the company; needs config:modify"))
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .action(async (file, { name, id, shared, ...options }) => {
      const read = await readDashboard(file);
      const { call } = await connect(cli, options);
      const wish = { name: name ?? read.name, widgets: read.widgets };
      const what = counted(read.widgets.length, "widget");
      if (id === undefined) {
        const made = await call(contract.dashboards.createDashboard, { body: { ...wish, shared: shared === true } });
        cli.out.write(`${made.id}\n`);
        cli.err.write(`Made “${printable(wish.name)}” with ${what}\n`);
        return;
      }
      const before = await call(contract.dashboards.getDashboard, { params: { id } });
      const body = { ...wish, shared: shared ?? before.shared, revision: before.revision };
      await call(contract.dashboards.changeDashboard, { params: { id }, body });
      cli.out.write(`${id}\n`);
      cli.err.write(`Changed “${printable(wish.name)}”: ${what} in place of ${before.widgets.length}\n`);
    });
};

const registerDelete = (dashboards: Command, cli: Cli): void => {
  dashboards
    .command("delete")
    .description("delete a dashboard; export keeps what it shows")
    .argument("<id>")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .action(async (id, options) => {
      const { call } = await connect(cli, options);
      const { name, shared, widgetCount } = await call(contract.dashboards.getDashboard, { params: { id } });
      await call(contract.dashboards.deleteDashboard, { params: { id } });
      const whose = shared ? ", which everybody saw" : "";
      cli.err.write(`Deleted “${printable(name)}” with ${counted(widgetCount, "widget")}${whose}\n`);
    });
};

/** `zerotrace dashboards`: the pages of widgets that people made, and their way into a file and back. */
export const register = (program: Command, cli: Cli): void => {
  const dashboards = program.command("dashboards").description("the pages of widgets that people made");
  registerList(dashboards, cli);
  registerShow(dashboards, cli);
  registerExport(dashboards, cli);
  registerImport(dashboards, cli);
  registerDelete(dashboards, cli);
};
