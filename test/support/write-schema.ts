import { writeFile } from "node:fs/promises";
import { Client } from "pg";
import { migrate } from "../../packages/server/src/platform/db/index.ts";
import { migrateQueue } from "../../packages/server/src/platform/queue/index.ts";
import { administer, connectionsIn, startOwn } from "./postgres.ts";
import { dumpSchema } from "./schema-dump.ts";

// Migrates a fresh PostgreSQL and writes packages/server/schema.sql.
const { cluster, stop } = await startOwn();
try {
  await administer(cluster, "create database schema_dump");
  const { owner } = connectionsIn(cluster, "schema_dump");
  await migrate(owner);
  await migrateQueue(owner);
  const client = new Client(owner);
  await client.connect();
  await writeFile(new URL("../../packages/server/schema.sql", import.meta.url), await dumpSchema(client));
  await client.end();
} finally {
  await stop();
}
