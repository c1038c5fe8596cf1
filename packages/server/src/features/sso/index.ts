import type { CompanyKeys } from "../../platform/crypto/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { Endpoint } from "../../platform/http/index.ts";
import { comeBackRoutes } from "./come-back.ts";
import { secretPlace, type SsoDeps, type SsoOptions } from "./deps.ts";
import { elsewhereRoute } from "./elsewhere.ts";
import { manageRoutes } from "./manage.ts";
import { createOidc } from "./oidc.ts";
import { testRoute } from "./probe.ts";
import { smallFetch } from "./small-fetch.ts";
import { listProviders, replaceSecret } from "./sql.ts";

export type { SsoOptions } from "./deps.ts";
export { type Grant, type Granting, grantOf } from "./rules.ts";
export { companyGranting } from "./sql.ts";

/** The routes of single sign-on. */
export const ssoRoutes = (options: SsoOptions): Endpoint[] => {
  const deps: SsoDeps = { ...options, fetch: smallFetch(options.ssoHosts) };
  const oidc = createOidc(deps);
  return [...manageRoutes(deps), testRoute(deps, oidc), ...comeBackRoutes(deps, oidc), elsewhereRoute(deps, oidc)];
};

/** Seals the providers' secrets anew that an older data key of the company sealed; answers how many. */
export const resealProviders = async (db: Database, keys: CompanyKeys, companyId: number): Promise<number> =>
  db.withCompany(companyId, async (tx) => {
    let count = 0;
    for (const { id, secret } of await listProviders(tx, companyId)) {
      if (secret === null || !(await keys.isOld(tx, companyId, secret))) continue;
      const place = secretPlace(id);
      const to = await keys.seal(tx, companyId, place, await keys.open(tx, companyId, place, secret));
      await replaceSecret(tx, companyId, id, { from: secret, to });
      count += 1;
    }
    return count;
  });
