import type { Route } from "@zerotrace/core";
import type { Asking } from "./schema.ts";

type Input = Parameters<Asking["ask"]>[1];

/** What each of several inputs of one route is answered, in their order. */
export type AskAll = (route: Route, inputs: readonly Input[]) => Promise<PromiseSettledResult<unknown>[]>;

interface Waiting {
  readonly input: Input;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Inputs that are asked together (count): a statement for so many stays small. */
const TOGETHER_MAX = 50;

/**
 * Asks a route for every object of a level at once: what the fields of one level want comes in one turn of the event loop, whatever lists
 * their objects are in. Fields of another level wait for those above them, so they never meet.
 */
export const createLoader = (askAll: AskAll): Asking["ask"] => {
  const waiting = new Map<Route, Waiting[]>();
  const send = async (route: Route, asked: readonly Waiting[]): Promise<void> => {
    try {
      const answers = await askAll(
        route,
        asked.map(({ input }) => input),
      );
      for (const [place, answer] of answers.entries()) {
        if (answer.status === "fulfilled") asked[place]?.resolve(answer.value);
        else asked[place]?.reject(answer.reason);
      }
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  };
  const flush = (route: Route): void => {
    const all = waiting.get(route) ?? [];
    waiting.delete(route);
    for (let from = 0; from < all.length; from += TOGETHER_MAX) {
      void send(route, all.slice(from, from + TOGETHER_MAX));
    }
  };
  return (route, input) =>
    new Promise((resolve, reject) => {
      const own = waiting.get(route);
      const one = { input, resolve, reject };
      if (own !== undefined) {
        own.push(one);
        return;
      }
      waiting.set(route, [one]);
      setImmediate(() => flush(route));
    });
};
