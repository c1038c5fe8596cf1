import { AppError } from "@zerotrace/core";

/** Work that runs a few at a time. */
export interface Lane {
  /** Runs when it is this one's turn. Rejects with RATE_LIMITED when too many wait already. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

const RETRY_SECONDS = 2;

/** A lane of `atOnce` that lets `waitingMax` wait and sends the others away: what it holds never grows beyond that. */
export const createLane = ({ atOnce, waitingMax }: { atOnce: number; waitingMax: number }): Lane => {
  const waiting: (() => void)[] = [];
  let running = 0;
  return {
    run: async (work) => {
      if (running >= atOnce) {
        if (waiting.length >= waitingMax) {
          throw new AppError(
            "RATE_LIMITED",
            `Too many people sign in at this moment: try again in ${RETRY_SECONDS} s.`,
            {
              cause: { retryAfterSeconds: RETRY_SECONDS },
            },
          );
        }
        // the place of the one that ends is handed on, so that nobody who comes between takes it
        await new Promise<void>((resolve) => waiting.push(resolve));
      } else running += 1;
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else running -= 1;
      }
    },
  };
};
