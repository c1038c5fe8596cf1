import type { SignInMethod } from "../../../platform/auth/index.ts";
import type { Tx } from "../../../platform/db/index.ts";

/** An account as the sign-in sees it. */
export interface Account {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string | null;
  readonly isActive: boolean;
  /** The device hash of those shown that is this account's, in hexadecimal letters. */
  readonly deviceId: string | null;
  readonly isNear: boolean;
  /** Companies where the person is an active member, the last used first. */
  readonly companyIds: readonly number[];
}

/**
 * A membership that single sign-on or SCIM made holds for single sign-on only: whoever took the email first at another company does
 * not come by a password into one that never invited them.
 */
const COMPANIES = `array(
  select m.company_id from membership m join company c on c.id = m.company_id and c.state = 'active'
  where m.person_id = p.id and m.deactivated_at is null and m.source in ('invitation', 'server')
  order by m.last_seen_at desc nulls last, m.company_id)`;

/** The account of an email in small letters, and whether the caller's device or network is known to it; null for none. */
export const findAccount = async (
  tx: Tx,
  email: string,
  caller: { devices: readonly Buffer[]; network: string },
): Promise<Account | null> => {
  const [row] = await tx.prepared<Account>(
    "sign_in_account",
    `select p.id, p.email, p.name, p.password_hash as "passwordHash", p.deactivated_at is null as "isActive",
       (select encode(d.hash, 'hex') from person_device d where d.person_id = p.id and d.hash = any($2) limit 1) as "deviceId",
       exists (select 1 from person_network n where n.person_id = p.id and n.network = $3) as "isNear",
       ${COMPANIES} as "companyIds"
     from person p where p.email = $1`,
    [email, caller.devices, caller.network],
  );
  return row ?? null;
};

/** Companies where a person is an active member in any way, the last used first. */
export const homesOf = async (tx: Tx, personId: string): Promise<number[]> =>
  (
    await tx.query<{ id: number }>(
      `select m.company_id as id from membership m join company c on c.id = m.company_id and c.state = 'active'
       where m.person_id = $1 and m.deactivated_at is null order by m.last_seen_at desc nulls last, m.company_id`,
      [personId],
    )
  ).map(({ id }) => id);

/** A person who has proved the first step. */
export interface SigningIn extends Pick<Account, "id" | "email" | "name" | "deviceId" | "companyIds"> {
  /** Has a second factor in force. */
  readonly hasFactor: boolean;
}

/** A person with the companies to sign in to, the last used first; null for none or one that is deactivated. */
export const findPerson = async (tx: Tx, personId: string, devices: readonly Buffer[]): Promise<SigningIn | null> => {
  const [row] = await tx.query<SigningIn>(
    `select p.id, p.email, p.name,
       (select encode(d.hash, 'hex') from person_device d where d.person_id = p.id and d.hash = any($2) limit 1) as "deviceId",
       exists (select 1 from person_factor f where f.person_id = p.id and f.kind in ('totp', 'passkey')
         and f.confirmed_at is not null) as "hasFactor",
       ${COMPANIES} as "companyIds"
     from person p where p.id = $1 and p.deactivated_at is null`,
    [personId, devices],
  );
  return row ?? null;
};

/** Stores a new hash in place of `from`; nothing where the password was changed meanwhile. */
export const replaceHash = async (tx: Tx, personId: string, from: string, to: string): Promise<void> => {
  await tx.query(`update person set password_hash = $3 where id = $1 and password_hash = $2`, [personId, from, to]);
};

/** Remembers the browser and the network of a sign-in, and of each the newest only. */
export const rememberCaller = async (
  tx: Tx,
  personId: string,
  caller: { device: Buffer; network: string; devicesMax: number; networksMax: number; now: Date },
): Promise<void> => {
  const { device, network, devicesMax, networksMax, now } = caller;
  await tx.query(
    `insert into person_device (person_id, hash, last_used_at) values ($1, $2, $3)
     on conflict (person_id, hash) do update set last_used_at = excluded.last_used_at`,
    [personId, device, now],
  );
  await tx.query(
    `insert into person_network (person_id, network, last_used_at) values ($1, $2, $3)
     on conflict (person_id, network) do update set last_used_at = excluded.last_used_at`,
    [personId, network, now],
  );
  await tx.query(
    `delete from person_device where person_id = $1 and hash in (
       select hash from person_device where person_id = $1 order by last_used_at desc, hash offset $2)`,
    [personId, devicesMax],
  );
  await tx.query(
    `delete from person_network where person_id = $1 and network in (
       select network from person_network where person_id = $1 order by last_used_at desc, network offset $2)`,
    [personId, networksMax],
  );
};

/** Whether a person is the owner of a company. */
export const isOwner = async (tx: Tx, companyId: number, personId: string): Promise<boolean> =>
  (
    await tx.query(
      `select person_id from membership where company_id = $1 and person_id = $2 and is_owner and deactivated_at is null`,
      [companyId, personId],
    )
  ).length === 1;

/** Notes that a member is here. */
export const touchMembership = async (tx: Tx, companyId: number, personId: string, now: Date): Promise<void> => {
  await tx.query(`update membership set last_seen_at = $3 where company_id = $1 and person_id = $2`, [
    companyId,
    personId,
    now,
  ]);
};

/** What a ticket is for. */
export type TicketPurpose = "second_factor" | "password_reset";

export interface TicketDetail {
  readonly companyId?: number;
  readonly method?: SignInMethod;
  /** It went out by mail alone: whoever shows it reads the account's mails. */
  readonly isMailed?: boolean;
}

/** Stores a ticket, deletes the person's expired ones and, beyond `keptMax`, the oldest of its purpose. */
export const insertTicket = async (
  tx: Tx,
  ticket: {
    hash: Buffer;
    personId: string;
    purpose: TicketPurpose;
    detail: TicketDetail;
    tries: number;
    now: Date;
    expiresAt: Date;
    keptMax: number;
  },
): Promise<void> => {
  const { hash, personId, purpose, detail, tries, now, expiresAt, keptMax } = ticket;
  await tx.query(`delete from person_ticket where person_id = $1 and expires_at <= $2`, [personId, now]);
  await tx.query(
    `insert into person_ticket (hash, person_id, purpose, detail, tries_left, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [hash, personId, purpose, detail, tries, now, expiresAt],
  );
  await tx.query(
    `delete from person_ticket where hash in (
       select hash from person_ticket where person_id = $1 and purpose = $2 order by created_at desc, hash offset $3)`,
    [personId, purpose, keptMax],
  );
};

/** Takes one try of a ticket; null when there is none, it has expired or all tries are used. */
export const tryTicket = async (
  tx: Tx,
  hash: Buffer,
  purpose: TicketPurpose,
  now: Date,
): Promise<{ personId: string; detail: TicketDetail } | null> => {
  const [row] = await tx.query<{ personId: string; detail: TicketDetail }>(
    `update person_ticket set tries_left = tries_left - 1
     where hash = $1 and purpose = $2 and expires_at > $3 and tries_left > 0 returning person_id as "personId", detail`,
    [hash, purpose, now],
  );
  return row ?? null;
};

/** Whose ticket it is, without taking a try; null when it is not valid (any more). */
export const readTicket = async (tx: Tx, hash: Buffer, purpose: TicketPurpose, now: Date): Promise<string | null> => {
  const [row] = await tx.query<{ personId: string }>(
    `select person_id as "personId" from person_ticket
     where hash = $1 and purpose = $2 and expires_at > $3 and tries_left > 0`,
    [hash, purpose, now],
  );
  return row?.personId ?? null;
};

/** Ends a ticket; of several at once for one only it is true. */
export const deleteTicket = async (tx: Tx, hash: Buffer): Promise<boolean> =>
  (await tx.query(`delete from person_ticket where hash = $1 returning hash`, [hash])).length === 1;

/** Ends all tickets of a person. */
export const deleteTickets = async (tx: Tx, personId: string): Promise<void> => {
  await tx.query(`delete from person_ticket where person_id = $1`, [personId]);
};
