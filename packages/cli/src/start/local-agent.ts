import { enrollAgent, openState, type Report, runAgent } from "@zerotrace/agent";
import { AppError } from "@zerotrace/core";
import { ApiError } from "@zerotrace/sdk";
import type { RunningServer } from "@zerotrace/server";

export interface LocalAgentOptions {
  readonly server: Pick<RunningServer, "createEnrollmentToken">;
  /** Where the agent reaches the server. */
  readonly url: string;
  readonly stateDir: string;
  /** Which agent it was, and where that is kept apart from `stateDir`: so it replaces itself and no other. */
  readonly formerAgentId?: string | undefined;
  readonly onEnrolled: (agentId: string) => Promise<void>;
  readonly signal: AbortSignal;
  readonly onReport: (report: Report) => void;
  readonly say: (text: string) => void;
}

/**
 * Runs the agent of this machine in this process: enrolled with a one-time token when it is not yet, or when the
 * server no longer knows it (a new database). Stands aside for another agent of this machine. Resolves when `signal`
 * ends it. Throws what the agent throws, CONFLICT when it stands aside.
 */
export const runLocalAgent = async (options: LocalAgentOptions): Promise<void> => {
  const { url, stateDir, signal, say } = options;
  const state = openState(stateDir);
  let isKnown = false;
  let { formerAgentId } = options;
  const enroll = async (): Promise<string> => {
    const token = await options.server.createEnrollmentToken("this machine");
    try {
      return (await enrollAgent({ server: url, token, stateDir, signal, formerAgentId })).agentId;
    } catch (cause) {
      if (!(cause instanceof ApiError) || cause.code !== "CONFLICT") throw cause;
      const [is = ""] = cause.message.split(". ", 1);
      const mend = "It reports this machine; to have this start do so, revoke it on the Agents page and start again";
      throw new AppError("CONFLICT", `${is}. ${mend}.`, { cause });
    }
  };
  const run = async (): Promise<void> => {
    formerAgentId = (await state.credential())?.agentId ?? (await enroll());
    await options.onEnrolled(formerAgentId);
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
