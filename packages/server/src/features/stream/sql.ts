import type { Tx } from "../../platform/db/index.ts";
import type { OutboxEvent } from "../../platform/realtime/index.ts";
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
  await tx.prepared(
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
  await tx.prepared(
    "outbox-insert-all",
    `insert into outbox (company_id, channel, ids, count, summary)
     select $1, $2, array(select jsonb_array_elements_text(e.event -> 'ids')), (e.event ->> 'count')::int, '{}'
     from jsonb_array_elements($3::jsonb) with ordinality as e(event, n) order by e.n`,
    [companyId, channel, JSON.stringify(events)],
  );
};

/**
 * Takes waiting events of all companies out of the outbox, oldest first. The commit does not wait for the disk: what a crash makes
 * undone is sent once more, and an event only says what to look at.
 */
export const drainOutbox = async (tx: Tx): Promise<OutboxEvent[]> => {
  await tx.query("set local synchronous_commit to off");
  const rows = await tx.query<OutboxEvent & { id: string }>(
    `delete from outbox o using (
       select company_id, id from outbox order by id limit $1 for update skip locked) x
     where o.company_id = x.company_id and o.id = x.id
     returning o.id, o.company_id as "companyId", o.channel, o.ids, o.count, o.summary`,
    [DRAIN_MAX],
  );
  return rows.sort((a, b) => Number(a.id) - Number(b.id)).map(({ id: _, ...event }) => event);
};
