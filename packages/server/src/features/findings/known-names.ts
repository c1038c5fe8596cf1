import type { Tx } from "../../platform/db/index.ts";

/** Between the names of one advisory, and between advisories; no name has them. */
const NEXT_NAME = "\t";
const NEXT_LINE = "\n";
/** What JavaScript and PostgreSQL write small in the same way. */
const IS_ASCII = /^[\x20-\x7e]+$/;

/** Every name of every advisory in force, in small letters, one advisory a line; and the names as they are, by where their lines begin. */
interface Known {
  readonly key: string;
  readonly text: string;
  readonly starts: Int32Array;
  readonly names: readonly string[];
}

let known: Known | null = null;

const read = async (tx: Tx, key: string): Promise<Known> => {
  const rows = await tx.query<{ name: string; aliases: string }>(
    `select name, array_to_string(aliases, e'\\t') as aliases from advisory`,
  );
  const starts = new Int32Array(rows.length);
  const lines: string[] = [];
  let at = 0;
  for (const [i, { name, aliases }] of rows.entries()) {
    const line = `${name}${NEXT_NAME}${aliases}`.toLowerCase();
    starts[i] = at;
    at += line.length + 1;
    lines.push(line);
  }
  return { key, text: lines.join(NEXT_LINE), starts, names: rows.map(({ name }) => name) };
};

/** The last line that begins at or before a place. */
const lineAt = (starts: Int32Array, at: number): number => {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
};

/**
 * The advisories that have a text in one of their names, in any case, at most `limit`; null where that is not known here: nothing was
 * published yet, or the text is not ASCII. The names of what is in force are read once and kept, some megabytes: looking through the table
 * takes a tenth of a second. Service role.
 */
export const advisoriesWith = async (tx: Tx, text: string, limit: number): Promise<string[] | null> => {
  if (!IS_ASCII.test(text)) return null;
  const [now] = await tx.query<{ key: string }>(
    "select id || ' ' || published_at as key from feed_generation order by id desc limit 1",
  );
  if (now === undefined) return null;
  const all = known?.key === now.key ? known : await read(tx, now.key);
  known = all;
  const small = text.toLowerCase();
  const found: string[] = [];
  for (let at = all.text.indexOf(small); at >= 0 && found.length < limit;) {
    const line = lineAt(all.starts, at);
    found.push(all.names[line] as string);
    const next = all.starts[line + 1];
    at = next === undefined ? -1 : all.text.indexOf(small, next);
  }
  return found;
};
