import type { Tx } from "../../platform/db/index.ts";

/** Stores a password and ends the person's tickets; after a reset the known browsers and networks too. For the service role. */
export const storePassword = async (
  tx: Tx,
  personId: string,
  { hash, now, isReset }: { hash: string; now: Date; isReset: boolean },
): Promise<void> => {
  await tx.query(`update person set password_hash = $2, password_changed_at = $3 where id = $1`, [personId, hash, now]);
  await tx.query(`delete from person_ticket where person_id = $1`, [personId]);
  if (!isReset) return;
  await tx.query(`delete from person_device where person_id = $1`, [personId]);
  await tx.query(`delete from person_network where person_id = $1`, [personId]);
};

/** Every company that a person is or was a member of; for the service role without a company. */
export const allCompaniesOf = async (tx: Tx, personId: string): Promise<number[]> =>
  (
    await tx.query<{ id: number }>(`select company_id as id from membership where person_id = $1 order by company_id`, [
      personId,
    ])
  ).map(({ id }) => id);

/**
 * The companies that an account reaches: those that somebody joined with it. A membership that single sign-on or a directory made holds
 * for that alone, either way: who took an email first at one company reaches into no other, and a company that names somebody's email
 * is told nothing of the account. For the service role without a company.
 */
export const ownCompaniesOf = async (tx: Tx, personId: string): Promise<number[]> =>
  (
    await tx.query<{ id: number }>(
      `select company_id as id from membership where person_id = $1 and source in ('invitation', 'server')
       order by company_id`,
      [personId],
    )
  ).map(({ id }) => id);

/** Notes that a mail reached the holder of an account. For the service role. */
export const proveEmail = async (tx: Tx, personId: string, now: Date): Promise<void> => {
  await tx.query(`update person set email_proved_at = $2 where id = $1 and email_proved_at is null`, [personId, now]);
};

/** A person as the account has it; null for none. For the service role. */
export const accountOf = async (
  tx: Tx,
  who: { id: string } | { email: string },
): Promise<{ id: string; email: string; name: string; passwordHash: string | null; isActive: boolean } | null> => {
  const [column, value] = "id" in who ? ["id", who.id] : ["email", who.email];
  const [row] = await tx.query<{
    id: string;
    email: string;
    name: string;
    passwordHash: string | null;
    isActive: boolean;
  }>(
    `select id, email, name, password_hash as "passwordHash", deactivated_at is null as "isActive" from person
     where ${column} = $1`,
    [value],
  );
  return row ?? null;
};

/** Stores somebody new; false where the email has an account. For the service role. */
export const insertAccount = async (
  tx: Tx,
  account: { id: string; email: string; name: string; hash: string; now: Date },
): Promise<boolean> => {
  const rows = await tx.query<{ id: string }>(
    `insert into person (id, email, name, password_hash, password_changed_at) values ($1, $2, $3, $4, $5)
     on conflict (email) do nothing returning id`,
    [account.id, account.email, account.name, account.hash, account.now],
  );
  return rows.length === 1;
};

/** Gives an account a name. For the service role. */
export const renameAccount = async (tx: Tx, personId: string, name: string): Promise<void> => {
  await tx.query(`update person set name = $2 where id = $1`, [personId, name]);
};
