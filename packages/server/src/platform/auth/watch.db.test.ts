import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../../../test/support/database.ts";
import { connectClient } from "../db/index.ts";
import {
  type Authenticator,
  createAuthenticator,
  insertCredential,
  newToken,
  revokeCredential,
  type Watch,
  watchCredentials,
} from "./index.ts";

let database: TestDatabase;
let watch: Watch;
let auth: Authenticator;
const lookUps = { count: 0 };

beforeAll(async () => {
  database = await testDatabase();
  const counted = {
    ...database.db,
    withCompany: ((...given: Parameters<typeof database.db.withCompany>) => {
      lookUps.count += 1;
      return database.db.withCompany(...given);
    }) as typeof database.db.withCompany,
  };
  auth = createAuthenticator({ db: counted, now: () => new Date(Date.now() + ahead.ms) });
  watch = watchCredentials({
    connect: () => connectClient(database.connections.service),
    onChange: (id) => auth.refresh(id === "" ? null : id),
    onGap: () => auth.refresh(null),
    onError: () => undefined,
  });
  auth.follow(watch.isListening);
  await until(() => watch.isListening());
});
afterAll(async () => {
  await watch.stop();
  await database.close();
});

const ahead = { ms: 0 };
const until = async (holds: () => boolean | Promise<boolean>): Promise<number> => {
  const startedAt = performance.now();
  while (!(await holds()) && performance.now() - startedAt < 5_000) await sleep(10);
  return performance.now() - startedAt;
};
let companies = 0;
const device = async () => {
  const [row] = await database.db.asService((tx) =>
    tx.query<{ id: number }>("insert into company (name) values ($1) returning id", [`watched ${(companies += 1)}`]),
  );
  const companyId = (row as { id: number }).id;
  const { secret, hash } = newToken("device", companyId);
  const given = { companyId, kind: "device", hash, subject: "a", permissions: [] } as const;
  const { id } = await database.db.withCompany(companyId, (tx) => insertCredential(tx, given));
  const isLetIn = async (): Promise<boolean> => {
    const headers = { authorization: `Bearer ${secret}` };
    const request = { headers, cookies: {}, ip: "192.0.2.1", host: "x", guarded: true, secure: true, mayRotate: true };
    return await auth.authenticate(request).then(
      () => true,
      () => false,
    );
  };
  return { companyId, id, isLetIn };
};

test("a device that was proved is not looked up again, and its revocation by another process is felt within a second", async () => {
  const { companyId, id, isLetIn } = await device();
  expect(await isLetIn()).toBe(true);
  const { count } = lookUps;
  ahead.ms = 60_000;
  for (let n = 0; n < 20; n += 1) expect(await isLetIn()).toBe(true);
  expect(lookUps.count).toBe(count);
  await database.db.withCompany(companyId, (tx) => revokeCredential(tx, companyId, id, ["device"], new Date()));
  expect(await until(async () => !(await isLetIn()))).toBeLessThan(1_000);
});

test("the end of a company's service is felt by its devices within a second", async () => {
  const { companyId, isLetIn } = await device();
  expect(await isLetIn()).toBe(true);
  await database.db.asService((tx) =>
    tx.query("update company set state = 'suspended', state_reason = 'test' where id = $1", [companyId]),
  );
  expect(await until(async () => !(await isLetIn()))).toBeLessThan(1_000);
});

test("while changes are not heard, devices are looked up as ever, and all are asked for again after", async () => {
  const { companyId, id, isLetIn } = await device();
  expect(await isLetIn()).toBe(true);
  await database.owner.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen zt_credential'",
  );
  await until(() => !watch.isListening());
  await database.db.withCompany(companyId, (tx) => revokeCredential(tx, companyId, id, ["device"], new Date()));
  await until(() => watch.isListening());
  expect(await isLetIn()).toBe(false);
});
