import { AppError } from "@zerotrace/core";
import type { CompanyKeys } from "../../platform/crypto/index.ts";
import type { Database, Tx } from "../../platform/db/index.ts";
import { allSealed, providerCompany, replaceSealed } from "./sql.ts";

const place = (factorId: string) => ({ table: "person_factor", column: "sealed", row: factorId });

/** Runs in a transaction of the provider company, whose data keys seal the secrets of people. */
const asProvider = async <T>(db: Database, run: (tx: Tx, companyId: number) => Promise<T>): Promise<T> => {
  const companyId = await db.asService(providerCompany);
  if (companyId === null) throw new AppError("INTERNAL", "No company runs the platform.");
  return db.asServiceFor(companyId, (tx) => run(tx, companyId));
};

/** Seals the secret of an authenticator app to its row. */
export const sealSecret = (db: Database, keys: CompanyKeys, factorId: string, secret: string): Promise<string> =>
  asProvider(db, (tx, companyId) => keys.seal(tx, companyId, place(factorId), secret));

/** Opens secrets, each by the id of its row. Throws UNSEALABLE. */
export const openSecrets = (
  db: Database,
  keys: CompanyKeys,
  rows: readonly { id: string; sealed: string }[],
): Promise<{ id: string; secret: string }[]> =>
  asProvider(db, async (tx, companyId) => {
    const opened = [];
    for (const { id, sealed } of rows) opened.push({ id, secret: await keys.open(tx, companyId, place(id), sealed) });
    return opened;
  });

/** Seals the secrets anew that an older data key sealed, where the company is the provider; answers how many. */
export const resealFactors = async (db: Database, keys: CompanyKeys, companyId: number): Promise<number> =>
  db.asServiceFor(companyId, async (tx) => {
    if ((await providerCompany(tx)) !== companyId) return 0;
    let count = 0;
    for (const { id, sealed } of await allSealed(tx)) {
      if (!(await keys.isOld(tx, companyId, sealed))) continue;
      const to = await keys.seal(tx, companyId, place(id), await keys.open(tx, companyId, place(id), sealed));
      await replaceSealed(tx, id, { from: sealed, to });
      count += 1;
    }
    return count;
  });
