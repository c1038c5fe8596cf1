import { randomBytes } from "node:crypto";
import { Pool } from "pg";
import { inject } from "vitest";
import { type Connections, type Database, openDatabase } from "../../packages/server/src/platform/db/index.ts";
import { administer, connectionsIn } from "./postgres.ts";

/** A migrated database of the test file's own. `owner` passes by row-level security only as a superuser. */
export interface TestDatabase {
  db: Database;
  owner: Pool;
  connections: Connections;
  close: () => Promise<void>;
}

/** A test that breaks connections asserts on what its calls throw. */
const ignore = (): void => undefined;

/** Copies the migrated template (about 50 ms); `close()` drops the copy. */
export const testDatabase = async (): Promise<TestDatabase> => {
  const cluster = inject("cluster");
  const name = `zerotrace_test_${randomBytes(6).toString("hex")}`;
  await administer(cluster, `create database ${name} template ${inject("templateDatabase")}`);
  const connections = connectionsIn(cluster, name);
  await administer(cluster, `grant connect on database ${name} to zerotrace_app, zerotrace_service`);
  const owner = new Pool({ ...connections.owner, max: 4 });
  owner.on("error", ignore);
  const db = openDatabase({ app: connections.app, service: connections.service, onError: ignore });
  return {
    db,
    owner,
    connections,
    close: async () => {
      await Promise.all([db.close(), owner.end()]);
      await administer(cluster, `drop database ${name} with (force)`);
    },
  };
};
