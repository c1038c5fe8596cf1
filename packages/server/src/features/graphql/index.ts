import type { Route } from "@zerotrace/core";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { routes } from "./contract.ts";

/** The library is loaded with the first query: a server that nobody asks in GraphQL does not have it in memory. */
const createLoader = () => {
  let engine: ReturnType<typeof import("./engine.ts").createEngine> | undefined;
  return async () => (engine ??= (await import("./engine.ts")).createEngine());
};

/** The route that answers GraphQL by these endpoints, each asked as its own route would be. */
export const graphqlRoutes = (endpoints: readonly Endpoint[]): Endpoint[] => {
  const byRoute = new Map<Route, Endpoint>(endpoints.map((endpoint) => [endpoint.route, endpoint]));
  const load = createLoader();
  return [
    implement(routes.askGraphql, {
      audit: "none",
      transaction: "none",
      run: async (context, { body }) => {
        const answer = await load();
        const endpointOf = (route: Route): Endpoint => {
          const endpoint = byRoute.get(route);
          if (endpoint === undefined) throw new Error(`${route.method} ${route.path} has no handler`);
          return endpoint;
        };
        return answer(context, body, {
          ask: (route, input) => context.ask(endpointOf(route), input),
          askAll: (route, inputs) => context.askAll(endpointOf(route), inputs),
        });
      },
    }),
  ];
};
