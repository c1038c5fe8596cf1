import { AppError, SEVERITIES } from "@zerotrace/core";
import { Option } from "@commander-js/extra-typings";
import { loadConfig, type Loaded } from "@zerotrace/server/config";
import { type Cli, FORMATS } from "./cli.ts";

const LIMIT_MAX = 100_000;

/** Collects a repeatable flag. */
const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

export const formatOption = () =>
  new Option("--format <format>", "how the result is written").choices(FORMATS).default("table");
export const feedsOption = () =>
  new Option("--feeds <location>", "folder or URL of advisory feeds; repeatable").argParser(collect);
export const generationOption = () =>
  new Option(
    "--generation <generation>",
    "judge by a kept generation of the feeds (`feeds generations`), or by a bundle",
  );
export const vexOption = () =>
  new Option("--vex <file>", "VEX document (OpenVEX, CycloneDX, CSAF) whose statements count; repeatable").argParser(
    collect,
  );
export const dataDirOption = () => new Option("--data-dir <folder>", "where everything is kept (~/.zerotrace)");
export const configOption = () => new Option("--config <file>", "configuration file (<data-dir>/zerotrace.yaml)");
export const serverOption = () =>
  new Option("--server <url>", "server to ask instead of the local one").argParser((text) =>
    serverOf(text, "--server"),
  );
export const sendOption = () =>
  new Option("--server <url>", "send what was found to this server, which judges it, and print the link").argParser(
    (text) => serverOf(text, "--server"),
  );
export const tokenOption = () =>
  new Option("--token <token>", "API token for --server").argParser((text) => secretOf(text, "--token"));
export const limitOption = (limit: number) =>
  new Option("--limit <count>", "most lines of the table").argParser(countOf).default(limit);

/** The address of a server without a slash at its end. Throws BAD_REQUEST naming where it came from. */
export const serverOf = (text: string, from: string): string => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.search === "" && url.hash === "") {
    return text.replace(/\/+$/, "");
  }
  const mend = "write it as http://127.0.0.1:8080 or https://zerotrace.example.com";
  throw new AppError("BAD_REQUEST", `${from} ${text} is not the address of a server: ${mend}.`, { field: "server" });
};

/** A token that a header can carry; it is never repeated. Throws BAD_REQUEST naming where it came from. */
export const secretOf = (text: string, from: string): string => {
  if (/^[\w.~+/=-]+$/.test(text)) return text;
  throw new AppError("BAD_REQUEST", `${from} holds no token: copy it whole, without spaces or quotes.`, {
    field: "token",
  });
};

/** A whole number of lines. Throws BAD_REQUEST. */
const countOf = (text: string): number => {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= LIMIT_MAX) return count;
  throw new AppError("BAD_REQUEST", `--limit ${text} is not a number from 1 to ${LIMIT_MAX}.`, { field: "limit" });
};

const POLICIES: readonly string[] = [...SEVERITIES, "kev", "any"];

/** The severities of `--fail-on critical,high`; also `kev` and `any`. Throws BAD_REQUEST naming what is not known. */
export const policyOf = (text: string | undefined): string[] => {
  const names = (text ?? "")
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
  const wrong = names.find((name) => !POLICIES.includes(name));
  if (wrong === undefined) return names;
  throw new AppError("BAD_REQUEST", `--fail-on does not know "${wrong}"; use ${POLICIES.join(", ")}.`, {
    field: "fail-on",
  });
};

/** Whether a finding is one that the policy does not allow. */
export const isOverPolicy = (policy: readonly string[], f: { severity: string; kev: boolean }): boolean =>
  policy.includes("any") || policy.includes(f.severity) || (f.kev && policy.includes("kev"));

/** The configuration with these flags. Throws BAD_CONFIG. */
export const configOf = (
  cli: Cli,
  flags: { dataDir?: string; feeds?: string[]; config?: string; host?: string; port?: string },
): Loaded => {
  const { config: file, ...rest } = flags;
  return loadConfig({ flags: rest, file, env: cli.env.variables });
};
