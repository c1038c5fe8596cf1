import { upsertHost } from "../../packages/server/src/features/assets/index.ts";
import { insertCredential, newToken } from "../../packages/server/src/platform/auth/index.ts";
import type { Database } from "../../packages/server/src/platform/db/index.ts";
import { factsOf } from "./fleet.ts";

/**
 * Makes the assets and device credentials of hosts as enrollment would. Past HTTP, because enrolling is limited to one a
 * second for each address, and it is not what is measured.
 */
export const enrollHosts = async (
  db: Database,
  companyId: number,
  from: number,
  to: number,
): Promise<{ host: number; credential: string }[]> =>
  await db.withCompany(companyId, async (tx) => {
    const hosts = [];
    for (let host = from; host < to; host += 1) {
      const assetId = await upsertHost(tx, companyId, factsOf(host), "bench");
      const { secret, hash } = newToken("device", companyId);
      const label = factsOf(host).hostname;
      const credential = { companyId, kind: "device", hash, subject: `agent:${label}`, label, assetId } as const;
      await insertCredential(tx, { ...credential, permissions: ["agents:report"] });
      hosts.push({ host, credential: secret });
    }
    return hosts;
  });
