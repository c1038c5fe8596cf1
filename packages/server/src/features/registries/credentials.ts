import { repositoryTest } from "@zerotrace/plugins/connectors/oci-registry/choose";
import type { CompanyKeys } from "../../platform/crypto/index.ts";
import type { Database, Tx } from "../../platform/db/index.ts";
import { listRegistries, registriesOfHost, type RegistryRecord, replaceSecret } from "./sql.ts";

/** Where a registry's secret is sealed to. */
export const secretPlace = (registryId: string) => ({ table: "registry", column: "secret", row: registryId });

export interface RegistryCredential {
  readonly user: string;
  readonly password: string;
}

/** The credential of a registry, opened; null when it has none. Throws UNSEALABLE. */
export const openCredential = async (
  keys: CompanyKeys,
  tx: Tx,
  companyId: number,
  { id, user, secret }: Pick<RegistryRecord, "id" | "user" | "secret">,
): Promise<RegistryCredential | null> =>
  secret === null ? null : { user, password: await keys.open(tx, companyId, secretPlace(id), secret) };

/**
 * The company's credential for an image: of the registry that ordered it, else of one of that host whose rules choose its repository,
 * else of any of that host; null when there is none.
 */
export const credentialFor =
  ({ db, keys }: { readonly db: Database; readonly keys: CompanyKeys }) =>
  (
    companyId: number,
    { uploadId, host, repository }: { readonly uploadId: string; readonly host: string; readonly repository: string },
  ): Promise<RegistryCredential | null> =>
    db.withCompany(companyId, async (tx) => {
      const all = await registriesOfHost(tx, companyId, host, uploadId);
      const [first] = all;
      if (first === undefined) return null;
      const fits = all.find(({ rules }) => repositoryTest(rules)(repository)) ?? first;
      return await openCredential(keys, tx, companyId, fits);
    });

/** Seals the registries' secrets anew that an older data key of the company sealed; answers how many. */
export const resealRegistries = async (db: Database, keys: CompanyKeys, companyId: number): Promise<number> =>
  db.withCompany(companyId, async (tx) => {
    let count = 0;
    for (const { id, secret } of await listRegistries(tx, companyId)) {
      if (secret === null || !(await keys.isOld(tx, companyId, secret))) continue;
      const place = secretPlace(id);
      const to = await keys.seal(tx, companyId, place, await keys.open(tx, companyId, place, secret));
      await replaceSecret(tx, companyId, id, { from: secret, to });
      count += 1;
    }
    return count;
  });
