import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError, contract, createClient } from "@zerotrace/sdk";
import { inLanguage } from "../in-language.ts";
import { onceEach } from "../once.ts";
import { standingOf } from "../ui/standing.ts";
import type { Session } from "./types.ts";

export { contract };
export const call = inLanguage(onceEach(createClient({ baseUrl: "" })));

/** The key of the query that says who is signed in; every other query hangs on it. */
export const SESSION = ["session"] as const;

const STALE_MS = 30_000;

/** A 4xx will not get better by itself; all else is tried twice more. */
const retry = (failures: number, error: Error): boolean =>
  failures < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500);

/** What the pages keep of the answers. */
export const createQueryClient = (): QueryClient => {
  // whose session ended hears of it with the first refusal, and not when the page is opened anew; who is signing in has none
  const onError = (error: Error): void => {
    const isEnd = error instanceof ApiError && error.status === 401 && client.getQueryData(SESSION) !== undefined;
    if (isEnd) void client.invalidateQueries({ queryKey: SESSION });
  };
  const client = new QueryClient({
    defaultOptions: { queries: { staleTime: STALE_MS, retry, refetchOnWindowFocus: true } },
    queryCache: new QueryCache({ onError: (error, { queryKey }) => queryKey[0] !== "session" && onError(error) }),
    mutationCache: new MutationCache({ onError }),
  });
  return client;
};

/** Forgets every answer but of what the first word of its key names. */
export const forgetAllBut = (client: QueryClient, word: string): void =>
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== word });

/**
 * Shows everything as another session sees it. What watches the session hears of it, and all else is asked for anew; who comes back after
 * their session ended finds the page as they left it.
 */
export const takeSession = (client: QueryClient, session: Session): void => {
  const before = client.getQueryData<Session>(SESSION);
  const isBack = before !== undefined && standingOf(before) === standingOf(session);
  if (!isBack) forgetAllBut(client, "session");
  client.setQueryData(SESSION, session);
  if (isBack) void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "session" });
};
