import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { administer, connectionsIn } from "../../../../../test/support/postgres.ts";
import { migrateQueue } from "../queue/index.ts";
import { type Connections, migrate, openDatabase } from "./index.ts";

const cluster = inject("cluster");
const name = `zt_plain_${randomBytes(4).toString("hex")}`;
const PASSWORD = "only-for-this-test";
let connections: Connections;

/** The connections of a user that is no superuser, as a DATABASE_URL gives them. */
const connectionsAs = (user: string): Connections => {
  if ("url" in cluster) {
    const url = new URL(cluster.url);
    Object.assign(url, { username: user, password: PASSWORD });
    return connectionsIn({ url: url.href }, name);
  }
  const own = { host: cluster.host, port: cluster.port, database: name, user, password: PASSWORD };
  const as = (role: string) => ({ ...own, options: `-c role=${role}` });
  return { owner: own, app: as("zerotrace_app"), service: as("zerotrace_service") };
};

beforeAll(async () => {
  await administer(cluster, `create role ${name} login password '${PASSWORD}' nosuperuser`);
  await administer(cluster, `create database ${name}`);
  connections = connectionsAs(name);
});
afterAll(async () => {
  await administer(cluster, `drop database ${name} with (force)`);
  await administer(cluster, `drop role ${name}`);
});

test("a user who may not create the schema or take on the roles is told what an administrator has to run", async () => {
  const ownership = `alter database ${name} owner to ${name}`;
  await expect(migrate(connections.owner)).rejects.toMatchObject({
    code: "BAD_CONFIG",
    message: expect.stringContaining(ownership),
  });
  await administer(cluster, `grant ${name} to current_user`);
  await administer(cluster, ownership);
  for (const role of ["zerotrace_app", "zerotrace_service"]) {
    const grant = `grant ${role} to ${name}`;
    await expect(migrate(connections.owner)).rejects.toMatchObject({
      code: "BAD_CONFIG",
      message: expect.stringContaining(grant),
    });
    await administer(cluster, grant);
  }
});

test("a user who is no superuser, owns the database and may take on the roles is enough", async () => {
  await migrate(connections.owner);
  await migrateQueue(connections.owner);
  const db = openDatabase({ app: connections.app, service: connections.service, onError: () => undefined });
  try {
    const [who] = await db.withCompany(1, (tx) => tx.query<{ current_user: string }>("select current_user"));
    expect(who?.current_user).toBe("zerotrace_app");
    await expect(db.withCompany(1, (tx) => tx.query("select * from component"))).rejects.toThrow("permission denied");
    expect(await db.asService((tx) => tx.query("select * from component"))).toEqual([]);
  } finally {
    await db.close();
  }
});
