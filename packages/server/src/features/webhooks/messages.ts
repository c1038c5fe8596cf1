import { randomUUID } from "node:crypto";
import { FINDING_FIELDS, parseQuery, type QueryNode } from "@zerotrace/core/query/language/index";
import type { Database } from "../../platform/db/index.ts";
import { insertDeliveries } from "./delivery-sql.ts";
import {
  changedFindings,
  type EventRecord,
  FINDING_KINDS,
  seesAsset,
  seesFix,
  takeEvent,
  waitingEvents,
} from "./event-sql.ts";
import { type WebhookRecord, webhooksOf } from "./sql.ts";

/** Findings of one message, and messages of one kind for one event; what is beyond is only counted (counts). */
const FINDINGS_OF_MESSAGE = 100;
const MESSAGES_MAX = 10;
/** Events of one reading (count). */
const EVENTS_MAX = 100;

/** The body of a message. */
interface Message {
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const parsed = (query: string): QueryNode | null => parseQuery(query, FINDING_FIELDS).node;

/** What an event about findings says to one webhook. */
const findingMessages = async (
  db: Database,
  companyId: number,
  { kinds, query, labels }: WebhookRecord,
  event: EventRecord,
): Promise<Message[]> => {
  const messages: Message[] = [];
  for (const kind of FINDING_KINDS.filter((one) => kinds.includes(one))) {
    const limit = FINDINGS_OF_MESSAGE * MESSAGES_MAX;
    const asked = { exactAt: event.exactAt, kind, query: parsed(query), limit };
    // the database itself leaves out what the webhook's labels do not show
    const { count, findings } = await db.withCompany(companyId, (tx) => changedFindings(tx, companyId, asked), labels);
    for (let from = 0; from < findings.length; from += FINDINGS_OF_MESSAGE) {
      const part = findings.slice(from, from + FINDINGS_OF_MESSAGE);
      const data = { count, from, findings: part };
      messages.push({ type: kind, timestamp: event.at.toISOString(), data });
    }
  }
  return messages;
};

/** Whether a webhook of some labels may hear of an event that is not about findings. */
const mayHear = async (
  db: Database,
  companyId: number,
  labels: string[] | null,
  event: EventRecord,
): Promise<boolean> => {
  if (labels === null || event.kind.startsWith("feed.")) return true;
  const { assetId, labels: had, ...fix } = event.detail as { assetId?: string; labels?: string[] };
  if (event.kind.startsWith("fix.")) return db.withCompany(companyId, (tx) => seesFix(tx, companyId, fix), labels);
  // decisions speak of the whole company
  if (assetId === undefined) return false;
  if (event.kind === "asset.gone") return (had ?? []).some((label) => labels.includes(label));
  return db.withCompany(companyId, (tx) => seesAsset(tx, companyId, assetId), labels);
};

/** What an event is told as: a decision that waits for a second person has two names, and whoever set both hears it once by each. */
const typesOf = ({ kind }: EventRecord): readonly string[] =>
  kind === "decision.proposed" ? [kind, "decision.requested"] : [kind];

const messagesFor = async (
  db: Database,
  companyId: number,
  webhook: WebhookRecord,
  event: EventRecord,
): Promise<Message[]> => {
  if (event.kind === "finding") return findingMessages(db, companyId, webhook, event);
  const types = typesOf(event).filter((type) => webhook.kinds.some((kind) => kind === type));
  if (types.length === 0 || !(await mayHear(db, companyId, webhook.labels, event))) return [];
  const { labels: _, ...data } = event.detail;
  return types.map((type) => ({ type, timestamp: event.at.toISOString(), data }));
};

/**
 * Makes a message of each waiting event for each webhook that wants it. Event and messages change places in one transaction: no event
 * is lost, and none becomes a message twice.
 */
export const fanOut = async (db: Database, companyId: number, signal: AbortSignal): Promise<void> => {
  for (;;) {
    const { events, webhooks } = await db.withCompany(companyId, async (tx) => ({
      events: await waitingEvents(tx, companyId, EVENTS_MAX),
      webhooks: (await webhooksOf(tx, companyId)).filter(({ isOn }) => isOn),
    }));
    for (const event of events) {
      if (signal.aborted) return;
      const rows: { id: string; webhookId: string; kind: string; body: string }[] = [];
      for (const webhook of webhooks) {
        for (const message of await messagesFor(db, companyId, webhook, event)) {
          rows.push({ id: randomUUID(), webhookId: webhook.id, kind: message.type, body: JSON.stringify(message) });
        }
      }
      await db.withCompany(companyId, async (tx) => {
        if (await takeEvent(tx, companyId, event.id)) await insertDeliveries(tx, companyId, rows);
      });
    }
    if (events.length < EVENTS_MAX) return;
  }
};
