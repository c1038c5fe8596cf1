import { homedir } from "node:os";
import { join } from "node:path";

/** What the environment says to the command line; the server's own settings are read by its config. */
export interface Environment {
  /** Variables as given, for the server's config and for child processes. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** https://no-color.org: set and not empty. */
  readonly noColor: boolean;
  /** `ZEROTRACE_SERVER`: the server that commands ask. */
  readonly server: string | undefined;
  /** `ZEROTRACE_TOKEN`: the API token for it. */
  readonly token: string | undefined;
  /** `ZEROTRACE_STATE_DIR`, else `~/.zerotrace/agent`. */
  readonly agentStateDir: string;
}

/** Reads the environment; the only place of the command line that does. */
export const readEnvironment = (
  variables: Readonly<Record<string, string | undefined>> = process.env,
): Environment => ({
  variables,
  noColor: (variables["NO_COLOR"] ?? "") !== "" || variables["TERM"] === "dumb",
  server: variables["ZEROTRACE_SERVER"] || undefined,
  token: variables["ZEROTRACE_TOKEN"] || undefined,
  agentStateDir: variables["ZEROTRACE_STATE_DIR"] || join(homedir(), ".zerotrace", "agent"),
});
