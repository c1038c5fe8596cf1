import type { Tx } from "../../platform/db/index.ts";
import { type History, HISTORY_MS, type OutboxEvent } from "../../platform/realtime/index.ts";
import type { Channel } from "./contract.ts";

/** Ids that one event names; `count` says how many there are. */
const IDS_MAX = 100;
/** Rows taken from the outbox at once. */
const DRAIN_MAX = 500;

/** Tells a company's listeners, once this transaction has committed. */
export const emit = async (
  tx: Tx,
  companyId: number,
  event: { channel: Channel; ids: readonly string[]; count: number; summary: Record<string, string | number | null> },
): Promise<void> => {
  tx.later(
    "outbox-insert",
    "insert into outbox (company_id, channel, ids, count, summary) values ($1, $2, $3, $4, $5)",
    [companyId, event.channel, event.ids.slice(0, IDS_MAX), event.count, JSON.stringify(event.summary)],
  );
};

/** Events of one `emitAll` at most. */
const EVENTS_MAX = 100;

/**
 * Tells a company's listeners of every id, a hundred in an event: their counts add up. Of more than 10,000 ids the last event
 * counts those that it does not name.
 */
export const emitAll = async (tx: Tx, companyId: number, channel: Channel, ids: readonly string[]): Promise<void> => {
  const count = Math.min(EVENTS_MAX, Math.ceil(ids.length / IDS_MAX));
  if (count === 0) return;
  const events = Array.from({ length: count }, (_, n) => {
    const rest = ids.slice(n * IDS_MAX, n === EVENTS_MAX - 1 ? undefined : (n + 1) * IDS_MAX);
    return { ids: rest.slice(0, IDS_MAX), count: rest.length };
  });
  tx.later(
    "outbox-insert-all",
    `insert into outbox (company_id, channel, ids, count, summary)
     select $1, $2, array(select jsonb_array_elements_text(e.event -> 'ids')), (e.event ->> 'count')::int, '{}'
     from jsonb_array_elements($3::jsonb) with ordinality as e(event, n) order by e.n`,
    [companyId, channel, JSON.stringify(events)],
  );
};

interface Row {
  readonly companyId: number;
  readonly channel: string;
  readonly ids: string[];
  readonly count: number;
  readonly summary: OutboxEvent["summary"];
  /** As the driver gives large numbers. */
  readonly seq: string;
}

const inOrder = (rows: readonly Row[]): OutboxEvent[] =>
  rows.map((row) => ({ ...row, seq: Number(row.seq) })).sort((a, b) => a.seq - b.seq);

/**
 * Takes waiting events of all companies out of the outbox, oldest first, and gives each a place above `base` among those of its
 * company. The commit does not wait for the disk: what a crash makes undone is sent once more, and an event only says what to
 * look at.
 */
export const drainOutbox = async (tx: Tx, base: number): Promise<OutboxEvent[]> => {
  tx.later("outbox-drain-soon", "select set_config('synchronous_commit', 'off', true)", []);
  const rows = await tx.prepared<Row>(
    "outbox-drain",
    `update outbox o set seq = $2::bigint + x.n from (
       select w.company_id, w.id, row_number() over (partition by w.company_id order by w.id) as n
       from (select company_id, id from outbox where seq is null order by id limit $1 for update skip locked) w) x
     where o.company_id = x.company_id and o.id = x.id
     returning o.company_id as "companyId", o.channel, o.ids, o.count, o.summary, o.seq`,
    [DRAIN_MAX, base],
  );
  return inOrder(rows);
};

/** Events read back at once. */
const BACK_MAX = 20_000;

/** Events of all companies that were sent after a place, in order: the newest 20,000. */
export const sentAfter = async (tx: Tx, seq: number): Promise<OutboxEvent[]> =>
  inOrder(
    await tx.query<Row>(
      `select company_id as "companyId", channel, ids, count, summary, seq
       from outbox where seq > $1 order by seq desc limit $2`,
      [seq, BACK_MAX],
    ),
  );

/** Fills the history of a process that starts with what was sent before it. */
export const restoreHistory = async (tx: Tx, history: History): Promise<void> => {
  const from = (Date.now() - HISTORY_MS) * 1_000;
  const events = await sentAfter(tx, from);
  for (const { companyId, ...event } of events) history.append(companyId, event);
  history.beginAt(events.length < BACK_MAX ? from : (events[0] as OutboxEvent).seq);
};

/** Deletes events of all companies that nobody can have again. */
export const sweepOutbox = async (tx: Tx): Promise<void> => {
  await tx.query("delete from outbox where seq < $1", [(Date.now() - HISTORY_MS) * 1_000]);
};
