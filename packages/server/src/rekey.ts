import { AppError, messageOf } from "@zerotrace/core";
import { resealSigningKeys } from "./features/access-tokens/index.ts";
import { resealSinks } from "./features/audit/index.ts";
import { resealMails } from "./features/mail/index.ts";
import { resealFactors } from "./features/factors/index.ts";
import { resealRegistries } from "./features/registries/index.ts";
import { companyIds } from "./features/feeds/index.ts";
import { resealProviders } from "./features/sso/index.ts";
import { resealWebhooks } from "./features/webhooks/index.ts";
import type { Config } from "./platform/config/index.ts";
import {
  type CompanyKeys,
  keyringPath,
  localMasterKeys,
  type MasterKeys,
  transitMasterKeys,
} from "./platform/crypto/index.ts";
import type { Database, Tx } from "./platform/db/index.ts";
import type { Logger } from "./platform/log/index.ts";
import { enqueue } from "./platform/queue/index.ts";

/** After everything that somebody waits for. */
const PRIORITY = 90;

/** The master keys as the configuration says: a service's, else this machine's. Throws BAD_CONFIG. */
export const masterKeysOf = (config: Config): MasterKeys => {
  const { kmsUrl, kmsKey, kmsToken, masterKey, masterKeyFile, dataDir } = config;
  const local = { variable: masterKey, path: masterKeyFile ?? keyringPath(dataDir) };
  if (kmsUrl === undefined) return localMasterKeys(local);
  if (kmsToken === undefined) {
    throw new AppError("BAD_CONFIG", "kmsUrl needs kmsToken: seal it with `zerotrace config encrypt kmsToken`.", {
      field: "kmsToken",
    });
  }
  return transitMasterKeys({ url: kmsUrl, key: kmsKey, token: kmsToken, former: local });
};

/** The job that puts a company's data keys under the current master key, and its secrets under the newest data key. */
export const rekey = async (
  { db, keys, log }: { db: Database; keys: CompanyKeys; log: Logger },
  companyId: number,
): Promise<void> => {
  const rewrapped = await keys.rewrap(db, companyId);
  const resealed =
    (await resealSinks(db, keys, companyId)) +
    (await resealWebhooks(db, keys, companyId)) +
    (await resealMails(db, keys, companyId)) +
    (await resealRegistries(db, keys, companyId)) +
    (await resealProviders(db, keys, companyId)) +
    (await resealFactors(db, keys, companyId)) +
    (await resealSigningKeys(db, keys, companyId));
  if (rewrapped + resealed > 0) log.info({ "organization.id": companyId, rewrapped, resealed }, "keys renewed");
};

/** Orders that job for a company. */
export const orderRekey = async (tx: Tx, companyId: number): Promise<void> => {
  const key = `rekey:${companyId}`;
  await enqueue(tx, { task: "rekey", payload: { companyId }, key, queueName: "rekey", priority: PRIORITY });
};

/** Looks whether another master key wraps now than at the last look, at first always; then orders the job for every company. */
export const createKeyWatch = (parts: { db: Database; masterKeys: MasterKeys; log: Logger }): (() => Promise<void>) => {
  const { db, masterKeys, log } = parts;
  let seen: string | null = null;
  return async () => {
    const current = await masterKeys.currentId().catch((error: unknown) => {
      log.warn({ error: messageOf(error) }, "the master key cannot be asked for");
      return seen;
    });
    if (current === seen || current === null) return;
    await db.asService(async (tx) => {
      for (const companyId of await companyIds(tx)) await orderRekey(tx, companyId);
    });
    seen = current;
  };
};
