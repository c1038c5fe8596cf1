import type { Tx } from "../../platform/db/index.ts";

/** An authority as it is kept. */
export interface StoredAuthority {
  readonly id: string;
  /** DER. */
  readonly certificate: Buffer;
  /** Sealed under the company's key. */
  readonly key: string;
  readonly expiresAt: Date;
}

/** The authorities of a company whose certificates may still be good, newest first. */
export const authoritiesOf = (tx: Tx, companyId: number): Promise<StoredAuthority[]> =>
  tx.query(
    `select id, certificate, key, expires_at as "expiresAt" from company_ca
     where company_id = $1 and expires_at > now() order by created_at desc, id`,
    [companyId],
  );

/** Keeps the making of a company's authority to one at a time, until the transaction ends. */
export const lockAuthorities = async (tx: Tx, companyId: number): Promise<void> => {
  await tx.query("select pg_advisory_xact_lock(hashtext('company_ca'), $1)", [companyId]);
};

/** Keeps an authority. */
export const insertAuthority = async (tx: Tx, companyId: number, authority: StoredAuthority): Promise<void> => {
  await tx.query(`insert into company_ca (company_id, id, certificate, key, expires_at) values ($1, $2, $3, $4, $5)`, [
    companyId,
    authority.id,
    authority.certificate,
    authority.key,
    authority.expiresAt,
  ]);
};
