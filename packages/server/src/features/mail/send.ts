import { messageOf } from "@zerotrace/core";
import type { CompanyKeys } from "../../platform/crypto/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import { enqueue } from "../../platform/queue/index.ts";
import { compose, linkPlace } from "./compose.ts";
import { expand, isDigestHour, makeDigest } from "./expand.ts";
import {
  dropMail,
  dropWaiting,
  giveBack,
  isAnyDue,
  type MailRecord,
  noteFailed,
  noteSent,
  replaceLink,
  sentLately,
  takeMails,
  waitingLinks,
} from "./outbox-sql.ts";
import { MailRefused, type MailServer, type Sender } from "./server.ts";
import { companyMail, isDigestDue, noteWell, noteWrong } from "./sql.ts";

export interface SendDeps {
  readonly db: Database;
  readonly keys: CompanyKeys;
  readonly log: Pick<Logger, "warn">;
  /** Null: no mail server is set, and what waits is dropped. */
  readonly server: Pick<MailServer, "publicUrl" | "from"> | null;
  readonly sender: Sender | null;
  /** 500 when not given. */
  readonly hourMax?: number;
}

/** Mails that a company sends within an hour (count): beyond that they wait. */
export const HOUR_MAX = 500;
/** Mails taken at once, for how long nobody else takes them, and readings of one run. */
const TAKEN_MAX = 10;
const LEASE_MS = 10 * 60_000;
const ROUNDS_MAX = 50;
/** Attempts of one mail: the last comes about a day after the first. */
const ATTEMPTS_MAX = 10;
const BACK_OFF_MS = { first: 60_000, factor: 3, max: 6 * 3_600_000 };
/** A server that fails is asked again after so long at most. */
const COMPANY_WAIT_MS_MAX = 15 * 60_000;

/** Three times as long after each attempt, up to six hours, a quarter more or less. `random` is from 0 to 1. */
export const backOffMs = (attempts: number, random: number): number =>
  Math.round(Math.min(BACK_OFF_MS.max, BACK_OFF_MS.first * BACK_OFF_MS.factor ** (attempts - 1)) * (0.75 + random / 2));

/** What is wrong with a mail, and whether others of the company may do better. */
type Wrong = { readonly error: string; readonly isFinal: boolean; readonly isOfServer: boolean };

/** Hands a mail over; null when the server took it, or there was nothing to tell. */
const attempt = async (
  { db, keys, sender, server }: SendDeps & { sender: Sender; server: Pick<MailServer, "publicUrl" | "from"> },
  companyId: number,
  mail: MailRecord,
): Promise<Wrong | null> => {
  let letter: Awaited<ReturnType<typeof compose>>;
  try {
    letter = await compose({ db, keys, publicUrl: server.publicUrl }, companyId, mail);
  } catch (thrown) {
    // one that cannot be written holds no other up
    return { error: messageOf(thrown).slice(0, 300), isFinal: false, isOfServer: false };
  }
  if (letter === null) {
    await db.withCompany(companyId, (tx) => dropMail(tx, companyId, mail.id));
    return null;
  }
  try {
    await sender.send({ ...letter, messageId: `<${mail.id}@${server.from.split("@")[1]}>` });
  } catch (thrown) {
    const isFinal = thrown instanceof MailRefused && thrown.isFinal;
    return { error: messageOf(thrown), isFinal, isOfServer: !isFinal };
  }
  const { address } = letter.to;
  await db.withCompany(companyId, async (tx) => {
    await noteSent(tx, companyId, mail.id, address);
    await noteWell(tx, companyId);
  });
  return null;
};

/** Notes what went wrong with a mail. */
const note = async ({ db, log }: SendDeps, companyId: number, mail: MailRecord, wrong: Wrong): Promise<void> => {
  const { id, kind, attempts } = mail;
  const { error, isFinal, isOfServer } = wrong;
  const waitMs = isFinal || attempts >= ATTEMPTS_MAX ? null : backOffMs(attempts, Math.random());
  await db.withCompany(companyId, async (tx) => {
    await noteFailed(tx, companyId, id, { error, waitMs });
    const rest = isOfServer ? Math.min(waitMs ?? COMPANY_WAIT_MS_MAX, COMPANY_WAIT_MS_MAX) : null;
    await noteWrong(tx, companyId, { error, waitMs: rest });
  });
  log.warn({ "organization.id": companyId, mail: id, kind, attempts, error }, "mail not sent");
};

/**
 * The job that sends a company's mails whose time has come, each at least once, oldest first as far as the server takes them. One that
 * cannot be sent holds no other up; a server that takes none lets all wait. Without a server what waits is dropped.
 */
export const sendMails = async (
  deps: SendDeps,
  { companyId }: { companyId: number },
  signal: AbortSignal,
): Promise<void> => {
  const { db, server, sender, hourMax = HOUR_MAX } = deps;
  if (server === null || sender === null) {
    await db.withCompany(companyId, (tx) => dropWaiting(tx, companyId));
    return;
  }
  await db.withCompany(companyId, (tx) => makeDigest(tx, companyId, new Date()));
  await db.withCompany(companyId, (tx) => expand(tx, companyId));
  for (let round = 0; round < ROUNDS_MAX && !signal.aborted; round += 1) {
    const taken = await db.withCompany(companyId, async (tx) => {
      const rests = ((await companyMail(tx, companyId))?.nextTryAt.getTime() ?? 0) > Date.now();
      const left = rests ? 0 : hourMax - (await sentLately(tx, companyId));
      return left <= 0 ? [] : takeMails(tx, companyId, { limit: Math.min(TAKEN_MAX, left), leaseMs: LEASE_MS });
    });
    for (const [n, mail] of taken.entries()) {
      const wrong = signal.aborted ? null : await attempt({ ...deps, server, sender }, companyId, mail);
      if (wrong !== null) await note(deps, companyId, mail, wrong);
      if (!signal.aborted && wrong?.isOfServer !== true) continue;
      // what was tried is noted; a stop in between leaves the rest to the next run
      const rest = taken.slice(signal.aborted && wrong === null ? n : n + 1).map(({ id }) => id);
      await db.withCompany(companyId, (tx) => giveBack(tx, companyId, rest));
      return;
    }
    if (taken.length === 0) return;
  }
};

/** Orders the job of sending for a company. */
export const orderSending = async (tx: Parameters<typeof enqueue>[0], companyId: number): Promise<void> => {
  const key = `mail-send:${companyId}`;
  await enqueue(tx, { task: "mail-send", payload: { companyId }, key, maxAttempts: 3 });
};

/** Orders the job for each company where a mail's time has come, or the day's reminders. */
export const requestMails = async (db: Database, companyIds: readonly number[], hasServer: boolean): Promise<void> => {
  const now = new Date();
  for (const companyId of companyIds) {
    await db.withCompany(companyId, async (tx) => {
      const hasDigest = hasServer && isDigestHour(now) && (await isDigestDue(tx, companyId, now));
      if (hasDigest || (await isAnyDue(tx, companyId))) await orderSending(tx, companyId);
    });
  }
};

/** Seals the links anew that an older data key of the company sealed; answers how many. */
export const resealMails = async (db: Database, keys: CompanyKeys, companyId: number): Promise<number> =>
  db.withCompany(companyId, async (tx) => {
    let count = 0;
    for (const { id, link } of await waitingLinks(tx, companyId)) {
      if (!(await keys.isOld(tx, companyId, link))) continue;
      const plain = await keys.open(tx, companyId, linkPlace(id), link);
      await replaceLink(tx, companyId, id, await keys.seal(tx, companyId, linkPlace(id), plain));
      count += 1;
    }
    return count;
  });
