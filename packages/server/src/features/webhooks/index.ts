import { randomUUID } from "node:crypto";
import { AppError } from "@zerotrace/core";
import { FINDING_FIELDS, parseQuery } from "@zerotrace/core/query/language/index";
import { z } from "zod";
import type { CompanyKeys } from "../../platform/crypto/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { decodeCursor, type Endpoint, implement } from "../../platform/http/index.ts";
import { mustBeAllowed } from "../../platform/outgoing/index.ts";
import { enqueue } from "../../platform/queue/index.ts";
import { pageOf } from "../assets/index.ts";
import { routes } from "./contract.ts";
import {
  countDeliveries,
  deliveriesPage,
  deliveryById,
  type DeliveryRecord,
  insertDeliveries,
  sendAgain,
} from "./delivery-sql.ts";
import { newSecret, secretPlace } from "./signing.ts";
import {
  insertWebhook,
  lockWebhook,
  removeWebhook,
  rotateSecret,
  shownWebhooks,
  updateWebhook,
  type WebhookRecord,
  webhooksOf,
  type WebhookWish,
} from "./sql.ts";

export { type DeliverDeps, deliverWebhooks, requestWebhooks, resealWebhooks } from "./deliver.ts";
export { expireDeliveries } from "./delivery-sql.ts";
export { FINDING_KINDS, noteEvent } from "./event-sql.ts";

/** What an address is refused by, and the setting by which the operator allows it. */
export const WEBHOOK_GUARD = { field: "url", setting: "webhookHosts" } as const;

export interface WebhookDeps {
  readonly keys: CompanyKeys;
  /** Hosts, or host:port, that may be sent to although they are not public or without TLS. */
  readonly webhookHosts: readonly string[];
}

/** Webhooks that a company may have. */
const WEBHOOKS_MAX = 20;
const createdAndId = z.tuple([z.iso.datetime(), z.uuid()]);

/** Throws BAD_REQUEST for what could never be sent or understood. */
const check = ({ url, query }: WebhookWish, allowed: readonly string[]): void => {
  mustBeAllowed(url, allowed, WEBHOOK_GUARD);
  const [first] = parseQuery(query, FINDING_FIELDS).errors;
  if (first === undefined) return;
  throw new AppError("BAD_REQUEST", `At character ${first.at + 1}: ${first.message}`, { field: "query" });
};

const required = async (tx: Tx, companyId: number, id: string): Promise<WebhookRecord> => {
  const found = await lockWebhook(tx, companyId, id);
  if (found === null) throw new AppError("NOT_FOUND", "There is no webhook with this id.");
  return found;
};

const requiredDelivery = async (
  tx: Tx,
  companyId: number,
  { id: webhookId, deliveryId: id }: { id: string; deliveryId: string },
): Promise<DeliveryRecord> => {
  const found = await deliveryById(tx, companyId, { id, webhookId });
  if (found === null) throw new AppError("NOT_FOUND", "There is no message with this id.");
  return found;
};

const taken = (): AppError => new AppError("CONFLICT", "There is a webhook of this name already.", { field: "name" });

/** What the trail may tell. */
const told = ({ name, url, kinds, query }: WebhookWish) => ({ name, url, kinds: [...kinds], query });

const timeOf = (at: Date | null): string | null => at?.toISOString() ?? null;

const shown = (w: Awaited<ReturnType<typeof shownWebhooks>>[number]) => ({
  ...told(w),
  id: w.id,
  labels: w.labels,
  isOn: w.isOn,
  note: w.note,
  waitingCount: w.waitingCount,
  failingSince: timeOf(w.failingSince),
  lastError: w.lastError,
  sentAt: timeOf(w.sentAt),
  previousUntil: w.previousUntil !== null && w.previousUntil.getTime() > Date.now() ? timeOf(w.previousUntil) : null,
  createdAt: w.createdAt.toISOString(),
  createdBy: w.createdBy,
});

const shownDelivery = (d: DeliveryRecord) => ({
  id: d.id,
  kind: d.kind,
  state: d.state,
  attempts: d.attempts,
  createdAt: d.createdAt.toISOString(),
  triedAt: timeOf(d.triedAt),
  nextTryAt: d.state === "waiting" ? d.nextTryAt.toISOString() : null,
  durationMs: d.durationMs,
  status: d.status,
  error: d.error,
});

const order = async (tx: Tx, companyId: number): Promise<void> => {
  await enqueue(tx, { task: "webhook-deliver", payload: { companyId }, maxAttempts: 3 });
};

const create = ({ keys, webhookHosts }: WebhookDeps): Endpoint =>
  implement(routes.createWebhook, {
    audit: "webhook.create",
    run: async (context, { body }) => {
      const { tx, identity } = context;
      const { companyId, subject: createdBy, labels } = identity;
      check(body, webhookHosts);
      if ((await webhooksOf(tx, companyId)).length >= WEBHOOKS_MAX) {
        throw new AppError("CONFLICT", `A company has at most ${WEBHOOKS_MAX} webhooks: delete one first.`);
      }
      const id = randomUUID();
      const secret = newSecret();
      const sealed = await keys.seal(tx, companyId, secretPlace(id), secret);
      const row = { ...body, id, secret: sealed, labels: labels === null ? null : [...labels], createdBy };
      if (!(await insertWebhook(tx, companyId, row))) throw taken();
      context.note(id, { labels }, { after: told(body) });
      return { id, secret };
    },
  });

const change = ({ webhookHosts }: WebhookDeps): Endpoint =>
  implement(routes.changeWebhook, {
    audit: "webhook.change",
    run: async (context, { params: { id }, body }) => {
      const { tx, identity } = context;
      const before = await required(tx, identity.companyId, id);
      check(body, webhookHosts);
      if (!(await updateWebhook(tx, identity.companyId, { ...body, id }))) throw taken();
      if (body.isOn) await order(tx, identity.companyId);
      const after = { ...told(body), isOn: body.isOn };
      context.note(id, {}, { before: { ...told(before), isOn: before.isOn }, after });
      return {};
    },
  });

const remove: Endpoint = implement(routes.deleteWebhook, {
  audit: "webhook.delete",
  run: async (context, { params: { id } }) => {
    const { tx, identity } = context;
    const before = await required(tx, identity.companyId, id);
    await removeWebhook(tx, identity.companyId, id);
    context.note(id, {}, { before: told(before) });
    return {};
  },
});

const rotate = ({ keys }: WebhookDeps): Endpoint =>
  implement(routes.rotateWebhookSecret, {
    audit: "webhook.rotate",
    run: async (context, { params: { id }, body: { overlapHours } }) => {
      const { tx, identity } = context;
      const { companyId } = identity;
      const before = await required(tx, companyId, id);
      const secret = newSecret();
      const sealed = await keys.seal(tx, companyId, secretPlace(id), secret);
      const wanted = { id, secret: sealed, previous: before.secret, overlapHours };
      const until = await rotateSecret(tx, companyId, wanted);
      context.note(id, { name: before.name, overlapHours });
      return { id, secret, previousUntil: until.toISOString() };
    },
  });

const test: Endpoint = implement(routes.testWebhook, {
  audit: "webhook.test",
  run: async (context, { params: { id } }) => {
    const { tx, identity, now } = context;
    const { companyId } = identity;
    const { name } = await required(tx, companyId, id);
    const body = JSON.stringify({ type: "ping", timestamp: now.toISOString(), data: { webhookId: id, name } });
    const deliveryId = randomUUID();
    await insertDeliveries(tx, companyId, [{ id: deliveryId, webhookId: id, kind: "ping", body }]);
    await order(tx, companyId);
    context.note(id, { name });
    return { deliveryId };
  },
});

const redeliver: Endpoint = implement(routes.redeliverWebhook, {
  audit: "webhook.redeliver",
  run: async (context, { params }) => {
    const { tx, identity } = context;
    await required(tx, identity.companyId, params.id);
    const { id, kind } = await requiredDelivery(tx, identity.companyId, params);
    await sendAgain(tx, identity.companyId, id);
    await order(tx, identity.companyId);
    context.note(params.id, { deliveryId: id, kind });
    return {};
  },
});

/** The routes of webhooks and of what was sent to them. */
export const webhookRoutes = (deps: WebhookDeps): Endpoint[] => [
  implement(routes.listWebhooks, {
    audit: "none",
    run: async ({ tx, identity: { companyId } }) => ({ rows: (await shownWebhooks(tx, companyId)).map(shown) }),
  }),
  create(deps),
  change(deps),
  remove,
  rotate(deps),
  test,
  implement(routes.listWebhookDeliveries, {
    audit: "none",
    run: async ({ tx, identity: { companyId } }, { params: { id }, query }) => {
      await required(tx, companyId, id);
      const after = query.cursor === undefined ? null : decodeCursor(query.cursor, createdAndId);
      const rows = await deliveriesPage(tx, companyId, id, { limit: query.limit + 1, after });
      const count = await countDeliveries(tx, companyId, id);
      return pageOf(rows, query.limit, count, shownDelivery, (d) => [d.createdAt.toISOString(), d.id]);
    },
  }),
  implement(routes.getWebhookDelivery, {
    audit: "none",
    run: async ({ tx, identity: { companyId } }, { params }) => {
      const found = await requiredDelivery(tx, companyId, params);
      return { ...shownDelivery(found), body: found.body, answer: found.answer };
    },
  }),
  redeliver,
];
