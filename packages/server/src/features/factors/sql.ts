import type { Tx } from "../../platform/db/index.ts";

/** A second factor as its person sees it. */
export interface Factor {
  readonly id: string;
  readonly kind: "totp" | "passkey";
  readonly label: string;
  readonly isBackedUp: boolean | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

/** A passkey as a response is checked against it. */
export interface StoredPasskey {
  readonly id: string;
  readonly personId: string;
  readonly credentialId: Buffer;
  readonly publicKey: Buffer;
  readonly counter: number;
  readonly rpId: string;
  readonly transports: readonly string[];
}

const FACTOR = `id, kind, label, is_backed_up as "isBackedUp", created_at as "createdAt", last_used_at as "lastUsedAt"`;
const PASSKEY = `id, person_id as "personId", credential_id as "credentialId", public_key as "publicKey",
  counter::float8 as counter, rp_id as "rpId", coalesce(transports, '{}') as transports`;
const IN_FORCE = `kind in ('totp', 'passkey') and confirmed_at is not null`;

/** A person's factors in force, oldest first. Service role, as all of these. */
export const factorsOfPerson = (tx: Tx, personId: string): Promise<Factor[]> =>
  tx.query<Factor>(`select ${FACTOR} from person_factor where person_id = $1 and ${IN_FORCE} order by created_at, id`, [
    personId,
  ]);

/** Keeps a person's factors as they are for others until the transaction ends. */
export const lockPerson = async (tx: Tx, personId: string): Promise<void> => {
  await tx.query("select id from person where id = $1 for update", [personId]);
};

/** How many recovery codes a person has left. */
export const countRecoveryCodes = async (tx: Tx, personId: string): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    "select count(*)::int as n from person_factor where person_id = $1 and kind = 'recovery'",
    [personId],
  );
  return row?.n ?? 0;
};

/** The company that runs the platform: its data keys seal the secrets of people, who are of no one company. */
export const providerCompany = async (tx: Tx): Promise<number | null> =>
  (await tx.query<{ id: number }>("select id from company where is_provider"))[0]?.id ?? null;

/** Stores an authenticator app that a code has to confirm yet; others of the person that wait so are gone. */
export const insertTotp = async (
  tx: Tx,
  totp: { id: string; personId: string; label: string; sealed: string },
): Promise<void> => {
  await tx.query("delete from person_factor where person_id = $1 and kind = 'totp' and confirmed_at is null", [
    totp.personId,
  ]);
  await tx.query("insert into person_factor (id, person_id, kind, label, sealed) values ($1, $2, 'totp', $3, $4)", [
    totp.id,
    totp.personId,
    totp.label,
    totp.sealed,
  ]);
};

/** An authenticator app that waits for its first code; null when the person has no such one. */
export const totpToConfirm = async (
  tx: Tx,
  personId: string,
  id: string,
): Promise<{ sealed: string; label: string } | null> => {
  const [row] = await tx.query<{ sealed: string; label: string }>(
    "select sealed, label from person_factor where person_id = $1 and id = $2 and kind = 'totp' and confirmed_at is null",
    [personId, id],
  );
  return row ?? null;
};

/** Puts an authenticator app in force with the step of its first code; false when another request did so first. */
export const confirmTotp = async (
  tx: Tx,
  { id, personId, step, now }: { id: string; personId: string; step: number; now: Date },
): Promise<boolean> =>
  (
    await tx.query(
      `update person_factor set confirmed_at = $4, last_step = $3
       where id = $1 and person_id = $2 and kind = 'totp' and confirmed_at is null returning id`,
      [id, personId, step, now],
    )
  ).length === 1;

/** The sealed secrets of a person's authenticator apps in force. */
export const totpsOfPerson = (tx: Tx, personId: string): Promise<{ id: string; sealed: string }[]> =>
  tx.query(
    `select id, sealed from person_factor
     where person_id = $1 and kind = 'totp' and confirmed_at is not null order by created_at, id`,
    [personId],
  );

/** Uses a step of an authenticator app up; false when it or a later one was used already. */
export const useStep = async (tx: Tx, id: string, step: number, now: Date): Promise<boolean> =>
  (
    await tx.query(
      `update person_factor set last_step = $2, last_used_at = $3 where id = $1 and coalesce(last_step, -1) < $2 returning id`,
      [id, step, now],
    )
  ).length === 1;

/** Every sealed secret, for a change of keys. */
export const allSealed = (tx: Tx): Promise<{ id: string; sealed: string }[]> =>
  tx.query("select id, sealed from person_factor where sealed is not null order by id");

/** Puts a secret under another key, unless somebody did so meanwhile. */
export const replaceSealed = async (tx: Tx, id: string, change: { from: string; to: string }): Promise<void> => {
  await tx.query("update person_factor set sealed = $3 where id = $1 and sealed = $2", [id, change.from, change.to]);
};

/** Stores new recovery codes by their hashes; the former ones are gone. */
export const replaceRecoveryCodes = async (tx: Tx, personId: string, hashes: readonly Buffer[]): Promise<void> => {
  await tx.query("delete from person_factor where person_id = $1 and kind = 'recovery'", [personId]);
  await tx.query(
    `insert into person_factor (person_id, kind, hash, confirmed_at)
     select $1, 'recovery', h, now() from unnest($2::bytea[]) h`,
    [personId, hashes],
  );
};

/** Uses a recovery code up; false when the person has no such one (any more). */
export const useRecoveryCode = async (tx: Tx, personId: string, hash: Buffer): Promise<boolean> =>
  (
    await tx.query("delete from person_factor where person_id = $1 and kind = 'recovery' and hash = $2 returning id", [
      personId,
      hash,
    ])
  ).length === 1;

/** Stores a passkey; false where it is somebody's already. */
export const insertPasskey = async (
  tx: Tx,
  passkey: Omit<StoredPasskey, "transports"> & {
    label: string;
    transports: readonly string[];
    isBackedUp: boolean;
    now: Date;
  },
): Promise<boolean> => {
  const p = passkey;
  const rows = await tx.query(
    `insert into person_factor (id, person_id, kind, label, credential_id, public_key, counter, rp_id, transports,
       is_backed_up, confirmed_at)
     values ($1, $2, 'passkey', $3, $4, $5, $6, $7, $8, $9, $10) on conflict (credential_id) do nothing returning id`,
    [p.id, p.personId, p.label, p.credentialId, p.publicKey, p.counter, p.rpId, p.transports, p.isBackedUp, p.now],
  );
  return rows.length === 1;
};

/** A person's passkeys for a host, oldest first. */
export const passkeysOfPerson = (tx: Tx, personId: string, rpId: string): Promise<StoredPasskey[]> =>
  tx.query<StoredPasskey>(
    `select ${PASSKEY} from person_factor
     where person_id = $1 and kind = 'passkey' and rp_id = $2 order by created_at, id`,
    [personId, rpId],
  );

/** The passkey of a credential's id for a host; null for none. */
export const passkeyById = async (tx: Tx, credentialId: Buffer, rpId: string): Promise<StoredPasskey | null> => {
  const [row] = await tx.prepared<StoredPasskey>(
    "passkey_by_credential",
    `select ${PASSKEY} from person_factor where credential_id = $1 and rp_id = $2`,
    [credentialId, rpId],
  );
  return row ?? null;
};

/** Notes a use with its counter; false when a use with the same or a higher counter came first. Some devices do not count: 0. */
export const usePasskey = async (
  tx: Tx,
  id: string,
  use: { counter: number; isBackedUp: boolean; now: Date },
): Promise<boolean> =>
  (
    await tx.query(
      `update person_factor set counter = $2, is_backed_up = $3, last_used_at = $4
       where id = $1 and (counter < $2 or (counter = 0 and $2 = 0)) returning id`,
      [id, use.counter, use.isBackedUp, use.now],
    )
  ).length === 1;

/** Deletes a factor of a person; null when the person has no such one. */
export const deleteFactor = async (tx: Tx, personId: string, id: string): Promise<Factor | null> => {
  const [row] = await tx.query<Factor>(
    `delete from person_factor where person_id = $1 and id = $2 and kind <> 'recovery' returning ${FACTOR}`,
    [personId, id],
  );
  return row ?? null;
};

/** Deletes everything that a person has beside the password. */
export const deleteAllFactors = async (tx: Tx, personId: string): Promise<void> => {
  await tx.query("delete from person_factor where person_id = $1", [personId]);
};
