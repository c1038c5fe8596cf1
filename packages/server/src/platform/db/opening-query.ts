import pg, { type PoolClient, type QueryConfig, type QueryResult } from "pg";

/** A statement that is sent before another one in the same packet; what it answers is not looked at. */
export interface Opening {
  /** Planned once for each connection under this name, which always goes with the same text. */
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

interface Bound {
  readonly portal: string;
  readonly statement: string | undefined;
  readonly values: readonly unknown[];
}
/** The parts of pg's connection by which its queries write to the server. */
interface Wire {
  readonly parsedStatements: Record<string, string | undefined>;
  readonly submittedNamedStatements: Record<string, string | undefined>;
  parse(message: { name: string; text: string; types: readonly number[] }): void;
  bind(message: Bound): void;
  describe(message: object): void;
  execute(message: object): void;
  sync(): void;
  on(event: "parseComplete", heard: () => void): void;
  off(event: "parseComplete", heard: () => void): void;
}
type Written = Pick<
  Wire,
  "parsedStatements" | "submittedNamedStatements" | "parse" | "bind" | "describe" | "execute" | "sync"
>;
/** The parts of pg's query that are not in its types. */
interface QueryParts {
  callback: (error: Error | null, result: QueryResult) => void;
  readonly text: string;
  prepare(wire: Written): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, wire: Wire): void;
}
const Query = pg.Query as unknown as new (config: QueryConfig & { queryMode: "extended" }) => QueryParts;
const nothing = (): void => undefined;

/**
 * A query of pg's with others before it. All of them and one Sync go out together and cost one round trip. PostgreSQL passes over what
 * follows a failure, so which names it knows is noted when it says so: without a name of its own, pg notes none for this query.
 */
class OpeningQuery extends Query {
  readonly #name: string;
  readonly #openings: readonly Opening[];
  #open: number;

  constructor({ name = "", ...config }: QueryConfig, openings: readonly Opening[]) {
    super({ ...config, queryMode: "extended" });
    this.#name = name;
    this.#openings = openings;
    this.#open = openings.length;
  }

  override prepare(wire: Wire): void {
    const parsing: { readonly name: string; readonly text: string }[] = [];
    const heard = (): void => {
      const parsed = parsing.shift();
      if (parsed !== undefined && parsed.name !== "") wire.parsedStatements[parsed.name] = parsed.text;
    };
    const end = this.callback;
    this.callback = (error, result) => {
      wire.off("parseComplete", heard);
      end(error, result);
    };
    wire.on("parseComplete", heard);
    /** Where a query of pg's writes: under the name, and parsed only where the connection does not know it. */
    const writer = (name: string, text: string, isLast: boolean): Written => ({
      parsedStatements: {},
      submittedNamedStatements: {},
      parse: () => {
        const isKnown = wire.parsedStatements[name] !== undefined || parsing.some((one) => one.name === name);
        if (name !== "" && isKnown) return;
        parsing.push({ name, text });
        wire.parse({ name, text, types: [] });
      },
      bind: (message) => wire.bind({ ...message, statement: name }),
      describe: isLast ? (message) => wire.describe(message) : nothing,
      execute: (message) => wire.execute(message),
      sync: isLast ? () => wire.sync() : nothing,
    });
    for (const { name, text, values } of this.#openings) {
      new Query({ text, values: [...values], queryMode: "extended" }).prepare(writer(name, text, false));
    }
    super.prepare(writer(this.#name, this.text, true));
  }

  override handleDataRow(message: unknown): void {
    if (this.#open === 0) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, wire: Wire): void {
    if (this.#open > 0) this.#open -= 1;
    else super.handleCommandComplete(message, wire);
  }
}

/** Whether a statement can have others before it: only the extended protocol takes several in one go. */
export const canFollow = (config: QueryConfig): boolean =>
  config.name !== undefined || (config.values !== undefined && config.values.length > 0);

/**
 * Runs a statement for which `canFollow` holds after the openings, in one round trip. When one of them fails, none after it
 * runs. Without a `begin` among them all are one transaction, which is committed. Throws pg's DatabaseError.
 */
export const queryAfter = (
  client: PoolClient,
  openings: readonly Opening[],
  config: QueryConfig,
): Promise<QueryResult> =>
  new Promise((resolve, reject) => {
    const query = new OpeningQuery(config, openings);
    query.callback = (error, result) => (error ? reject(error) : resolve(result));
    client.query(query as never);
  });
