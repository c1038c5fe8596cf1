import { messageOf } from "@zerotrace/core";
import type { CompanyKeys } from "../../platform/crypto/index.ts";
import type { Database } from "../../platform/db/index.ts";
import { enqueue } from "../../platform/queue/index.ts";
import { writeAudit } from "../audit/index.ts";
import { type DeliveryRecord, giveBack, noteAttempt, type Outcome, takeDeliveries, trimLog } from "./delivery-sql.ts";
import { isAnythingDue } from "./event-sql.ts";
import { fanOut } from "./messages.ts";
import { secretPlace, signedHeaders } from "./signing.ts";
import { noteFailing, noteWell, replaceSecrets, turnOff, type WebhookRecord, webhooksOf } from "./sql.ts";

export interface DeliverDeps {
  readonly db: Database;
  readonly keys: CompanyKeys;
  /** A fetch that reaches public addresses over TLS, and what the operator allows. */
  readonly post: typeof fetch;
  readonly version: string;
  /** How long a receiver may take in all; 15 s when not given. */
  readonly timeoutMs?: number;
}

/** How long a receiver may take in all, ms. */
const TIMEOUT_MS = 15_000;
/** Of an answer (bytes). */
const ANSWER_BYTES = 1024;
const ERROR_CHARS_MAX = 300;
/** Messages taken at once, for how long nobody else takes them, and readings of one run. */
const TAKEN_MAX = 20;
const LEASE_MS = TAKEN_MAX * TIMEOUT_MS + 60_000;
const ROUNDS_MAX = 50;
/** Attempts of one message: the last comes about a day after the one before it. */
const ATTEMPTS_MAX = 10;
const BACK_OFF_MS = { first: 5_000, factor: 4, max: 86_400_000 };
/** A webhook that fails waits no longer than this before it is asked again: its other messages may do better. */
const WEBHOOK_WAIT_MS_MAX = 3_600_000;
/** A webhook that took nothing for so long is turned off. */
const OFF_AFTER_DAYS = 5;
const DAY_MS = 86_400_000;
/** Messages of a webhook that its log holds (count). */
const LOG_MAX = 1_000;

/** Four times as long after each attempt, up to a day, a quarter more or less. `random` is from 0 to 1. */
export const backOffMs = (attempts: number, random: number): number =>
  Math.round(Math.min(BACK_OFF_MS.max, BACK_OFF_MS.first * BACK_OFF_MS.factor ** (attempts - 1)) * (0.75 + random / 2));

const startOf = async (answer: Response): Promise<string> => {
  const reader = answer.body?.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size < ANSWER_BYTES) {
    const next = await reader?.read();
    if (next === undefined || next.done) break;
    chunks.push(next.value);
    size += next.value.length;
  }
  // what comes after is not waited for
  await reader?.cancel().catch(() => undefined);
  const text = new TextDecoder().decode(Buffer.concat(chunks).subarray(0, ANSWER_BYTES));
  return text.replaceAll("\0", "");
};

type Tried = Pick<Outcome, "durationMs" | "status" | "answer" | "error">;

const attempt = async (
  { post, version, timeoutMs = TIMEOUT_MS }: DeliverDeps,
  { url }: WebhookRecord,
  { id, body }: DeliveryRecord,
  { secrets, signal }: { secrets: readonly string[]; signal: AbortSignal },
): Promise<Tried> => {
  const startedAt = performance.now();
  const tried = (rest: Omit<Tried, "durationMs">): Tried => ({
    durationMs: Math.round(performance.now() - startedAt),
    ...rest,
  });
  let status: number | null = null;
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const headers = {
      ...signedHeaders({ id, body, nowMs: Date.now() }, secrets),
      "user-agent": `ZeroTrace/${version}`,
    };
    const answer = await post(url, { method: "POST", headers, body, signal: AbortSignal.any([signal, late]) });
    ({ status } = answer);
    const start = await startOf(answer);
    if (status >= 200 && status < 300) return tried({ status, answer: start, error: null });
    const isRedirect = status >= 300 && status < 400;
    const error = isRedirect ? `it redirects (${status}): give the final address` : `it answers ${status}`;
    return tried({ status, answer: start, error });
  } catch (thrown) {
    // where it is cut off decides what is thrown
    const error = late.aborted
      ? `it takes longer than ${timeoutMs / 1000} s`
      : messageOf(thrown).slice(0, ERROR_CHARS_MAX);
    return tried({ status, answer: null, error });
  }
};

const secretsOf = ({ db, keys }: DeliverDeps, companyId: number, webhook: WebhookRecord): Promise<string[]> =>
  db.withCompany(companyId, async (tx) => {
    const { id, secret, previousSecret, previousUntil } = webhook;
    const isOver = previousUntil === null || previousUntil.getTime() <= Date.now();
    const sealed = [secret, ...(previousSecret === null || isOver ? [] : [previousSecret])];
    const open = (one: string): Promise<string> => keys.open(tx, companyId, secretPlace(id), one);
    return [await open(sealed[0] as string), ...(sealed[1] === undefined ? [] : [await open(sealed[1])])];
  });

/** Notes an attempt; false where the webhook must rest now. */
const note = async (
  { db }: DeliverDeps,
  companyId: number,
  webhook: WebhookRecord,
  { delivery, tried }: { delivery: DeliveryRecord; tried: Tried },
): Promise<boolean> =>
  db.withCompany(companyId, async (tx) => {
    const { id, attempts } = delivery;
    if (tried.error === null) {
      await noteAttempt(tx, companyId, id, { ...tried, state: "sent", waitMs: 0 });
      await noteWell(tx, companyId, webhook.id);
      return true;
    }
    const waitMs = backOffMs(attempts, Math.random());
    const state = attempts >= ATTEMPTS_MAX ? "failed" : "waiting";
    await noteAttempt(tx, companyId, id, { ...tried, state, waitMs });
    const since = await noteFailing(tx, companyId, webhook.id, Math.min(waitMs, WEBHOOK_WAIT_MS_MAX));
    if (Date.now() - since.getTime() < OFF_AFTER_DAYS * DAY_MS) return false;
    const why = `Turned off: it took nothing for ${OFF_AFTER_DAYS} days; at last ${tried.error}.`;
    await turnOff(tx, companyId, webhook.id, why);
    const row = { companyId, actor: "server", action: "webhook.off", target: webhook.id, ip: "" };
    await writeAudit(tx, { ...row, detail: { name: webhook.name, error: tried.error } });
    return false;
  });

const deliverTo = async (
  deps: DeliverDeps,
  companyId: number,
  webhook: WebhookRecord,
  signal: AbortSignal,
): Promise<void> => {
  const secrets = await secretsOf(deps, companyId, webhook);
  for (let round = 0; round < ROUNDS_MAX && !signal.aborted; round += 1) {
    const taken = await deps.db.withCompany(companyId, (tx) =>
      takeDeliveries(tx, companyId, webhook.id, { limit: TAKEN_MAX, leaseMs: LEASE_MS }),
    );
    for (const [n, delivery] of taken.entries()) {
      const tried = signal.aborted ? null : await attempt(deps, webhook, delivery, { secrets, signal });
      // stopped in the middle: it may have arrived, and is sent once more
      const isStopped = tried === null || (signal.aborted && tried.error !== null);
      if (!isStopped && (await note(deps, companyId, webhook, { delivery, tried }))) continue;
      const rest = taken.slice(isStopped ? n : n + 1).map(({ id }) => id);
      await deps.db.withCompany(companyId, (tx) => giveBack(tx, companyId, rest));
      return;
    }
    if (taken.length < TAKEN_MAX) break;
  }
  await deps.db.withCompany(companyId, (tx) => trimLog(tx, companyId, webhook.id, LOG_MAX));
};

/**
 * The job that makes messages of what happened and sends those whose time has come, each at least once, oldest first as far as they
 * arrive. A webhook that fails holds no other up, and neither does one whose secret cannot be opened.
 */
export const deliverWebhooks = async (
  deps: DeliverDeps,
  { companyId }: { companyId: number },
  signal: AbortSignal,
): Promise<void> => {
  await fanOut(deps.db, companyId, signal);
  const webhooks = await deps.db.withCompany(companyId, (tx) => webhooksOf(tx, companyId));
  const due = webhooks.filter(({ isOn, nextTryAt }) => isOn && nextTryAt.getTime() <= Date.now());
  const ends = await Promise.allSettled(due.map((webhook) => deliverTo(deps, companyId, webhook, signal)));
  const failed = ends.find((end) => end.status === "rejected");
  if (failed !== undefined) throw failed.reason;
};

/** Orders the job for each company where something is due. */
export const requestWebhooks = async (db: Database, companyIds: readonly number[]): Promise<void> => {
  for (const companyId of companyIds) {
    await db.withCompany(companyId, async (tx) => {
      if (!(await isAnythingDue(tx, companyId))) return;
      const key = `webhook-deliver:${companyId}`;
      await enqueue(tx, { task: "webhook-deliver", payload: { companyId }, key, maxAttempts: 3 });
    });
  }
};

/** Seals the secrets anew that an older data key of the company sealed; answers of how many webhooks. */
export const resealWebhooks = async (db: Database, keys: CompanyKeys, companyId: number): Promise<number> =>
  db.withCompany(companyId, async (tx) => {
    let count = 0;
    for (const { id, secret: from, previousSecret } of await webhooksOf(tx, companyId)) {
      const place = secretPlace(id);
      const anew = async (sealed: string): Promise<string> =>
        keys.seal(tx, companyId, place, await keys.open(tx, companyId, place, sealed));
      const isOld =
        (await keys.isOld(tx, companyId, from)) ||
        (previousSecret !== null && (await keys.isOld(tx, companyId, previousSecret)));
      if (!isOld) continue;
      const previous = previousSecret === null ? null : await anew(previousSecret);
      await replaceSecrets(tx, companyId, { id, from, secret: await anew(from), previous });
      count += 1;
    }
    return count;
  });
