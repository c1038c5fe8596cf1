import { messageOf } from "@zerotrace/core";
import type { Database } from "../../platform/db/index.ts";
import type { SecurityEvent } from "../../platform/http/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import { insertForKnownCompany } from "./sql.ts";

/** Writes security events into the trails of the companies that they concern. */
export interface SecurityTrail {
  /** Takes an event; never waits and never throws. */
  readonly report: (event: SecurityEvent) => void;
  /** Writes what was only counted so far; resolves when everything is written. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

/** Events of one kind from one caller within this time are one row and one count, in ms. */
const WINDOW_MS = 60_000;
/** Rows of one company in one window; what is beyond is counted by kind. */
const COMPANY_ROWS_MAX = 30;
/** Callers remembered in one window. */
const CALLERS_MAX = 5_000;
/** Rows on their way to the database; what is beyond is only logged. */
const WRITING_MAX = 32;

interface Counted {
  readonly event: SecurityEvent;
  /** Those that no row tells yet. */
  more: number;
}

/**
 * The first event of a caller in a minute is a row at once, what follows is one row with the count at the minute's end: an attack
 * writes no faster than that. Every event is a line in the log, which also has those that concern no company.
 */
export const createSecurityTrail = (deps: { db: Database; log: Logger }): SecurityTrail => {
  const { db, log } = deps;
  const writing = new Set<Promise<void>>();
  let callers = new Map<string, Counted>();
  let rows = new Map<number, number>();

  const write = (companyId: number, event: SecurityEvent, count: number): void => {
    if (writing.size >= WRITING_MAX) return;
    const { actor, target, code, ip } = event;
    const row = { companyId, actor, action: `security.${event.event}`, target, detail: { code, count }, ip };
    const done = db
      .withCompany(companyId, (tx) => insertForKnownCompany(tx, row))
      .catch((error: unknown) => log.warn({ error: messageOf(error) }, "a security event was not written"))
      .finally(() => writing.delete(done));
    writing.add(done);
  };
  const isNewRow = (companyId: number, key: string): boolean => {
    const count = rows.get(companyId) ?? 0;
    if (callers.has(key) || count >= COMPANY_ROWS_MAX || callers.size >= CALLERS_MAX) return false;
    rows.set(companyId, count + 1);
    return true;
  };
  const count = (key: string, event: SecurityEvent): void => {
    const found = callers.get(key) ?? { event, more: 0 };
    found.more += 1;
    callers.set(key, found);
  };
  const close = (): void => {
    const [counted] = [[...callers.values()], (callers = new Map()), (rows = new Map())];
    for (const { event, more } of counted)
      if (event.companyId !== null && more > 0) write(event.companyId, event, more);
  };
  const timer = setInterval(close, WINDOW_MS);
  timer.unref();
  const flush = async (): Promise<void> => {
    // the first of a kind before how many came after it
    await Promise.all(writing);
    close();
    await Promise.all(writing);
  };

  return {
    report: (event) => {
      const { event: name, companyId, actor, target, ip, code } = event;
      const fields = { "event.action": name, "organization.id": companyId, "client.ip": ip, actor, target, code };
      log.warn(fields, "security event");
      if (companyId === null) return;
      const key = [companyId, name, actor, target, ip].join("\n");
      if (isNewRow(companyId, key)) {
        callers.set(key, { event, more: 0 });
        write(companyId, event, 1);
      } else if (callers.has(key)) count(key, event);
      else count(`${companyId}\n${name}`, { ...event, actor: "several", target: "several", ip: "" });
    },
    flush,
    stop: async () => {
      clearInterval(timer);
      await flush();
    },
  };
};
