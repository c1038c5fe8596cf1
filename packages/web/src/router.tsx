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

export const router = createRouter({
  routeTree,
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
    router: typeof router;
  }
}
