import pg, { type PoolClient, type QueryConfig, type QueryResult } from "pg";

/** A statement that is sent before another one in the same packet; what it answers is not looked at. */
export interface Opening {
  /** Planned once for each connection under this name, which always goes with the same text. */
  readonly name: string;
  readonly text: string;
  readonly values: readonly string[];
}

/** The parts of pg's connection by which its queries write to the server. */
interface Wire {
  readonly parsedStatements: Record<string, string | undefined>;
  parse(message: { name: string; text: string; types: readonly number[] }): void;
  bind(message: { portal: string; statement: string; values: readonly string[] }): void;
  execute(message: { portal: string; rows: number }): void;
}
/** The parts of pg's query that are not in its types. */
interface QueryParts {
  callback: (error: Error | null, result: QueryResult) => void;
  prepare(wire: Wire): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, wire: Wire): void;
}
const Query = pg.Query as unknown as new (config: QueryConfig) => QueryParts;

/** A query of pg's with others before it. All of them and one Sync go out together and cost one round trip. */
class OpeningQuery extends Query {
  readonly #openings: readonly Opening[];
  #open: number;

  constructor(config: QueryConfig, openings: readonly Opening[]) {
    super(config);
    this.#openings = openings;
    this.#open = openings.length;
  }

  override prepare(wire: Wire): void {
    for (const { name, text, values } of this.#openings) {
      if (wire.parsedStatements[name] === undefined) {
        wire.parse({ name, text, types: [] });
        wire.parsedStatements[name] = text;
      }
      wire.bind({ portal: "", statement: name, values });
      wire.execute({ portal: "", rows: 0 });
    }
    super.prepare(wire);
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
