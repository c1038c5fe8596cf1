import type { QueryClient } from "@tanstack/react-query";
import { createRouter } from "@tanstack/react-router";
import { ApiError } from "@zerotrace/sdk";
import { useEffect } from "react";
import { isServerThere } from "./lazy-page.ts";
import { ErrorPanel, NotFoundPage, PageSkeleton } from "./ui/states.tsx";
import { routeTree } from "./routes.tsx";

type Search = Record<string, string>;

const parseSearch = (text: string): Search => Object.fromEntries(new URLSearchParams(text));

/** Search parameters stay plain text: the URL reads as the API's query does. */
const stringifySearch = (search: Record<string, unknown>): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (typeof value === "string" && value !== "") query.set(name, value);
  }
  return query.size > 0 ? `?${query}` : "";
};

/** How long a page whose code could not be fetched waits before it looks for the server again, in ms. */
const AGAIN_MS = 3_000;

const reload = async (): Promise<void> => {
  if (await isServerThere()) window.location.reload();
};

/** What stands in the place of a page that failed; one that the server is missing for comes by itself when that is back. */
const PageError = ({ error }: { error: Error }) => {
  const isAway = error instanceof ApiError && error.status === 0;
  useEffect(() => {
    if (!isAway) return undefined;
    const timer = setInterval(() => void reload(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [isAway]);
  return (
    <div className="py-4">
      <ErrorPanel error={error} {...(isAway && { retry: () => void reload() })} />
    </div>
  );
};

/** The pages of the dashboard by their addresses; `client` holds what they ask for. */
export const createPages = (client: QueryClient) =>
  createRouter({
    routeTree,
    context: { client },
    // what is asked for ahead is kept by the client of queries, which knows when it is old
    defaultPreloadStaleTime: 0,
    parseSearch,
    stringifySearch,
    scrollRestoration: true,
    defaultPreload: "intent",
    defaultPendingComponent: PageSkeleton,
    defaultErrorComponent: ({ error }) => (
      <PageError error={error instanceof Error ? error : new Error(String(error))} />
    ),
    defaultNotFoundComponent: NotFoundPage,
  });

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createPages>;
  }
}
