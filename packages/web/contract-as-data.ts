/** What a client asks of a route when it calls it. */
const CALLED_BY = ["method", "path", "contentType", "mediaTypes"] as const;

/** What a module gives, by name. */
export type Exports = Readonly<Record<string, unknown>>;

const isData = (value: unknown): boolean =>
  typeof value === "string" ||
  typeof value === "number" ||
  (typeof value === "object" &&
    value !== null &&
    [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value)) &&
    Object.values(value).every(isData));

const routeAsData = (route: Exports): Exports =>
  Object.fromEntries(CALLED_BY.filter((name) => route[name] !== undefined).map((name) => [name, route[name]]));

/**
 * The contract's exports as a browser needs them: how each route is called, without the schemas, which only the server checks by, and
 * what else is plain data. Who wants more in the browser is told by the build.
 */
export const asData = ({ contract, ...others }: Exports): Exports => ({
  contract: Object.fromEntries(
    Object.entries(contract as Record<string, Record<string, Exports>>).map(([feature, routes]) => [
      feature,
      Object.fromEntries(Object.entries(routes).map(([name, route]) => [name, routeAsData(route)])),
    ]),
  ),
  ...Object.fromEntries(Object.entries(others).filter(([, value]) => isData(value))),
});
