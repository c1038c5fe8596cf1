import { AppError } from "@zerotrace/core";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { createLane } from "./lane.ts";

/** Characters of a password. */
export const PASSWORD_LENGTH = { min: 8, max: 256 } as const;

/** Of 0 to 4: safely unguessable, also for whoever has the hash. */
const SCORE_MIN = 3;
/** Judging takes longer than linearly, up to a second here; what follows can only make a password stronger. */
const JUDGED_LENGTH = 64;
const WAITING_MAX = 16;
/** The thread and its 60 MB of word lists go when no password was chosen for this long. */
const IDLE_MS = 60_000;

interface Judged {
  readonly score: number;
  readonly warning: string;
  readonly suggestions: readonly string[];
}

const lane = createLane({ atOnce: 1, waitingMax: WAITING_MAX });
let thread: Worker | undefined;
let idle: NodeJS.Timeout | undefined;

const end = (): void => {
  void thread?.terminate();
  thread = undefined;
};

/** A thread of its own, because one hostile password would hold everybody else up. */
const judge = (password: string, words: readonly string[]): Promise<Judged> =>
  lane.run(async () => {
    clearTimeout(idle);
    thread ??= new Worker(new URL("./strength-worker.ts", import.meta.url));
    thread.ref();
    try {
      const answer = once(thread, "message");
      thread.postMessage({ password, words });
      const [judged] = (await answer) as [Judged];
      thread.unref();
      idle = setTimeout(end, IDLE_MS).unref();
      return judged;
    } catch (error) {
      end();
      throw error;
    }
  });

/**
 * Resolves when a password takes long enough to guess, also for somebody who knows the words in `about` (email, name, company).
 * Throws BAD_REQUEST on `field` that says why not.
 */
export const requireStrong = async (password: string, about: readonly string[], field = "password"): Promise<void> => {
  const words = about.flatMap((one) => [one, ...one.split(/[\s@._-]+/)]).filter((one) => one.length > 2);
  const { score, warning, suggestions } = await judge(password.slice(0, JUDGED_LENGTH), words);
  if (score >= SCORE_MIN) return;
  const why = [warning, ...suggestions].filter((one) => one !== "").join(" ");
  throw new AppError("BAD_REQUEST", `The password is too easy to guess. ${why || "Make it longer."}`, { field });
};
