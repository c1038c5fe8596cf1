import { messageOf } from "@zerotrace/core";
import { hostname } from "node:os";
import type { CompanyKeys } from "../../platform/crypto/index.ts";
import type { Database } from "../../platform/db/index.ts";
import { enqueue } from "../../platform/queue/index.ts";
import { type Link, linksAfter } from "./chain-sql.ts";
import { type Delivery, postLines, receiverOf, sendSyslog } from "./deliver.ts";
import { cefLine, jsonLine, syslogMessage } from "./formats.ts";
import { hasDueSink, listSinks, noteFailure, noteSent, replaceSecret, type Sink } from "./sink-sql.ts";

export interface ForwardDeps {
  readonly db: Database;
  readonly keys: CompanyKeys;
  readonly version: string;
  /** Hosts, or host:port, that may be sent to although they are not public or without TLS. */
  readonly auditSinkHosts: readonly string[];
  /** For tests. */
  readonly ca?: string;
}

/** Links of one delivery. */
const BATCH = 500;
/** Deliveries to one receiver in one run; what is left then is the next one's. */
const BATCHES_MAX = 100;
const BACK_OFF_MS = { first: 5_000, max: 3_600_000 };
const ERROR_CHARS_MAX = 300;

/** Where a receiver's secret is sealed to. */
export const secretPlace = (sinkId: string) => ({ table: "audit_sink", column: "secret", row: sinkId });

/** Twice as long after each failure, up to an hour. */
export const backOffMs = (failureCount: number): number =>
  Math.min(BACK_OFF_MS.max, BACK_OFF_MS.first * 2 ** Math.min(failureCount, 20));

const deliver = async (deps: ForwardDeps, sink: Sink, links: readonly Link[], secret: string | null): Promise<void> => {
  const { auditSinkHosts: allowed, ca, version } = deps;
  const delivery: Delivery = { receiver: receiverOf(sink.url, allowed), allowed, ...(ca === undefined ? {} : { ca }) };
  const lineOf = (link: Link): string => (sink.format === "cef" ? cefLine(link, version) : jsonLine(link));
  if (sink.kind === "http") {
    return postLines(delivery, links.map(lineOf), { format: sink.format, authorization: secret });
  }
  return sendSyslog(
    delivery,
    links.map((link) => syslogMessage(link, lineOf(link), hostname())),
  );
};

const secretOf = async ({ db, keys }: ForwardDeps, companyId: number, sink: Sink): Promise<string | null> => {
  const { secret } = sink;
  if (secret === null) return null;
  return db.withCompany(companyId, (tx) => keys.open(tx, companyId, secretPlace(sink.id), secret));
};

const forwardTo = async (deps: ForwardDeps, companyId: number, sink: Sink, signal: AbortSignal): Promise<void> => {
  const { db } = deps;
  const secret = await secretOf(deps, companyId, sink);
  let sentSeq = sink.sentSeq;
  for (let batch = 0; batch < BATCHES_MAX && !signal.aborted; batch += 1) {
    const from = sentSeq;
    const links = await db.withCompany(companyId, (tx) => linksAfter(tx, companyId, from, BATCH));
    const last = links.at(-1);
    if (last === undefined) return;
    await deliver(deps, sink, links, secret);
    // noted after it arrived: after a crash between the two it is sent again
    if (!(await db.withCompany(companyId, (tx) => noteSent(tx, companyId, sink.id, from, last.seq)))) return;
    sentSeq = last.seq;
    if (links.length < BATCH) return;
  }
};

/**
 * The job that sends a company's trail to its receivers, each in the order of the chain, every link at least once. One that fails is
 * tried again after 5 s, then twice as long each time up to an hour, and holds nobody else up.
 */
export const forwardAudit = async (
  deps: ForwardDeps,
  { companyId }: { companyId: number },
  signal: AbortSignal,
): Promise<void> => {
  const { db } = deps;
  const sinks = await db.withCompany(companyId, (tx) => listSinks(tx, companyId));
  const due = sinks.filter(({ nextTryAt }) => nextTryAt.getTime() <= Date.now());
  await Promise.all(
    due.map(async (sink) => {
      try {
        await forwardTo(deps, companyId, sink, signal);
      } catch (error) {
        const failure = { error: messageOf(error).slice(0, ERROR_CHARS_MAX), waitMs: backOffMs(sink.failureCount) };
        await db.withCompany(companyId, (tx) => noteFailure(tx, companyId, sink.id, failure));
      }
    }),
  );
};

/** Orders the job for each company that has a receiver whose turn has come. */
export const requestForwarding = async (db: Database, companyIds: readonly number[]): Promise<void> => {
  for (const companyId of companyIds) {
    await db.withCompany(companyId, async (tx) => {
      if (!(await hasDueSink(tx, companyId))) return;
      const name = `audit-forward:${companyId}`;
      await enqueue(tx, { task: "audit-forward", payload: { companyId }, key: name, queueName: name, maxAttempts: 3 });
    });
  }
};

/** Seals the receivers' secrets anew that an older data key of the company sealed; answers how many. */
export const resealSinks = async (db: Database, keys: CompanyKeys, companyId: number): Promise<number> =>
  db.withCompany(companyId, async (tx) => {
    let count = 0;
    for (const { id, secret } of await listSinks(tx, companyId)) {
      if (secret === null || !(await keys.isOld(tx, companyId, secret))) continue;
      const place = secretPlace(id);
      const to = await keys.seal(tx, companyId, place, await keys.open(tx, companyId, place, secret));
      await replaceSecret(tx, companyId, id, { from: secret, to });
      count += 1;
    }
    return count;
  });
