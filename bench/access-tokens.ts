/** Promise: to prove an access token costs less than twice what an API token does, known or not. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAccessTokens } from "../packages/server/src/features/access-tokens/index.ts";
import { mint } from "../packages/server/src/features/access-tokens/mint.ts";
import {
  createAuthenticator,
  insertAccessToken,
  insertCredential,
  newToken,
} from "../packages/server/src/platform/auth/index.ts";
import { createCompanyKeys, keyringPath, localMasterKeys } from "../packages/server/src/platform/crypto/index.ts";
import { migrate, openDatabase } from "../packages/server/src/platform/db/index.ts";
import { migrateQueue } from "../packages/server/src/platform/queue/index.ts";
import { ensureDefaultCompany } from "../packages/server/src/features/companies/index.ts";
import { administer, connectionsIn, startOwn } from "../test/support/postgres.ts";
import { cpuOf, descendantsOf, median, round, say } from "./measure.ts";

const ROUNDS = 300;
const KNOWN_ROUNDS = 20_000;
const REPEATS = 3;
const BAR = 2;
const permissions = ["assets:read", "findings:read"] as const;

const dataDir = mkdtempSync(join(tmpdir(), "zt-bench-"));
const { cluster, stop } = await startOwn();

const cpuUs = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system + descendantsOf(process.pid).reduce((sum, { pid }) => sum + cpuOf(pid), 0) * 1e6;
};
const perCallUs = async (call: () => Promise<unknown>, rounds = ROUNDS): Promise<number> => {
  const readings: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    const before = cpuUs();
    for (let n = 0; n < rounds; n += 1) await call();
    readings.push((cpuUs() - before) / rounds);
  }
  return median(readings);
};

try {
  await administer(cluster, "create database bench_tokens");
  const connections = connectionsIn(cluster, "bench_tokens");
  await migrate(connections.owner);
  await migrateQueue(connections.owner);
  const db = openDatabase({ ...connections, onError: () => undefined });
  const companyId = await ensureDefaultCompany(db);
  const keys = createCompanyKeys(localMasterKeys({ path: keyringPath(dataDir) }));
  const { secret, hash } = newToken("api", companyId);
  const { id: credentialId } = await db.withCompany(companyId, (tx) =>
    insertCredential(tx, { companyId, kind: "api", hash, subject: "token:bench", permissions }),
  );
  let holds = true;
  for (const jwtAlgorithm of ["EdDSA", "RS256", "HS256"] as const) {
    const tokens = createAccessTokens({ db, keys, jwtAlgorithm });
    const auth = createAuthenticator({ db, verifyAccessToken: tokens.verify });
    const endsAt = new Date(Date.now() + 3_600_000);
    const grant = {
      companyId,
      credentialId,
      permissions,
      labels: null,
      audience: tokens.issuer,
      now: new Date(),
      endsAt,
    };
    const { id, text } = await mint(tokens.keys, tokens.issuer, grant);
    await db.withCompany(companyId, (tx) =>
      insertAccessToken(tx, companyId, { id, credentialId, audience: tokens.issuer, endsAt }),
    );
    const ask = (bearer: string) => {
      const headers = { authorization: `Bearer ${bearer}` };
      return auth.authenticate({
        headers,
        cookies: {},
        ip: "192.0.2.1",
        host: "x",
        guarded: true,
        secure: true,
        mayRotate: true,
      });
    };
    const unknown = (bearer: string) => {
      auth.forget(credentialId);
      return ask(bearer);
    };
    const known = [
      await perCallUs(() => ask(secret), KNOWN_ROUNDS),
      await perCallUs(() => ask(text), KNOWN_ROUNDS),
    ] as const;
    const fresh = [await perCallUs(() => unknown(secret)), await perCallUs(() => unknown(text))] as const;
    const signing = await perCallUs(() => mint(tokens.keys, tokens.issuer, grant));
    holds &&= fresh[1] < BAR * fresh[0] && known[1] < BAR * known[0];
    say(
      `${jwtAlgorithm}: known ${round(known[1], 1)} us of CPU (API token ${round(known[0], 1)}); ` +
        `not known ${round(fresh[1])} us with the database's (API token ${round(fresh[0])}); signed in ${round(signing)} us`,
    );
  }
  await db.close();
  if (!holds) process.exitCode = 1;
} finally {
  await stop();
  rmSync(dataDir, { recursive: true });
}
