import { revokeSessionsOf } from "../../../platform/auth/index.ts";
import type { Database, Tx } from "../../../platform/db/index.ts";
import { ownCompaniesOf, storePassword } from "../account-sql.ts";

/** A new password of a person. */
export interface NewPassword {
  readonly personId: string;
  readonly hash: string;
  readonly now: Date;
  /** The session that chose it, which stays. */
  readonly keep?: string;
  /** Somebody may have had the account: its known browsers and networks are forgotten too. */
  readonly isReset: boolean;
}

/**
 * Stores a password and ends the person's other sessions in every company that the account reaches, each with what `audit` writes in the same transaction.
 * Answers the ended credentials, to be given to `forget`.
 */
export const replacePassword = async (
  db: Database,
  { personId, hash, now, keep, isReset }: NewPassword,
  audit: (tx: Tx, companyId: number) => Promise<void>,
): Promise<string[]> => {
  const companyIds = await db.asService(async (tx) => {
    await storePassword(tx, personId, { hash, now, isReset });
    return ownCompaniesOf(tx, personId);
  });
  const ended: string[] = [];
  for (const companyId of companyIds) {
    const ids = await db.withCompany(companyId, async (tx) => {
      await audit(tx, companyId);
      return revokeSessionsOf(tx, companyId, [personId], { now, ...(keep === undefined ? {} : { keep }) });
    });
    ended.push(...ids);
  }
  return ended;
};
