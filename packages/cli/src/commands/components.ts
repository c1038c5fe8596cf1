import type { Command } from "@commander-js/extra-typings";
import { type Client, contract } from "@zerotrace/sdk";
import type { Cli } from "../cli.ts";
import { connect } from "../local.ts";
import { dataDirOption, formatOption, limitOption, serverOption, tokenOption } from "../options.ts";
import { counted } from "../output/headline.ts";
import { table } from "../output/table.ts";
import { pagesOf } from "../pages.ts";

/** Assets of one component that are named (count); the rest is counted. */
const ASSETS_MAX = 500;

const COLUMNS = [
  { title: "COMPONENT" },
  { title: "VERSION" },
  { title: "ECOSYSTEM" },
  { title: "FINDINGS", align: "right" },
  { title: "RISK", align: "right" },
  { title: "ASSETS", align: "right" },
] as const;

/** The names of the assets that have exactly this component. */
const assetsOf = async (call: Client, purl: string): Promise<{ id: string; name: string }[]> => {
  const { rows } = await pagesOf(
    (page) => call(contract.affected.getAffected, { query: { q: purl, ...page } }),
    ASSETS_MAX,
  );
  return rows
    .filter(({ components }) => components.some((one) => one.purl === purl))
    .map(({ assetId, name }) => ({ id: assetId, name }));
};

/** `zerotrace components` */
export const register = (program: Command, cli: Cli): void => {
  program
    .command("components")
    .description("where is it: components over all assets by a part of their name, and which assets have them")
    .argument("[text]", "part of a name, such as log4j")
    .option("--assets", "name the assets of each, not only how many")
    .addOption(limitOption(50))
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async (q, { format, limit, assets: isNamed, ...options }) => {
      const { call } = await connect(cli, options);
      const { rows, count, countIsExact } = await pagesOf(
        (page) => call(contract.assets.listComponents, { query: { q, ...page } }),
        limit,
        cli,
      );
      const named = new Map<string, { id: string; name: string }[]>();
      if (isNamed) for (const { purl } of rows) named.set(purl, await assetsOf(call, purl));
      if (format === "json") {
        const components = rows.map((row) => (isNamed ? { ...row, assets: named.get(row.purl) ?? [] } : row));
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.components/1", count, countIsExact, components })}\n`);
        return;
      }
      const columns = isNamed ? [...COLUMNS, { title: "ON" }] : COLUMNS;
      const lines = rows.map((row) => [
        row.name,
        row.version,
        row.ecosystem,
        String(row.findingCount),
        row.risk.toFixed(1),
        String(row.assetCount),
        ...(isNamed ? [(named.get(row.purl) ?? []).map(({ name }) => name).join(", ")] : []),
      ]);
      if (rows.length > 0) cli.out.write(table(columns, lines));
      const all = `${countIsExact ? "" : "at least "}${count.toLocaleString("en-US")}`;
      cli.err.write(`${counted(rows.length, "component")} of ${all}\n`);
    });
};
