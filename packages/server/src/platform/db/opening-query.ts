import pg, { type PoolClient, type QueryConfig, type QueryResult } from "pg";

/** A statement that is sent before another one in the same packet; what it answers is not looked at. */
export interface Opening {
  /** Planned once for each connection under this name, which always goes with the same text. */
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** The parts of pg's connection by which its queries write to the server. */
interface Wire {
  readonly parsedStatements: Record<string, string | undefined>;
  parse(message: { name: string; text: string; types: readonly number[] }): void;
  bind(message: { portal: string; statement: string; values: readonly unknown[] }): void;
  describe(message: { type: "P"; name: string }): void;
  execute(message: { portal: string }): void;
  sync(): void;
  on(event: "parseComplete", heard: () => void): void;
  off(event: "parseComplete", heard: () => void): void;
}
/** What pg makes of the description of a statement's rows: it takes longer than a short row itself. */
interface Shape {
  readonly fields: unknown;
  readonly _parsers: unknown;
  readonly _prebuiltEmptyResultObject: unknown;
}
/** The parts of pg's query that are not in its types. */
interface QueryParts {
  callback: (error: Error | null, result: QueryResult) => void;
  readonly text: string;
  readonly _result: Shape;
  prepare(wire: Wire): void;
  handleRowDescription(message: unknown): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, wire: Wire): void;
}
const Query = pg.Query as unknown as new (config: QueryConfig & { queryMode: "extended" }) => QueryParts;
/** How pg writes a value that it was given. */
const { prepareValue } = (pg as unknown as { utils: { prepareValue: (value: unknown) => unknown } }).utils;

/** The shapes of the answers of the statements that a connection has parsed, by name. PostgreSQL refuses one whose shape has changed. */
const shapes = new WeakMap<Wire, Map<string, Shape>>();

const shapesOf = (wire: Wire): Map<string, Shape> => {
  const known = shapes.get(wire);
  if (known !== undefined) return known;
  const made = new Map<string, Shape>();
  shapes.set(wire, made);
  return made;
};

/**
 * A query of pg's with others before it. All of them and one Sync go out together and cost one round trip. A statement that has a name is
 * parsed and described once for each connection. PostgreSQL passes over what follows a failure, so which names it knows is noted when it
 * says so: without a name of its own, pg notes none for this query.
 */
class OpeningQuery extends Query {
  readonly #openings: readonly Opening[];
  readonly #own: Opening;
  #shapes: Map<string, Shape> | undefined;
  #open: number;

  constructor({ name = "", ...config }: QueryConfig, openings: readonly Opening[]) {
    super({ ...config, queryMode: "extended" });
    // before anything is sent: a value that cannot be written fails the query and not the connection
    this.#openings = openings.map(written);
    this.#own = written({ name, text: config.text, values: config.values ?? [] });
    this.#open = openings.length;
  }

  override prepare(wire: Wire): void {
    const parsing: Opening[] = [];
    const bind = (one: Opening): void => {
      const isKnown = wire.parsedStatements[one.name] !== undefined || parsing.some(({ name }) => name === one.name);
      if (one.name === "" || !isKnown) {
        parsing.push(one);
        wire.parse({ name: one.name, text: one.text, types: [] });
      }
      wire.bind({ portal: "", statement: one.name, values: one.values });
    };
    for (const opening of this.#openings) {
      bind(opening);
      wire.execute({ portal: "" });
    }
    bind(this.#own);
    if (this.#own.name !== "") this.#shapes = shapesOf(wire);
    const shape = this.#shapes?.get(this.#own.name);
    if (shape === undefined) wire.describe({ type: "P", name: "" });
    else this.#takeOn(shape);
    wire.execute({ portal: "" });
    wire.sync();
    if (parsing.length > 0) this.#noteParsed(wire, parsing);
  }

  #takeOn(shape: Shape): void {
    const { _result: result } = this;
    Object.assign(result, shape);
    Object.assign(this, { _accumulateRows: true });
  }

  #noteParsed(wire: Wire, parsing: Opening[]): void {
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
  }

  override handleRowDescription(message: unknown): void {
    super.handleRowDescription(message);
    const { _result: result } = this;
    const { fields, _parsers, _prebuiltEmptyResultObject } = result;
    this.#shapes?.set(this.#own.name, { fields, _parsers, _prebuiltEmptyResultObject });
  }

  override handleDataRow(message: unknown): void {
    if (this.#open === 0) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, wire: Wire): void {
    if (this.#open > 0) this.#open -= 1;
    else super.handleCommandComplete(message, wire);
  }
}

const written = ({ name, text, values }: Opening): Opening => ({
  name,
  text,
  values: values.map((value) => prepareValue(value)),
});

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
