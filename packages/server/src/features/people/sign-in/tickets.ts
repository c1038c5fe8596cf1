import { createHash, randomBytes } from "node:crypto";
import type { Database } from "../../../platform/db/index.ts";
import { deleteTicket, insertTicket, type TicketDetail, readTicket, type TicketPurpose, tryTicket } from "./sql.ts";

const SECRET_BYTES = 32;
/** Tickets of one purpose that a person has at once. */
const KEPT_MAX = 10;
const LIFE_MS: Readonly<Record<TicketPurpose, number>> = { second_factor: 5 * 60_000, password_reset: 3_600_000 };
const TRIES: Readonly<Record<TicketPurpose, number>> = { second_factor: 5, password_reset: 20 };

const hashOf = (ticket: string): Buffer => createHash("sha256").update(ticket).digest();

/** Whose ticket it is and what it was made with. */
export interface TicketHolder extends TicketDetail {
  readonly personId: string;
}

/** A new ticket: 5 minutes and 5 tries for a second factor, an hour for a password reset. Only its hash is stored. */
export const createTicket = async (
  db: Database,
  { personId, purpose, now, ...detail }: TicketHolder & { purpose: TicketPurpose; now: Date },
): Promise<{ ticket: string; expiresAt: Date }> => {
  const ticket = randomBytes(SECRET_BYTES).toString("base64url");
  const expiresAt = new Date(now.getTime() + LIFE_MS[purpose]);
  const row = { hash: hashOf(ticket), personId, purpose, detail, tries: TRIES[purpose], now, expiresAt };
  await db.asService((tx) => insertTicket(tx, { ...row, keptMax: KEPT_MAX }));
  return { ticket, expiresAt };
};

/** Takes one try of a ticket; null when it is not valid (any more). It still holds until `endTicket`. */
export const takeTicket = async (
  db: Database,
  ticket: string,
  purpose: TicketPurpose,
  now: Date,
): Promise<TicketHolder | null> => {
  const found = await db.asService((tx) => tryTicket(tx, hashOf(ticket), purpose, now));
  return found && { personId: found.personId, ...found.detail };
};

/** Whose ticket it is; null when it is not valid (any more). No try is taken. */
export const holderOfTicket = (
  db: Database,
  ticket: string,
  purpose: TicketPurpose,
  now: Date,
): Promise<string | null> => db.asService((tx) => readTicket(tx, hashOf(ticket), purpose, now));

/** Ends a ticket before what it was for is done; false when another request did so first. */
export const endTicket = (db: Database, ticket: string): Promise<boolean> =>
  db.asService((tx) => deleteTicket(tx, hashOf(ticket)));
