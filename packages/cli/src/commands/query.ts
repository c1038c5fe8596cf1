import { type Command, Option } from "@commander-js/extra-typings";
import { AppError } from "@zerotrace/core";
import {
  FINDING_FIELDS,
  parseQuery,
  type QueryError,
  type QueryNode,
  type Term,
} from "@zerotrace/core/query/language/index";
import { type Client, contract } from "@zerotrace/sdk";
import type { Cli } from "../cli.ts";
import { connect } from "../local.ts";
import { dataDirOption, limitOption, serverOption, tokenOption } from "../options.ts";
import { csv } from "../output/csv.ts";
import { counted } from "../output/headline.ts";
import { table } from "../output/table.ts";
import { pagesOf } from "../pages.ts";

const OF = ["findings", "assets", "components"] as const;
const FORMATS = ["table", "json", "csv"] as const;

/** What was found, ready for each format. */
interface Found {
  readonly heads: readonly string[];
  readonly cells: readonly (readonly (string | number | null)[])[];
  readonly rows: readonly unknown[];
  readonly count: number;
  readonly countIsExact: boolean;
}

const bad = (message: string): AppError => new AppError("BAD_REQUEST", message, { field: "query" });

/** Characters shown before a mistake, and of it. */
const BEFORE_CHARS = 40;
const MISTAKE_CHARS = 60;

/** The part of a query around a mistake, in one line, with a mark below it. */
const pointed = (text: string, { at, length, message }: QueryError): string => {
  const from = Math.max(0, at - BEFORE_CHARS);
  const end = Math.min(text.length, at + Math.min(Math.max(1, length), MISTAKE_CHARS));
  const [dots, more] = [from > 0 ? "…" : "", end + BEFORE_CHARS < text.length ? "…" : ""];
  const line = text.slice(from, end + BEFORE_CHARS).replaceAll(/\s/g, " ");
  return `${dots}${line}${more}\n${" ".repeat(dots.length + at - from)}${"^".repeat(Math.max(1, end - at))} ${message}`;
};

/** Reads a query. Throws BAD_REQUEST with the place of the first mistake. */
const parsed = (text: string): QueryNode | null => {
  const { node, errors } = parseQuery(text, FINDING_FIELDS);
  const [first] = errors;
  if (first === undefined) return node;
  throw bad(`The query cannot be read:\n${pointed(text, first)}`);
};

/** A query that only joins words and some fields, one value each, as the parameters of a list. Throws BAD_REQUEST for any other. */
const simple = (of: string, node: QueryNode | null, fields: readonly string[]): Record<string, string> => {
  const parts = node === null ? [] : node.kind === "and" ? node.parts : [node];
  const known = fields.length === 0 ? "words alone" : `words and ${fields.map((one) => `${one}:`).join(", ")}`;
  const given: Record<string, string> = {};
  for (const part of parts) {
    const term: Pick<Term, "field" | "values"> | null =
      part.kind === "word"
        ? { field: "q", values: [part.text] }
        : part.kind === "term" && part.op === ":"
          ? part
          : null;
    const [value, ...others] = term?.values ?? [];
    const isKnown = term !== null && (term.field === "q" || fields.includes(term.field));
    if (!isKnown || value === undefined || others.length > 0 || given[term.field] !== undefined) {
      throw bad(`Of ${of} one asks by ${known}, each once. All of the language is for findings: leave out --of.`);
    }
    given[term.field] = value;
  }
  return given;
};

/** Who asks, for how much, and whom to tell how far it is. */
interface Asking {
  readonly call: Client;
  readonly limit: number;
  readonly cli: Cli;
}

const findings = async ({ call, limit, cli }: Asking, query: string): Promise<Found> => {
  parsed(query);
  const found = await pagesOf(
    (page) => call(contract.findings.listFindings, { query: { ...(query === "" ? {} : { query }), ...page } }),
    limit,
    cli,
  );
  return {
    ...found,
    heads: [
      "SEVERITY",
      "RISK",
      "ADVISORY",
      "COMPONENT",
      "INSTALLED",
      "FIXED-IN",
      "ECOSYSTEM",
      "KEV",
      "EPSS",
      "ASSETS",
      "STATUS",
    ],
    cells: found.rows.map((f) => [
      f.severity,
      f.risk,
      f.advisory,
      f.package,
      f.version,
      f.fixedIn,
      f.ecosystem,
      f.kevAddedAt === null ? "" : "yes",
      f.epss,
      f.assetCount,
      f.status,
    ]),
  };
};

const assets = async ({ call, limit, cli }: Asking, query: string): Promise<Found> => {
  const filter = simple("assets", parsed(query), ["host", "kind", "label"]);
  const { host, q = host, ...rest } = filter;
  const asked = { ...rest, ...(q === undefined ? {} : { q }) };
  const found = await pagesOf((page) => call(contract.assets.listAssets, { query: { ...asked, ...page } }), limit, cli);
  return {
    ...found,
    heads: ["ASSET", "KIND", "SYSTEM", "COMPONENTS", "CRITICAL", "HIGH", "KEV", "RISK"],
    cells: found.rows.map((a) => [
      a.name,
      a.kind,
      a.os,
      a.componentCount,
      a.findings.critical,
      a.findings.high,
      a.kevCount,
      a.risk,
    ]),
  };
};

const components = async ({ call, limit, cli }: Asking, query: string): Promise<Found> => {
  const asked = simple("components", parsed(query), []);
  const found = await pagesOf(
    (page) => call(contract.assets.listComponents, { query: { ...asked, ...page } }),
    limit,
    cli,
  );
  return {
    ...found,
    heads: ["COMPONENT", "VERSION", "ECOSYSTEM", "FINDINGS", "RISK", "ASSETS"],
    cells: found.rows.map((c) => [c.name, c.version, c.ecosystem, c.findingCount, c.risk, c.assetCount]),
  };
};

const ASK = { findings, assets, components } as const;

/** `zerotrace query` */
export const register = (program: Command, cli: Cli): void => {
  program
    .command("query")
    .description("ask in the language of queries, as the dashboard's prompt does")
    .argument(
      "[query...]",
      "such as 'severity:critical fix:yes' or 'severity>=high (kev:true OR epss>=50%) -label:lab'",
    )
    .addOption(new Option("--of <what>", "what is asked for").choices(OF).default("findings" as const))
    .addOption(new Option("--format <format>", "how the result is written").choices(FORMATS).default("table" as const))
    .addOption(limitOption(50))
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .action(async (words, { of, format, limit, ...options }) => {
      const query = words.join(" ");
      // what is wrong with it is known without a server
      parsed(query);
      const { call } = await connect(cli, options);
      const { heads, cells, rows, count, countIsExact } = await ASK[of]({ call, limit, cli }, query);
      if (format === "json") {
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.query/1", of, query, count, countIsExact, rows })}\n`);
        return;
      }
      if (format === "csv")
        cli.out.write(
          csv(
            heads.map((head) => head.toLowerCase()),
            cells,
          ),
        );
      else if (rows.length > 0) {
        const columns = heads.map((title, n) => {
          const isNumber = typeof cells[0]?.[n] === "number";
          return { title, align: isNumber ? ("right" as const) : ("left" as const) };
        });
        cli.out.write(
          table(
            columns,
            cells.map((row) => row.map((cell) => String(cell ?? ""))),
          ),
        );
      }
      const all = `${countIsExact ? "" : "at least "}${count.toLocaleString("en-US")}`;
      cli.err.write(
        `${counted(rows.length, of.slice(0, -1))} of ${all}${rows.length < count ? "; --limit shows more" : ""}\n`,
      );
    });
};
