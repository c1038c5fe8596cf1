import { enrollAgent, openState, type Report, runAgent } from "@zerotrace/agent";
import { AppError } from "@zerotrace/core";
import type { RunningServer } from "@zerotrace/server";

export interface LocalAgentOptions {
  readonly server: Pick<RunningServer, "createEnrollmentToken">;
  /** Where the agent reaches the server. */
  readonly url: string;
  readonly stateDir: string;
  readonly signal: AbortSignal;
  readonly onReport: (report: Report) => void;
  readonly say: (text: string) => void;
}

/**
 * Runs the agent of this machine in this process: enrolled with a one-time token when it is not yet, or when the
 * server no longer knows it (a new database). Resolves when `signal` ends it. Throws what the agent throws.
 */
export const runLocalAgent = async (options: LocalAgentOptions): Promise<void> => {
  const { url, stateDir, signal, say } = options;
  const state = openState(stateDir);
  let isKnown = false;
  const run = async (): Promise<void> => {
    if ((await state.credential()) === null) {
      const token = await options.server.createEnrollmentToken("this machine");
      await enrollAgent({ server: url, token, stateDir, signal });
    }
    await runAgent({
      stateDir,
      signal,
      server: url,
      onReport: (report) => {
        isKnown = true;
        options.onReport(report);
      },
      log: (level, message, fields) => {
        if (level !== "info") say(`agent: ${message}${fields === undefined ? "" : ` ${JSON.stringify(fields)}`}`);
      },
    });
  };
  try {
    await run();
  } catch (error) {
    if (isKnown || !(error instanceof AppError) || error.code !== "UNAUTHENTICATED") throw error;
    say("agent: the server does not know this machine's credential; enrolling it again");
    await state.forget();
    await run();
  }
};
