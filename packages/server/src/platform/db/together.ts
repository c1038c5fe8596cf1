import type { Database, Tx } from "./database.ts";

/** Statements that only read: those of one text are sent as one. */
const READS = /^\s*(?:select|with)\b/i;
const DOES_MORE = /\b(?:insert|update|delete|create|set_config|nextval|note_\w+)\b/i;

interface Waiting {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly resolve: (rows: unknown[]) => void;
  readonly reject: (error: unknown) => void;
}

/** The same statement for several sets of values as one: each row says whose it is and which of theirs. */
const combined = (text: string, sets: readonly (readonly unknown[])[]): { text: string; values: unknown[] } => {
  const values: unknown[] = [];
  const parts = sets.map((own, place) => {
    const from = values.length;
    values.push(...own);
    const numbered = text.replaceAll(/\$(\d+)/g, (_, n: string) => `$${from + Number(n)}`);
    return `select ${place}::int as "togetherOf", (row_number() over ())::int as "togetherAt", q.* from (${numbered}\n) q`;
  });
  return { text: parts.join(" union all "), values };
};

type Marked = Record<string, unknown> & { readonly togetherOf: number; readonly togetherAt: number };

const answerAll = async (tx: Tx, group: readonly Waiting[]): Promise<void> => {
  const [first] = group;
  if (first === undefined) return;
  try {
    if (group.length === 1) {
      first.resolve(await tx.query(first.text, [...first.values]));
      return;
    }
    const { text, values } = combined(
      first.text,
      group.map((one) => one.values),
    );
    const rows = (await tx.query<Marked>(text, values)).toSorted((a, b) => a.togetherAt - b.togetherAt);
    const lists = group.map((): unknown[] => []);
    for (const { togetherOf: of, togetherAt: _, ...row } of rows) lists[of]?.push(row);
    for (const [place, { resolve }] of group.entries()) resolve(lists[place] ?? []);
  } catch (error) {
    for (const { reject } of group) reject(error);
  }
};

/** A transaction that is open until `end`; what is asked in one turn of the event loop is sent together. */
const createShared = (open: (run: (tx: Tx) => Promise<void>) => Promise<void>, labels: readonly string[] | null) => {
  const opened = Promise.withResolvers<Tx>();
  const ended = Promise.withResolvers<void>();
  const closed = open(async (tx) => {
    opened.resolve(tx);
    await ended.promise;
  });
  closed.catch(opened.reject);
  // who asks hears of it
  opened.promise.catch(() => undefined);
  let waiting: Waiting[] = [];
  const flush = async (): Promise<void> => {
    const asked = waiting;
    waiting = [];
    try {
      const tx = await opened.promise;
      const alone = (one: Waiting): boolean => !READS.test(one.text) || DOES_MORE.test(one.text);
      const groups = Map.groupBy(asked, (one) => (alone(one) ? one : one.text));
      await Promise.all(Array.from(groups.values(), (group) => answerAll(tx, group)));
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  };
  const ask = <R>(text: string, values: readonly unknown[] = []): Promise<R[]> =>
    new Promise<R[]>((resolve, reject) => {
      const one = { text, values, resolve: resolve as (rows: unknown[]) => void, reject };
      if (waiting.push(one) === 1) setImmediate(() => void flush());
    });
  const tx: Tx = {
    labels,
    query: ask,
    prepared: (_, text, values) => ask(text, values),
    later: () => {
      throw new Error("nothing is written in a transaction that is shared");
    },
    copyFrom: async () => {
      throw new Error("nothing is copied in a transaction that is shared");
    },
  };
  const end = async (): Promise<void> => {
    ended.resolve();
    await closed;
  };
  return { tx, end };
};

/** A database for several readers at once. */
export interface Together {
  readonly db: Database;
  /** Ends what was opened; call it when all readers are done. Throws what a transaction failed with, by whichever reader. */
  end(): Promise<void>;
}

/**
 * A database whose transactions of one role, company and scope are one, for readers that run at the same time and ask the same: statements
 * of one text that come in one turn are sent as one, so that a list of many costs the statements of one. Each reader sees what it would
 * alone. Where a statement fails all fail: then ask each by itself.
 */
export const createTogether = (db: Database): Together => {
  const shared = new Map<string, ReturnType<typeof createShared>>();
  const of = (
    key: string,
    labels: readonly string[] | null,
    open: (run: (tx: Tx) => Promise<void>) => Promise<void>,
  ): Tx => {
    const known = shared.get(key) ?? createShared(open, labels);
    shared.set(key, known);
    return known.tx;
  };
  const withCompany: Database["withCompany"] = async (companyId, run, labels = null) =>
    run(of(JSON.stringify(["app", companyId, labels]), labels, (own) => db.withCompany(companyId, own, labels)));
  return {
    db: {
      ...db,
      withCompany,
      // what is sent together has another text each time
      withCompanyPlanned: withCompany,
      asService: async (run) => run(of("service", null, (own) => db.asService(own))),
      asServiceFor: async (companyId, run, labels = null) =>
        run(of(JSON.stringify(["job", companyId, labels]), labels, (own) => db.asServiceFor(companyId, own, labels))),
    },
    end: async () => {
      const ends = await Promise.allSettled(Array.from(shared.values(), (one) => one.end()));
      const failed = ends.find((end) => end.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    },
  };
};
