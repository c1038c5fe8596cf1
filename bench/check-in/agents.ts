import { Client } from "pg";
import { type Connections, migrate, openDatabase } from "../../packages/server/src/platform/db/index.ts";
import { migrateQueue } from "../../packages/server/src/platform/queue/index.ts";
import { enrollHosts } from "../ingest/enroll.ts";
import { factsOf } from "../ingest/fleet.ts";

/** An agent of the bench with what it shows next. */
export interface CheckInAgent {
  readonly credential: string;
  readonly hostname: string;
  readonly machine: string;
  chain: string;
  count: number;
}

/** Migrates a database and enrolls agents in a company of it, as enrollment would. */
export const enrolledAgents = async (connections: Connections, count: number): Promise<CheckInAgent[]> => {
  await migrate(connections.owner);
  await migrateQueue(connections.owner);
  const owner = new Client(connections.owner);
  await owner.connect();
  const { rows } = await owner.query<{ id: number }>("insert into company (name) values ('bench') returning id");
  await owner.end();
  const db = openDatabase({ ...connections, onError: () => undefined });
  const hosts = await enrollHosts(db, rows[0]?.id ?? 0, 0, count);
  await db.withCompany(rows[0]?.id ?? 0, (tx) => tx.query("update asset set inventory_wanted = false"));
  await db.close();
  return hosts.map(({ host, credential }) => ({
    credential,
    hostname: factsOf(host).hostname,
    machine: factsOf(host).machineId.slice(0, 24),
    chain: "",
    count: 0,
  }));
};
