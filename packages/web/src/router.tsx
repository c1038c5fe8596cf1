import type { QueryClient } from "@tanstack/react-query";
import { createRouter } from "@tanstack/react-router";
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
      <ErrorPanel error={error instanceof Error ? error : new Error(String(error))} />
    ),
    defaultNotFoundComponent: NotFoundPage,
  });

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createPages>;
  }
}
