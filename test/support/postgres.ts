import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import type { TestProject } from "vitest/node";
import { connectionsOf, migrate, startEmbedded } from "../../packages/server/src/platform/db/index.ts";
import { migrateQueue } from "../../packages/server/src/platform/queue/index.ts";

/** How test files reach the one cluster of the run: the socket of ours, or a DATABASE_URL's server. */
export type TestCluster = { host: string; port: number; superuser: string } | { url: string };

declare module "vitest" {
  interface ProvidedContext {
    cluster: TestCluster;
    templateDatabase: string;
  }
}

/** Starts one PostgreSQL for the run (or uses ZEROTRACE_TEST_DATABASE_URL) and migrates a database to copy from. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const templateDatabase = `zerotrace_template_${process.pid}`;
  const url = process.env["ZEROTRACE_TEST_DATABASE_URL"];
  const { cluster, stop } = url === undefined ? await startOwn() : { cluster: { url }, stop: async () => undefined };
  await administer(cluster, `create database ${templateDatabase}`);
  const { owner } = connectionsIn(cluster, templateDatabase);
  await migrate(owner);
  await migrateQueue(owner);
  project.provide("cluster", cluster);
  project.provide("templateDatabase", templateDatabase);
  return async () => {
    await administer(cluster, `drop database ${templateDatabase} with (force)`);
    await stop();
  };
}

/** A PostgreSQL of the run's own in a temporary directory, deleted by `stop()`. */
export const startOwn = async (): Promise<{ cluster: TestCluster; stop: () => Promise<void> }> => {
  const dataDir = await mkdtemp(join(tmpdir(), "zt-test-"));
  await chmod(dataDir, 0o755); // as root, PostgreSQL runs as nobody and must be able to enter
  const postgres = await startEmbedded({ dataDir, log: () => undefined });
  const { host, port, superuser } = postgres.connection;
  return {
    cluster: { host, port, superuser },
    stop: async () => {
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

/** The three connections to one database of the test cluster. */
export const connectionsIn = (cluster: TestCluster, database: string): ReturnType<typeof connectionsOf> => {
  if ("url" in cluster) {
    const url = new URL(cluster.url);
    url.pathname = `/${database}`;
    return connectionsOf(url.href);
  }
  const { owner, app, service } = connectionsOf({ connection: { ...cluster, database: "zerotrace" } });
  return { owner: { ...owner, database }, app: { ...app, database }, service: { ...service, database } };
};

/** Runs one statement as the owner, outside any test database. */
export const administer = async (cluster: TestCluster, statement: string): Promise<void> => {
  const config =
    "url" in cluster
      ? { connectionString: cluster.url }
      : { host: cluster.host, port: cluster.port, user: cluster.superuser, database: "postgres" };
  const client = new Client(config);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};
